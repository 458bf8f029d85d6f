package proxymcp.diff;

import java.util.Locale;
import proxymcp.exchange.ExchangeStart;
import proxymcp.store.IndexEntry;
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

    /** The shape of an exchange that is known from the index alone: what its body names is left out, and changes no template. */
    public static RequestShape of(IndexEntry entry) {
        String url = entry.url();
        int scheme = url.indexOf("://");
        int start = scheme < 0 ? url.indexOf(':') + 1 : scheme + 3;
        int path = start;
        while (scheme >= 0 && path < url.length() && "/?#".indexOf(url.charAt(path)) < 0) {
            path++;
        }
        return new RequestShape(entry.method(), scheme < 0 ? "" : url.substring(start, path).toLowerCase(Locale.ROOT), pathOf(url.substring(path)), "");
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
