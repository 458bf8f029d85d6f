package proxymcp.http;

import java.io.IOException;
import java.util.Optional;

/**
 * The octets of one message body, transfer coding removed, as slices of the connection's buffer.
 *
 * <pre>
 *   while (body.next()) {
 *       use(body.array(), body.offset(), body.length());
 *   }
 * </pre>
 *
 * Owner: the thread that reads the connection.
 */
public final class BodyReader {
    /** Longest chunk header line, in bytes: size, extensions and CRLF. */
    private static final int CHUNK_LINE_BYTES_MAX = 4 * 1024;
    /**
     * Bytes of chunk extensions beyond what the chunks' data justifies: they carry nothing for us, but cost the reader. Each chunk pays
     * {@link #EXTENSION_BYTES_PER_CHUNK} and twice its size back, so that a long stream of modest extensions goes on.
     */
    private static final int EXTENSION_BYTES_MAX = 16 * 1024;
    private static final int EXTENSION_BYTES_PER_CHUNK = 16;

    private final WireReader in;
    private final ProtocolException.Side side;
    private final HeadLimits limits;
    private final BodyFraming framing;
    /** Octets left of the body (length), or of the chunk (chunked). */
    private long remaining;
    private boolean firstChunk = true;
    private boolean done;
    private long extensionBytes;
    private Fields trailers = Fields.EMPTY;
    private int offset;
    private int length;
    private long total;

    /**
     * @param in connection, just behind the head
     * @param framing how the end is found
     * @param side whose message this is
     * @param limits bounds of the trailer section
     */
    public BodyReader(WireReader in, BodyFraming framing, ProtocolException.Side side, HeadLimits limits) {
        this.in = in;
        this.side = side;
        this.limits = limits;
        this.framing = framing;
        this.remaining = switch (framing) {
            case BodyFraming.ContentLength(long bytes) -> bytes;
            case BodyFraming.None none -> 0;
            case BodyFraming.Chunked chunked -> 0;
            case BodyFraming.UntilClose untilClose -> Long.MAX_VALUE;
        };
        this.done = framing instanceof BodyFraming.None || framing instanceof BodyFraming.ContentLength(long bytes) && bytes == 0;
    }

    /**
     * Makes the next octets available, waiting for at least one.
     *
     * @return false when the body has ended as its framing says
     * @throws ProtocolException if the chunked coding is malformed
     * @throws PrematureEndException if the connection closed before the end
     */
    public boolean next() throws IOException {
        if (done) {
            return false;
        }
        if (framing instanceof BodyFraming.Chunked && remaining == 0) {
            nextChunk();
            if (done) {
                return false;
            }
        }
        if (remaining > WireReader.IDLE_BYTES) {
            in.expectBody();
        }
        if (!in.await()) {
            if (framing instanceof BodyFraming.UntilClose) {
                done = true;
                return false;
            }
            throw cut();
        }
        take((int) Math.min(remaining, in.buffered()));
        return true;
    }

    /** Has {@code out} flushed before each wait for the peer; see {@link WireReader#flushBeforeWaiting}. */
    public void flushBeforeWaiting(WireWriter out) {
        in.flushBeforeWaiting(out);
    }

    /** Holds the octets of the last {@link #next}, valid until the next one. */
    public byte[] array() {
        return in.array();
    }

    /** Where they begin in {@link #array}. */
    public int offset() {
        return offset;
    }

    /** How many they are, at least 1. */
    public int length() {
        return length;
    }

    /** Octets handed out so far. */
    public long total() {
        return total;
    }

    /** Whether the body has ended as its framing says. */
    public boolean ended() {
        return done;
    }

    /** The trailer section; empty before the end and for other framings than chunked. */
    public Fields trailers() {
        return trailers;
    }

    private void take(int count) {
        offset = in.position();
        length = count;
        in.consume(count);
        total += count;
        if (!(framing instanceof BodyFraming.UntilClose)) {
            remaining -= count;
            done = remaining == 0 && framing instanceof BodyFraming.ContentLength;
        }
    }

