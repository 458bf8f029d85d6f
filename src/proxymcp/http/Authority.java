package proxymcp.http;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Host and port of an origin (RFC 3986 section 3.2, without user information).
 *
 * @param host lower-case registered name or IPv4 address, or an IPv6 address without brackets
 * @param port 1..65535, or empty where the scheme's default holds
 */
public record Authority(String host, OptionalInt port) {
    /**
     * Parses {@code host}, {@code host:port}, {@code [v6]} or {@code [v6]:port}.
     *
     * @return empty if the text is none of these
     */
    public static Optional<Authority> parse(String text) {
        int colon;
        String host;
        if (text.startsWith("[")) {
            int bracket = text.indexOf(']');
            if (bracket < 0) {
                return Optional.empty();
            }
            host = text.substring(1, bracket);
            colon = bracket + 1;
            if (!isIpv6(host) || colon < text.length() && text.charAt(colon) != ':') {
                return Optional.empty();
            }
        } else {
            colon = text.indexOf(':');
            colon = colon < 0 ? text.length() : colon;
            host = text.substring(0, colon);
            if (!isRegisteredName(host)) {
                return Optional.empty();
            }
        }
        String digits = colon >= text.length() ? "" : text.substring(colon + 1);
        if (digits.isEmpty()) {
            // "host:" is a valid authority with the default port (RFC 3986 section 3.2.3).
            return Optional.of(new Authority(host.toLowerCase(Locale.ROOT), OptionalInt.empty()));
        }
        int port = parsePort(digits);
        return port < 0 ? Optional.empty() : Optional.of(new Authority(host.toLowerCase(Locale.ROOT), OptionalInt.of(port)));
    }

    /** The host as it stands in a URL: an IPv6 address in brackets. */
    public String uriHost() {
        return uriHost(host);
    }

    /** {@code host} as it stands in a URL: an IPv6 address in brackets. */
    public static String uriHost(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    /** {@code host} or {@code host:port}, as it was given. */
    @Override
    public String toString() {
        return port.isPresent() ? uriHost() + ":" + port.getAsInt() : uriHost();
    }

    private static int parsePort(String digits) {
        if (digits.length() > 5) {
            return -1;
        }
        int port = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            port = port * 10 + c - '0';
        }
        return port >= 1 && port <= 65535 ? port : -1;
    }

    private static boolean isRegisteredName(String host) {
        if (host.isEmpty() || host.length() > 255) {
            return false;
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean known = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "-._~!$&'()*+,;=%".indexOf(c) >= 0;
            if (!known) {
                return false;
            }
        }
        return true;
    }

    private static boolean isIpv6(String host) {
        int colons = 0;
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c == '%') {
                // A zone id (RFC 6874): "%25" and a name, or "%" and a name as users type it.
                return colons >= 2 && i + 1 < host.length() && isRegisteredName(host.substring(i));
            }
            boolean hex = c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
            if (!hex && c != ':' && c != '.') {
                return false;
            }
            colons += c == ':' ? 1 : 0;
        }
        return colons >= 2;
    }
}
