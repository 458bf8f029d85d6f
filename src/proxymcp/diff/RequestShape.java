package proxymcp.diff;

import proxymcp.exchange.ExchangeStart;
import proxymcp.store.StoredExchange;

/**
 * What endpoints are learned from.
 *
 * @param method as sent
 * @param host lower-case host, with the port when it is not the scheme's default
 * @param path as sent, without the query
 * @param operation GraphQL operation, JSON-RPC, gRPC or SOAP method; empty if there is none
 */
public record RequestShape(String method, String host, String path, String operation) {
    /** The shape of a recorded request. Its body is read only where it may name an operation; one that cannot be read names none. */
    public static RequestShape of(StoredExchange exchange) {
        ExchangeStart start = exchange.exchange().start();
        String target = start.path();
        return new RequestShape(start.head().method(), start.endpoint().hasHost() ? start.endpoint().authority() : "", pathOf(target),
                new OperationName(exchange).text());
    }

    /** The part of a target before its query and fragment. */
    static String pathOf(String target) {
        int end = 0;
        while (end < target.length() && target.charAt(end) != '?' && target.charAt(end) != '#') {
            end++;
        }
        return target.substring(0, end);
    }
}
