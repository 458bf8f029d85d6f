package proxymcp.codec;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Lets a given number of bytes pass and throws {@link LimitException} when more are asked for. */
final class BoundedInputStream extends FilterInputStream {

    /** More bytes than allowed came out of one coding of a chain. */
    static final class LimitException extends IOException {
        private static final long serialVersionUID = 1L;

        LimitException(long bytesMax) {
            super("stopped after " + bytesMax + " bytes between two content codings, the limit");
        }
    }

    private final long bytesMax;
    private long bytesLeft;

    BoundedInputStream(InputStream in, long bytesMax) {
        super(in);
        this.bytesMax = bytesMax;
        this.bytesLeft = bytesMax;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (bytesLeft == 0 && length > 0) {
            throw new LimitException(bytesMax);
        }
        int count = super.read(target, offset, (int) Math.min(length, bytesLeft));
        if (count > 0) {
            bytesLeft -= count;
        }
        return count;
    }
}
