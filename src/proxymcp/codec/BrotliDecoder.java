package proxymcp.codec;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.decoder.DecoderJNI;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Undoes br (RFC 7932) through brotli4j's native decoder.
 *
 * <p>brotli4j's own {@code BrotliInputStream} holds output back until its buffer is full, so that a cut input loses its
 * last bytes; this class pulls what the decoder has before it asks for more. The native state lives outside the heap and is
 * given back by {@link #close}, after which nothing may touch the buffers that point into it.
 */
final class BrotliDecoder extends BlockInput {
    private static final String CODING = "br";
    private static final int INPUT_BYTES = 8192;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final InputStream in;
    private final byte[] chunk = new byte[INPUT_BYTES];
    private final DecoderJNI.Wrapper decoder;
    private ByteBuffer output = NOTHING;
    private boolean closed;

    /**
     * Begins at the first byte of br data.
     *
     * @throws IOException if the native decoder cannot be made
     */
    BrotliDecoder(InputStream in) throws IOException {
        this.in = in;
        this.decoder = new DecoderJNI.Wrapper(INPUT_BYTES);
    }

    /**
     * Loads the native library if it is not loaded yet.
     *
     * @throws CodingException of kind {@code UNSUPPORTED}, with the loader's reason, where it cannot be loaded
     */
    static void requireNative() throws CodingException {
        String reason = nativeProblem();
        if (!reason.isEmpty()) {
            throw new CodingException(CodingException.Kind.UNSUPPORTED, CODING, reason);
        }
    }

    /** Why br cannot be decoded on this machine; empty if it can. */
    static String nativeProblem() {
        try {
            if (Brotli4jLoader.isAvailable()) {
                return "";
            }
            Throwable cause = Brotli4jLoader.getUnavailabilityCause();
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return "the native brotli library did not load: " + cause;
        } catch (LinkageError e) {
            // A loader that fails in its static part throws this at every use.
            return "the native brotli library did not load: " + e;
        }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        if (length == 0) {
            return 0;
        }
        while (!output.hasRemaining()) {
            if (decoder.hasOutput() || decoder.getStatus() == DecoderJNI.Status.NEEDS_MORE_OUTPUT) {
                output = decoder.pull();
            } else if (!advance()) {
                return -1;
            }
        }
        int count = Math.min(length, output.remaining());
        output.get(target, offset, count);
        return count;
    }

    /** Gives the decoder more input; false at the end of the br data. */
    private boolean advance() throws IOException {
        switch (decoder.getStatus()) {
            case DONE -> {
                return false;
            }
            case OK -> decoder.push(0);
            case NEEDS_MORE_INPUT -> pushInput();
            case NEEDS_MORE_OUTPUT -> throw new IllegalStateException("output is pulled before input is pushed");
            case ERROR -> throw new CodingException(CodingException.Kind.CORRUPT, CODING, "invalid brotli data");
        }
        return true;
    }

    private void pushInput() throws IOException {
        int count = in.read(chunk, 0, chunk.length);
        if (count < 0) {
            // All input may be inside while output is still to come, a window of it at a time: the decoder says then that it needs more.
            decoder.push(0);
            if (decoder.getStatus() != DecoderJNI.Status.NEEDS_MORE_INPUT || decoder.hasOutput()) {
                return;
            }
            throw new CodingException(CodingException.Kind.TRUNCATED, CODING, "the input ends inside the coded data");
        }
        ByteBuffer input = decoder.getInputBuffer();
        input.clear();
        input.put(chunk, 0, count);
        decoder.push(count);
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            output = NOTHING;
            decoder.destroy();
        }
        in.close();
    }
}
