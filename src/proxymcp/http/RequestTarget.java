package proxymcp.http;

import java.util.Locale;

/** The four forms of a request target (RFC 9112 section 3.2). */
public sealed interface RequestTarget {
    /** Path and query, beginning with a slash. */
    record Origin(String pathAndQuery) implements RequestTarget {}

    /**
     * A whole URI, as a client sends to a proxy.
     *
     * @param scheme lower case
     * @param authority host and port
     * @param pathAndQuery as it stood; a slash where the path was empty, {@code *} is never here
     */
    record Absolute(String scheme, Authority authority, String pathAndQuery) implements RequestTarget {}

    /** Host and port of a CONNECT. */
    record AuthorityForm(Authority authority) implements RequestTarget {}

    /** The server as a whole, for OPTIONS. */
    record Asterisk() implements RequestTarget {}

    /**
     * Parses the target of {@code head}.
     *
     * @throws ProtocolException with 400 if the target has none of the forms, or one that its method does not take
     */
    static RequestTarget parse(RequestHead head) throws ProtocolException {
        String target = head.target();
        if (target.indexOf('#') >= 0) {
            // No form holds a fragment (RFC 9112 section 3.2); some parsers cut it off, others take it for part of the path.
            throw ProtocolException.badRequest("request target holds a fragment (#)");
        }
        if (head.method().equals("CONNECT")) {
            Authority authority = Authority.parse(target)
                    .orElseThrow(() -> ProtocolException.badRequest("target of CONNECT is not host:port"));
            if (authority.port().isEmpty()) {
                throw ProtocolException.badRequest("target of CONNECT has no port");
            }
            return new AuthorityForm(authority);
        }
        if (target.startsWith("/")) {
            return new Origin(target);
        }
        if (target.equals("*")) {
            if (!head.method().equals("OPTIONS")) {
                throw ProtocolException.badRequest("target * is for OPTIONS alone");
            }
            return new Asterisk();
        }
        return absolute(target);
    }

    /** Whether the first {@code length} characters are a scheme (RFC 3986 section 3.1). */
    private static boolean isScheme(String target, int length) {
        for (int i = 0; i < length; i++) {
            char c = target.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'))) {
                return false;
            }
        }
        return length > 0;
    }

    private static RequestTarget absolute(String target) throws ProtocolException {
        int colon = target.indexOf("://");
        if (colon < 0 || !isScheme(target, colon)) {
            throw ProtocolException.badRequest("request target is no path, no absolute URI and not *");
        }
        String scheme = target.substring(0, colon).toLowerCase(Locale.ROOT);
        int start = colon + 3;
        int end = start;
        while (end < target.length() && "/?".indexOf(target.charAt(end)) < 0) {
            end++;
        }
        String authorityText = target.substring(start, end);
        if (authorityText.indexOf('@') >= 0) {
            // RFC 9110 section 4.2.4: user information in a target is an error, and it must not reach a log or an origin.
            throw ProtocolException.badRequest("request target holds user information (user@host)");
        }
        Authority authority = Authority.parse(authorityText)
                .orElseThrow(() -> ProtocolException.badRequest("authority of the request target is not host or host:port"));
        String rest = target.substring(end);
        String pathAndQuery = rest.startsWith("/") ? rest : "/" + rest;
        return new Absolute(scheme, authority, pathAndQuery);
    }
}
