package proxymcp.decode;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;

/**
 * Takes what a decoder writes, up to a limit. Past it writing throws {@link FullException}, which a decoder lets pass: what was written until then
 * becomes a partial layer.
 */
public final class DecodeSink extends OutputStream {

    /** The limit of a sink was reached. */
    public static final class FullException extends DecodeException {
        private static final long serialVersionUID = 1L;

        FullException(int bytesMax) {
            super("stopped after " + bytesMax + " bytes, the limit");
        }
    }

    private final int bytesMax;
    private final ByteArrayOutputStream written;
    private boolean overflowed;

    /** A sink that takes {@code bytesMax} bytes, 0 or more. */
    public DecodeSink(int bytesMax) {
        if (bytesMax < 0) {
            throw new IllegalArgumentException("bytesMax: expected 0 or more, got " + bytesMax);
        }
        this.bytesMax = bytesMax;
        this.written = new ByteArrayOutputStream(Math.min(bytesMax, 8192));
    }

    /** How many bytes it takes in all. */
    public int bytesMax() {
        return bytesMax;
    }

    /** Bytes written so far. */
    public int size() {
        return written.size();
    }

    /** Whether more was offered than it takes. */
    public boolean overflowed() {
        return overflowed;
    }

    @Override
    public void write(int octet) throws FullException {
        if (written.size() >= bytesMax) {
            overflowed = true;
            throw new FullException(bytesMax);
        }
        written.write(octet);
    }

    @Override
    public void write(byte[] source) throws FullException {
        write(source, 0, source.length);
    }

    /** Takes what fits; throws if that is not all. */
    @Override
    public void write(byte[] source, int offset, int length) throws FullException {
        int taken = Math.min(length, bytesMax - written.size());
        written.write(source, offset, taken);
        if (taken < length) {
            overflowed = true;
            throw new FullException(bytesMax);
        }
    }

    /** A copy of what was written. */
    public byte[] bytes() {
        return written.toByteArray();
    }
}
