package proxymcp.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Octets of a peer as a stream that gives at most {@code piece} of them a read, and then ends. */
final class Octets extends InputStream {
    private final byte[] bytes;
    private final int piece;
    private int position;
    private int widestRead;

    Octets(byte[] bytes, int piece) {
        this.bytes = bytes;
        this.piece = piece;
    }

    static WireReader atOnce(String latin1) {
        return new WireReader(new Octets(bytes(latin1), Integer.MAX_VALUE));
    }

    static WireReader inPieces(String latin1, int piece) {
        return new WireReader(new Octets(bytes(latin1), piece));
    }

    static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** What {@code in} still has, read to its end. */
    static String rest(WireReader in) throws IOException {
        return text(in.stream().readAllBytes());
    }

    /** The most octets that a read had room for: the reader's buffer. */
    int widestRead() {
        return widestRead;
    }

    @Override
    public int read() {
        throw new AssertionError("octets are read in bulk");
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (length <= 0) {
            throw new AssertionError("read of " + length + " octets");
        }
        widestRead = Math.max(widestRead, length);
        if (position == bytes.length) {
            return -1;
        }
        int count = Math.min(Math.min(piece, length), bytes.length - position);
        System.arraycopy(bytes, position, target, offset, count);
        position += count;
        return count;
    }
}
