package proxymcp.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Buffered octets of one connection. Body octets are handed out as slices of the buffer, so that a body passes without a copy.
 *
 * <p>Owner: the thread that reads the connection; a hand-over to another thread needs a happens-before edge. Blocks in
 * {@link InputStream#read}. The buffer is {@value #IDLE_BYTES} bytes while the connection is idle, grows for a long head and to
 * {@value #BODY_BYTES} bytes while a long body flows.
 */
public final class WireReader {
    /** Buffer of an idle connection, in bytes. */
    public static final int IDLE_BYTES = 8 * 1024;
    /** Buffer while a long body flows, in bytes. */
    public static final int BODY_BYTES = 64 * 1024;

    private final InputStream in;
    private byte[] buffer = new byte[IDLE_BYTES];
    private int position;
    private int limit;
    private WireWriter flushed;

    /** @param in the connection's octets; closed by whoever opened it */
    public WireReader(InputStream in) {
        this.in = in;
        this.flushed = WireWriter.NOWHERE;
    }

    /**
     * Has {@code out} flushed before each wait for this connection's peer, so that nothing lies in a buffer while nothing comes in.
     * {@link WireWriter#NOWHERE} ends it. A failure to write is thrown by the read that would have waited.
     */
    public void flushBeforeWaiting(WireWriter out) {
        flushed = out;
    }

    /** The octets from here on as a stream, buffered ones first; not to be mixed with the other readers. */
    public InputStream stream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return WireReader.this.read();
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                if (!await()) {
                    return -1;
                }
                int count = Math.min(length, buffered());
                System.arraycopy(buffer, position, bytes, offset, count);
                position += count;
                return count;
            }
        };
    }

    /** Octets read from the connection and not consumed yet. */
    public int buffered() {
        return limit - position;
    }

    /**
     * Waits until at least one octet is buffered.
     *
     * @return false at the end of the stream
     */
    public boolean await() throws IOException {
        return buffered() > 0 || fill();
    }

    /** Octet {@code offset} of the buffered ones, 0..255. */
    public int peek(int offset) {
        if (offset >= buffered()) {
            throw new IndexOutOfBoundsException("octet " + offset + " of " + buffered() + " buffered");
        }
        return buffer[position + offset] & 0xFF;
    }

    /**
     * Waits for more octets behind the buffered ones.
     *
     * @return false at the end of the stream, or when the buffer is full
     */
    public boolean awaitMore() throws IOException {
        return buffered() < buffer.length && fill();
    }

    /** Whether {@link #awaitMore} has no room left to read into. */
    public boolean isFull() {
        return buffered() == buffer.length;
    }

    /**
     * Reads a message head up to and with its empty line.
     *
     * @param side whose message this is
     * @return the head's octets; empty if the stream ended before its first octet
     * @throws ProtocolException if the head is longer than {@code headBytesMax}
     * @throws PrematureEndException if the stream ended within the head
     */
    public Optional<byte[]> readHead(ProtocolException.Side side, int headBytesMax) throws IOException {
        if (!await()) {
            return Optional.empty();
        }
        int scanned = 0;
        while (true) {
            int end = endOfHead(scanned);
            if (end > headBytesMax || end < 0 && buffered() >= headBytesMax) {
                throw tooLong(side, headBytesMax);
            }
            if (end >= 0) {
                byte[] head = Arrays.copyOfRange(buffer, position, position + end);
                position += end;
                return Optional.of(head);
            }
            scanned = Math.max(0, buffered() - 3);
            if (position == 0 && limit == buffer.length) {
                buffer = Arrays.copyOf(buffer, Math.min(buffer.length * 2, headBytesMax + IDLE_BYTES));
            }
            if (!fill()) {
                throw new PrematureEndException("connection closed after " + buffered() + " bytes of a message head");
            }
        }
    }

    /**
     * Reads over the empty lines that some clients send between requests (RFC 9112 section 2.2), at most 4.
     *
     * @throws ProtocolException if there are more, or one does not end in CRLF
     */
    void skipEmptyLines() throws IOException {
        for (int skipped = 0; await() && peek(0) == '\r'; skipped++) {
            if (buffered() < 2 && !awaitMore()) {
                throw new PrematureEndException("connection closed within an empty line before a request");
            }
            if (peek(1) != '\n') {
                throw ProtocolException.badRequest("CR without LF before the request line");
            }
            if (skipped == 4) {
                throw ProtocolException.badRequest("more than 4 empty lines before the request line");
            }
            consume(2);
        }
        if (buffered() > 0 && peek(0) == '\n') {
            throw ProtocolException.badRequest("line ends in LF without CR");
        }
    }

    /** Whether a line ends within the first {@code bytesMax} buffered octets. */
    boolean hasLineEnd(int bytesMax) {
        for (int i = position; i < Math.min(limit, position + bytesMax); i++) {
            if (buffer[i] == '\n') {
                return true;
            }
        }
        return false;
    }

    /** Makes room for long reads; costs nothing when the buffer has grown already. */
    void expectBody() {
        if (buffer.length < BODY_BYTES && buffered() == 0) {
            buffer = new byte[BODY_BYTES];
            position = 0;
            limit = 0;
        }
    }

    /** Gives the memory of a long read back; called between messages. */
    public void messageDone() {
        if (buffer.length > IDLE_BYTES && buffered() <= IDLE_BYTES) {
            byte[] small = new byte[IDLE_BYTES];
            int kept = buffered();
            System.arraycopy(buffer, position, small, 0, kept);
            buffer = small;
            position = 0;
            limit = kept;
        }
    }

    /** The array that holds the buffered octets, from {@link #position}; valid until the next read. */
    public byte[] array() {
        return buffer;
    }

    /** Where the buffered octets begin in {@link #array}. */
    public int position() {
        return position;
    }

    /** Drops the first {@code count} buffered octets. */
    public void consume(int count) {
        if (count < 0 || count > buffered()) {
            throw new IllegalArgumentException("consume " + count + " of " + buffered());
        }
        position += count;
    }

    /** Puts octets back in front of the buffered ones. */
    public void unread(byte[] octets) {
        byte[] joined = new byte[Math.max(buffer.length, octets.length + buffered())];
        System.arraycopy(octets, 0, joined, 0, octets.length);
        System.arraycopy(buffer, position, joined, octets.length, buffered());
        limit = octets.length + buffered();
        position = 0;
        buffer = joined;
    }

    /** Next octet, or -1 at the end of the stream. */
    int read() throws IOException {
        return await() ? buffer[position++] & 0xFF : -1;
    }

    private boolean fill() throws IOException {
        if (position == limit) {
            position = 0;
            limit = 0;
        } else if (limit == buffer.length) {
            System.arraycopy(buffer, position, buffer, 0, limit - position);
            limit -= position;
            position = 0;
        }
        flushed.flush();
        int count = in.read(buffer, limit, buffer.length - limit);
        if (count <= 0) {
            return false;
        }
        limit += count;
        return true;
    }

    /** Length of the buffered head, looking from {@code from} on, or -1. A line may end in LF alone: the parser judges that. */
    private int endOfHead(int from) {
        for (int i = position + from; i < limit; i++) {
            if (buffer[i] == '\n') {
                if (i + 1 < limit && buffer[i + 1] == '\n') {
                    return i + 2 - position;
                }
                if (i + 2 < limit && buffer[i + 1] == '\r' && buffer[i + 2] == '\n') {
                    return i + 3 - position;
                }
            }
        }
        return -1;
    }

    private static ProtocolException tooLong(ProtocolException.Side side, int headBytesMax) {
        return new ProtocolException(side, side == ProtocolException.Side.CLIENT ? 431 : 502,
                "message head is longer than " + headBytesMax + " bytes");
    }
}
