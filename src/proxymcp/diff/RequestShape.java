package proxymcp.diff;

import proxymcp.store.StoredExchange;

/** STUB. */
public record RequestShape(String method, String host, String path, String operation) {
    /** Stub. */
    public static RequestShape of(StoredExchange exchange) {
        return new RequestShape(exchange.exchange().start().head().method(), exchange.exchange().start().endpoint().authority(), pathOf(exchange.exchange().start().path()), "");
    }

    static String pathOf(String target) {
        int end = 0;
        while (end < target.length() && target.charAt(end) != '?' && target.charAt(end) != '#') {
            end++;
        }
        return target.substring(0, end);
    }
}
