package proxymcp.exchange;

import proxymcp.http.Authority;

/**
 * Where a request goes.
 *
 * @param scheme {@code http}, {@code https}, or {@code tunnel} for octets that are passed on unread; another one where it was recorded elsewhere
 * @param host lower-case name or address, IPv6 without brackets; empty for a URL that has none, such as {@code data:}
 * @param port 1..65535; -1 where there is none
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

    /** Whether there is a host; a {@code data:} or {@code blob:} URL has none. */
    public boolean hasHost() {
        return !host.isEmpty();
    }

    /** Absolute URL of {@code pathAndQuery} here; a target that is no path is left out, unless it is all there is behind the scheme. */
    public String url(String pathAndQuery) {
        if (!hasHost()) {
            return scheme + ":" + pathAndQuery;
        }
        return scheme + "://" + authority() + (pathAndQuery.startsWith("/") ? pathAndQuery : "");
    }
}
