package proxymcp.codec;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Feeds an {@link Inflater} from a stream and keeps count of what it left over, so that the bytes before and after the
 * deflate data can be read with the same buffer. The owner calls {@link #close}, which gives the native memory back.
 */
final class InflaterSource {
    private static final int BUFFER_BYTES = 8192;

    private final InputStream in;
    private final String coding;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private Inflater inflater;

    /**
     * Reads from {@code in}; errors name {@code coding}.
     *
     * @param zlib whether the deflate data is wrapped as zlib
     */
    InflaterSource(InputStream in, String coding, boolean zlib) {
        this.in = in;
        this.coding = coding;
        this.inflater = new Inflater(!zlib);
    }

    /** Starts over with other wrapping. Nothing may have been inflated yet. */
    void useZlib() {
        inflater.end();
        inflater = new Inflater(false);
    }

    /** The next byte outside the deflate data, or -1 at the end of the input. */
    int read() throws IOException {
        return fill() ? buffer[position++] & 0xff : -1;
    }

    /** The byte {@code ahead} places on (0 is the next one), or -1 if the input ends before it. */
    int peek(int ahead) throws IOException {
        while (limit - position <= ahead) {
            if (position > 0) {
                System.arraycopy(buffer, position, buffer, 0, limit - position);
                limit -= position;
                position = 0;
            }
            int count = in.read(buffer, limit, buffer.length - limit);
            if (count < 0) {
                return -1;
            }
            limit += count;
        }
        return buffer[position + ahead] & 0xff;
    }

    /** Makes ready for the next run of deflate data. */
    void reset() {
        inflater.reset();
    }

    /**
     * Inflates into {@code target}.
     *
     * @return bytes written, 1 or more, or -1 at the end of the deflate data
     * @throws CodingException if the data is corrupt or the input ends; everything before that was returned first
     */
    int inflate(byte[] target, int offset, int length) throws IOException {
        while (true) {
            int count = inflateOnce(target, offset, length);
            if (count > 0) {
                return count;
            }
            if (inflater.finished()) {
                return -1;
            }
            if (inflater.needsDictionary()) {
                throw corrupt("needs a preset dictionary");
            }
            if (!fill()) {
                throw truncated();
            }
        }
    }

    private int inflateOnce(byte[] target, int offset, int length) throws CodingException {
        inflater.setInput(buffer, position, limit - position);
        long before = inflater.getBytesWritten();
        try {
            int count = inflater.inflate(target, offset, length);
            position = limit - inflater.getRemaining();
            return count;
        } catch (DataFormatException e) {
            // What came out before the damage is in the target; the inflater fails again at the same place next time.
            int count = (int) (inflater.getBytesWritten() - before);
            if (count > 0) {
                position = limit - inflater.getRemaining();
                return count;
            }
            throw corrupt(e.getMessage() == null ? "invalid deflate data" : e.getMessage());
        }
    }

    CodingException truncated() {
        return new CodingException(CodingException.Kind.TRUNCATED, coding, "the input ends inside the coded data");
    }

    CodingException corrupt(String reason) {
        return new CodingException(CodingException.Kind.CORRUPT, coding, reason);
    }

    void close() throws IOException {
        inflater.end();
        in.close();
    }

    private boolean fill() throws IOException {
        if (position < limit) {
            return true;
        }
        int count = in.read(buffer, 0, buffer.length);
        position = 0;
        limit = Math.max(count, 0);
        return count > 0;
    }
}