    private void nextChunk() throws IOException {
        if (!firstChunk) {
            expect('\r');
            expect('\n');
        }
        firstChunk = false;
        remaining = chunkSize();
        if (remaining == 0) {
            trailers = readTrailers();
            done = true;
        }
    }

    /** Reads one chunk header: size in hex, optional extensions, CRLF (RFC 9112 section 7.1). */
    private long chunkSize() throws IOException {
        long size = 0;
        int digits = 0;
        int octet = octet();
        for (int digit = hex(octet); digit >= 0; digit = hex(octet)) {
            // 15 hex digits stay below 2^60: no sum with what came before overflows.
            if (++digits > 15) {
                throw bad("chunk size has more than 15 digits");
            }
            size = size << 4 | digit;
            octet = octet();
        }
        if (digits == 0) {
            throw bad("chunk size begins with " + Ascii.shown(octet));
        }
        int lineBytes = digits;
        while (octet == ' ' || octet == '\t') {
            if (side == ProtocolException.Side.CLIENT && ++extensionBytes > EXTENSION_BYTES_MAX || ++lineBytes > CHUNK_LINE_BYTES_MAX) {
                throw bad("chunk header is too long");
            }
            octet = octet();
        }
        if (octet == ';') {
            octet = skipExtensions(lineBytes);
        } else if (side == ProtocolException.Side.CLIENT && lineBytes > digits) {
            throw bad("white space behind a chunk size");
        }
        if (octet != '\r' || octet() != '\n') {
            throw bad("chunk size is not followed by CRLF");
        }
        extensionBytes = Math.max(0, extensionBytes - EXTENSION_BYTES_PER_CHUNK - 2 * Math.min(size, EXTENSION_BYTES_MAX));
        return size;
    }

    /** Chunk extensions are read over and not passed on (section 7.1.1). */
    private int skipExtensions(int lineBytes) throws IOException {
        int octet = ';';
        for (int bytes = lineBytes; octet != '\r'; bytes++) {
            if (octet == '\n' || octet < 0x20 && octet != '\t' || octet == 0x7F) {
                throw bad("chunk extension holds " + Ascii.shown(octet));
            }
            if (++extensionBytes > EXTENSION_BYTES_MAX || bytes > CHUNK_LINE_BYTES_MAX) {
                throw bad("chunk extensions are too long");
            }
            octet = octet();
        }
        return octet;
    }

    private Fields readTrailers() throws IOException {
        if (!in.await()) {
            throw cut();
        }
        if (in.peek(0) == '\n') {
            // Reading on would look for the empty line in the next message.
            throw bad("last chunk is followed by LF without CR");
        }
        while (in.buffered() < 2) {
            if (!in.awaitMore()) {
                throw cut();
            }
        }
        if (in.peek(0) == '\r' && in.peek(1) == '\n') {
            in.consume(2);
            return Fields.EMPTY;
        }
        Optional<byte[]> section = in.readHead(side, limits.headBytesMax());
        return HeadParser.parseTrailers(section.orElseThrow(this::cut), side, limits);
    }

    private void expect(char wanted) throws IOException {
        int octet = octet();
        if (octet != wanted) {
            throw bad("chunk data is followed by " + Ascii.shown(octet) + ", not by CRLF");
        }
    }

    private int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw cut();
        }
        return octet;
    }

    private static int hex(int octet) {
        if (octet >= '0' && octet <= '9') {
            return octet - '0';
        }
        int lower = Ascii.lower(octet);
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    private PrematureEndException cut() {
        String wanted = framing instanceof BodyFraming.ContentLength(long bytes) ? " of " + bytes : "";
        return new PrematureEndException("connection closed after " + total + wanted + " bytes of the body");
    }

    private ProtocolException bad(String message) {
        return ProtocolException.bad(side, message);
    }
}
