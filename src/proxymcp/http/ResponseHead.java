package proxymcp.http;

import java.util.List;

/**
 * Status line and field section of a response as received (RFC 9112 section 4).
 *
 * @param version protocol version
 * @param status status code, 100..999
 * @param reason reason phrase, Latin-1; may be empty
 * @param fields field lines in order
 * @param notes where reading was lenient, one sentence each; empty when the head was clean
 * @param raw the head's octets as received, up to and with the empty line; empty for a head that was not read from a wire
 */
public record ResponseHead(HttpVersion version, int status, String reason, Fields fields, List<String> notes, byte[] raw) {
    /** @throws IllegalArgumentException if written out it would not be one status line */
    public ResponseHead {
        if (status < 100 || status > 999) {
            throw new IllegalArgumentException("status " + status);
        }
        for (int i = 0; i < reason.length(); i++) {
            char c = reason.charAt(i);
            if (c == '\r' || c == '\n' || c == 0 || c > 0xFF) {
                throw new IllegalArgumentException("reason phrase holds U+" + Integer.toHexString(c) + " at " + i);
            }
        }
    }

    /** A head made by a program. */
    public static ResponseHead of(int status, String reason, Fields fields) {
        return new ResponseHead(HttpVersion.HTTP_1_1, status, reason, fields, List.of(), new byte[0]);
    }

    /** Whether another response to the same request follows (1xx but 101). */
    public boolean isInformational() {
        return status < 200 && status != 101;
    }

    /**
     * Whether the server keeps the connection open after this response (RFC 9112 section 9.3), and its framing is beyond doubt: behind a
     * transfer coding in HTTP/1.0, or beside a length, another parser may have seen the end elsewhere (sections 6.1 and 6.3).
     */
    public boolean keepsAlive() {
        if (fields.hasMember("Connection", "close")) {
            return false;
        }
        if (fields.contains("Transfer-Encoding") && (version == HttpVersion.HTTP_1_0 || fields.contains("Content-Length"))) {
            return false;
        }
        return version == HttpVersion.HTTP_1_1 || fields.hasMember("Connection", "keep-alive");
    }
}
