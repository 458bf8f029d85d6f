package proxymcp.http;

import java.util.List;

/**
 * Start line and field section of a request as received (RFC 9112 section 3).
 *
 * @param method case-sensitive token
 * @param target request target exactly as it stood in the request line, Latin-1
 * @param version protocol version
 * @param fields field lines in order
 * @param notes where reading was lenient, one sentence each; empty when the head was clean
 * @param raw the head's octets as received, up to and with the empty line; empty for a head that was not read from a wire
 */
public record RequestHead(String method, String target, HttpVersion version, Fields fields, List<String> notes, byte[] raw) {
    /** @throws IllegalArgumentException if written out it would not be one request line */
    public RequestHead {
        if (!Ascii.isToken(method)) {
            throw new IllegalArgumentException("method is not a token: " + method);
        }
        if (target.isEmpty()) {
            throw new IllegalArgumentException("request target is empty");
        }
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c == 0x7F || c > 0xFF) {
                throw new IllegalArgumentException("request target holds U+" + Integer.toHexString(c) + " at " + i);
            }
        }
    }

    /** A head made by a program. */
    public static RequestHead of(String method, String target, Fields fields) {
        return new RequestHead(method, target, HttpVersion.HTTP_1_1, fields, List.of(), new byte[0]);
    }

    /** The same head with another target. */
    public RequestHead withTarget(String newTarget) {
        return new RequestHead(method, newTarget, version, fields, notes, raw);
    }

    /** The same head with other fields. */
    public RequestHead withFields(Fields newFields) {
        return new RequestHead(method, target, version, newFields, notes, raw);
    }

    /** Whether the client keeps the connection open after this exchange (RFC 9112 section 9.3). */
    public boolean keepsAlive() {
        if (fields.hasMember("Connection", "close")) {
            return false;
        }
        return version == HttpVersion.HTTP_1_1 || fields.hasMember("Connection", "keep-alive")
                || fields.hasMember("Proxy-Connection", "keep-alive");
    }

    /** Whether the method is idempotent (RFC 9110 section 9.2.2), so that it may be sent again after a lost connection. */
    public boolean isIdempotent() {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE" -> true;
            default -> false;
        };
    }
}
