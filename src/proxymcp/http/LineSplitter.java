package proxymcp.http;

/**
 * Reads a stream of JSON texts as its octets pass, in pieces of any size: one a line (NDJSON, JSON Lines), or one behind each record separator
 * (RFC 7464). Knows nothing of JSON, holds nothing.
 *
 * <p>Not for several threads.
 */
public final class LineSplitter {
    /** Takes what is found, in the order of the octets. */
    public interface Listener {
        /** Octets of the text that comes; valid during the call. */
        void text(byte[] bytes, int offset, int length);

        /** The text ended; {@code wireBytes} are its octets with its separators. */
        void textEnd(long wireBytes);
    }

    private static final byte RECORD_SEPARATOR = 0x1E;
    private static final byte[] RETURN = {'\r'};

    private final Listener listener;
    private final boolean sequence;
    private boolean begun;
    private boolean returned;
    private long wireBytes;

    /** @param sequence whether texts are separated by record separators, and may hold line feeds */
    public LineSplitter(boolean sequence, Listener listener) {
        this.sequence = sequence;
        this.listener = listener;
    }

    /** The next octets. */
    public void feed(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int from = offset;
        for (int at = offset; at < end; at++) {
            byte octet = bytes[at];
            boolean separator = octet == RECORD_SEPARATOR || !sequence && octet == '\n';
            if (!separator && octet != '\r') {
                continue;
            }
            text(bytes, from, at - from);
            from = at + 1;
            wireBytes++;
            if (separator) {
                if (octet == RECORD_SEPARATOR) {
                    wireBytes--; // It begins the next one.
                }
                end();
                wireBytes += octet == RECORD_SEPARATOR ? 1 : 0;
            } else {
                keepReturn();
            }
        }
        text(bytes, from, end - from);
    }

    /** The stream ended; what is not ended by a separator counts. */
    public void end() {
        returned = false;
        if (begun) {
            listener.textEnd(wireBytes);
            wireBytes = 0;
        }
        begun = false;
    }

    /** A return belongs to the text, unless the line ends behind it. */
    private void keepReturn() {
        if (returned) {
            begun = true;
            listener.text(RETURN, 0, 1);
        }
        returned = true;
    }

    private void text(byte[] bytes, int offset, int length) {
        if (length == 0) {
            return;
        }
        if (returned) {
            returned = false;
            begun = true;
            listener.text(RETURN, 0, 1);
        }
        begun |= !isBlank(bytes, offset, length);
        if (begun) {
            listener.text(bytes, offset, length);
        }
        wireBytes += length;
    }

    private static boolean isBlank(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\n') {
                return false;
            }
        }
        return true;
    }
}
