package proxymcp.exchange;

import proxymcp.http.Authority;

/**
 * Where a request goes.
 *
 * @param scheme {@code http}, {@code https}, or {@code tunnel} for octets that are passed on unread
 * @param host lower-case name or address, IPv6 without brackets
 * @param port 1..65535
 */
public record Endpoint(String scheme, String host, int port) {
    /** Scheme of a tunnel. */
    public static final String TUNNEL = "tunnel";

    /** Default port of {@code scheme}: 80 for http, 443 for https, -1 for others. */
    public static int defaultPort(String scheme) {
        return switch (scheme) {
            case "http", "ws" -> 80;
            case "https", "wss" -> 443;
            default -> -1;
        };
    }

    /** Whether the connection to the origin is TLS. */
    public boolean isTls() {
        return scheme.equals("https");
    }

    /** Host, and port unless it is the scheme's default; IPv6 in brackets. As in a Host field. */
    public String authority() {
        String shown = Authority.uriHost(host);
        return port == defaultPort(scheme) ? shown : shown + ":" + port;
    }

    /** Host and port, always with the port. */
    public String hostAndPort() {
        return Authority.uriHost(host) + ":" + port;
    }

    /** Absolute URL of {@code pathAndQuery} here; a target that is no path is left out. */
    public String url(String pathAndQuery) {
        return scheme + "://" + authority() + (pathAndQuery.startsWith("/") ? pathAndQuery : "");
    }
}
