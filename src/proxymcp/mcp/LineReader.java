package proxymcp.mcp;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Splits a stream into lines ending in {@code \n}. A line longer than the bound is skipped to its end, so that the
 * next one is read right.
 *
 * <p>Owner: the thread that reads.
 */
final class LineReader {
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int LINE_BYTES_FIRST = 8 * 1024;

    private final InputStream in;
    private final int lineBytesMax;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int chunkAt;
    private int chunkEnd;

    /** What the stream had next. */
    sealed interface Line {
        /** A line without its {@code \n}; the last one of the stream may have had none. */
        record Bytes(byte[] bytes) implements Line {
        }

        /** A line above the bound; its bytes are gone. */
        record TooLong() implements Line {
        }

        /** The stream is at its end. */
        record End() implements Line {
        }
    }

    LineReader(InputStream in, int lineBytesMax) {
        this.in = in;
        this.lineBytesMax = lineBytesMax;
    }

    Line next() throws IOException {
        byte[] line = new byte[LINE_BYTES_FIRST];
        int length = 0;
        boolean tooLong = false;
        while (chunkAt < chunkEnd || fill()) {
            int end = chunkAt;
            while (end < chunkEnd && chunk[end] != '\n') {
                end++;
            }
            int bytes = end - chunkAt;
            tooLong |= bytes > lineBytesMax - length;
            if (!tooLong) {
                line = room(line, length + bytes);
                System.arraycopy(chunk, chunkAt, line, length, bytes);
                length += bytes;
            }
            chunkAt = end;
            if (end < chunkEnd) {
                chunkAt++;
                return tooLong ? new Line.TooLong() : new Line.Bytes(Arrays.copyOf(line, length));
            }
        }
        if (tooLong) {
            return new Line.TooLong();
        }
        return length == 0 ? new Line.End() : new Line.Bytes(Arrays.copyOf(line, length));
    }

    private boolean fill() throws IOException {
        chunkAt = 0;
        chunkEnd = Math.max(0, in.read(chunk));
        return chunkEnd > 0;
    }

    private byte[] room(byte[] line, int length) {
        if (length <= line.length) {
            return line;
        }
        return Arrays.copyOf(line, Math.max(length, (int) Math.min(2L * line.length, lineBytesMax)));
    }
}
