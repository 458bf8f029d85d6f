package proxymcp.store;

import java.nio.charset.StandardCharsets;
import java.util.List;
import proxymcp.http.Fields;
import proxymcp.http.HttpVersion;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;

/**
 * Reads a head that this program wrote itself. Its lines are known to be whole, so it may hold what no HTTP/1 message may: pseudo-headers, and
 * versions that other programs spoke. Not for several threads.
 */
final class RecordedHead {
    private final String text;
    private int at;

    /** @param bytes a head, or a field section, with its empty line */
    RecordedHead(byte[] bytes) {
        text = new String(bytes, StandardCharsets.ISO_8859_1);
    }

    RequestHead request() throws ProtocolException {
        String line = line();
        int space = line.indexOf(' ');
        int last = line.lastIndexOf(' ');
        if (space <= 0 || last <= space) {
            throw malformed("the request line is not \"method target version\"");
        }
        try {
            return new RequestHead(line.substring(0, space), line.substring(space + 1, last), version(line.substring(last + 1)), fields(), List.of(),
                    new byte[0]);
        } catch (IllegalArgumentException e) {
            throw malformed(e.getMessage());
        }
    }

    ResponseHead response() throws ProtocolException {
        String line = line();
        int space = line.indexOf(' ');
        if (space < 0 || line.length() < space + 4 || line.length() > space + 4 && line.charAt(space + 4) != ' ') {
            throw malformed("the status line is not \"version status reason\"");
        }
        try {
            return new ResponseHead(version(line.substring(0, space)), Integer.parseInt(line.substring(space + 1, space + 4)),
                    line.substring(Math.min(line.length(), space + 5)), fields(), List.of(), new byte[0]);
        } catch (IllegalArgumentException e) {
            throw malformed(e.getMessage());
        }
    }

    Fields fields() throws ProtocolException {
        Fields.Builder fields = new Fields.Builder();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':', 1);
            if (colon < 0) {
                throw malformed("a field line has no colon");
            }
            try {
                // Lines that were taken over from a message as received may have a space before the colon.
                fields.addRecorded(line.substring(0, colon).strip(), line.substring(colon + 1));
            } catch (IllegalArgumentException e) {
                throw malformed(e.getMessage());
            }
        }
        return fields.build();
    }

    private String line() throws ProtocolException {
        int end = text.indexOf("\r\n", at);
        if (end < 0) {
            throw malformed("it ends without an empty line");
        }
        String line = text.substring(at, end);
        at = end + 2;
        return line;
    }

    private static HttpVersion version(String text) throws ProtocolException {
        for (HttpVersion version : HttpVersion.values()) {
            if (version.toString().equals(text)) {
                return version;
            }
        }
        throw malformed("there is no version " + text);
    }

    private static ProtocolException malformed(String reason) {
        return ProtocolException.badRequest("a recorded head: " + reason);
    }
}
