package proxymcp.http;

/**
 * Reads a stream of JSON texts as its octets pass, in pieces of any size: one a line (NDJSON, JSON Lines), or one behind each record separator
 * (RFC 7464). Knows nothing of JSON, holds nothing but one octet.
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
    private static final byte NOTHING = 0;

    private final Listener listener;
    private final boolean sequence;
    private boolean begun;
    /** A line end that may be the last octet of its text. */
    private byte kept = NOTHING;
    private final byte[] one = new byte[1];
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
            if (!separator && octet != '\r' && octet != '\n') {
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
                keep(octet);
            }
        }
        text(bytes, from, end - from);
    }

    /** The stream ended; what is not ended by a separator counts. */
    public void end() {
        kept = NOTHING;
        if (begun) {
            listener.textEnd(wireBytes);
            wireBytes = 0;
        }
        begun = false;
    }

    /** A line end within a text belongs to it, unless the text ends behind it. */
    private void keep(byte octet) {
        if (begun) {
            giveKept();
            kept = octet;
        }
    }

    private void giveKept() {
        if (kept != NOTHING) {
            one[0] = kept;
            kept = NOTHING;
            listener.text(one, 0, 1);
        }
    }

    private void text(byte[] bytes, int offset, int length) {
        int blanks = 0;
        while (!begun && blanks < length && (bytes[offset + blanks] == ' ' || bytes[offset + blanks] == '\t')) {
            blanks++;
        }
        if (blanks < length) {
            begun = true;
            giveKept();
            listener.text(bytes, offset + blanks, length - blanks);
        }
        wireBytes += length;
    }
}
