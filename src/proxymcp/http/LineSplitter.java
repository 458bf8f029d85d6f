package proxymcp.http;

/**
 * Reads a stream of JSON texts as its octets pass, in pieces of any size: one a line (NDJSON, JSON Lines), or each behind a record separator
 * (RFC 7464). Holds nothing. Of JSON it knows as much as it needs to see a text of a sequence end at its line feed, rather than at the
 * separator before the next.
 *
 * <p>Not for several threads.
 */
public final class LineSplitter {
    /** Takes what is found, in the order of the octets. */
    public interface Listener {
        /** Octets of the text that comes, without its separators; valid during the call. */
        void text(byte[] bytes, int offset, int length);

        /** The text ended; {@code wireBytes} are its octets with its separators, and with blank lines before it. */
        void textEnd(long wireBytes);
    }

    private static final byte RECORD_SEPARATOR = 0x1E;
    private static final byte[] RETURN = {'\r'};
    private static final byte[] LINE_FEED = {'\n'};

    private final Listener listener;
    private final boolean sequence;
    private boolean begun;
    /** A return that belongs to the text, unless the line ends behind it. */
    private boolean returned;
    /** Of a sequence: objects and arrays that are open, and whether the octet before stands in a string, or is a backslash there. */
    private int depth;
    private boolean inString;
    private boolean escaped;
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
            if (octet == '\n' || octet == '\r' || octet == RECORD_SEPARATOR) {
                text(bytes, from, at - from);
                from = at + 1;
                separator(octet);
            } else if (sequence) {
                nest(octet);
            }
        }
        text(bytes, from, end - from);
    }

    private void separator(byte octet) {
        switch (octet) {
            case RECORD_SEPARATOR -> {
                end();
                wireBytes++; // It begins the next one.
            }
            case '\r' -> {
                passReturn();
                wireBytes++;
                returned = true;
            }
            default -> {
                wireBytes++;
                if (!sequence || depth == 0 && !inString) {
                    end();
                } else {
                    pass(LINE_FEED, 0, 1);
                }
            }
        }
    }

    private void nest(byte octet) {
        if (inString) {
            inString = escaped || octet != '"';
            escaped = !escaped && octet == '\\';
            return;
        }
        switch (octet) {
            case '"' -> inString = true;
            case '{', '[' -> depth++;
            case '}', ']' -> depth = Math.max(0, depth - 1);
            default -> { }
        }
    }

    /** The stream ended; what is not ended by a separator counts. */
    public void end() {
        returned = false;
        depth = 0;
        inString = false;
        escaped = false;
        if (begun) {
            begun = false;
            listener.textEnd(wireBytes);
            wireBytes = 0;
        }
    }

    private void text(byte[] bytes, int offset, int length) {
        wireBytes += length;
        int from = begun ? offset : behindBlanks(bytes, offset, offset + length);
        if (from < offset + length) {
            pass(bytes, from, offset + length - from);
        }
    }

    private void pass(byte[] bytes, int offset, int length) {
        passReturn();
        begun = true;
        listener.text(bytes, offset, length);
    }

    private void passReturn() {
        if (returned && begun) {
            listener.text(RETURN, 0, 1);
        }
        returned = false;
    }

    private static int behindBlanks(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }
}
