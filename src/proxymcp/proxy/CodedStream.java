package proxymcp.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import proxymcp.codec.BlockInput;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;

/**
 * Undoes the content coding of a stream as it passes. Decoders read, they are not fed: a thread of its own runs them, on copies of what passed.
 *
 * <p>{@link #pass} and {@link #end} are for one thread.
 */
final class CodedStream {
    /** Pieces that wait, of {@link #BUFFER_BYTES} at most: as much as flows of a body at a time. */
    private static final int PIECES_MAX = 8;
    private static final int BUFFER_BYTES = 8 * 1024;
    /** What unpacks to more than this, and to more than so many times its size, is a bomb. */
    private static final long DECODED_BYTES_MAX = 64 << 20;
    private static final int DECODED_TIMES_MAX = 200;
    private static final byte[] END = new byte[0];

    private final BlockingQueue<byte[]> pieces = new ArrayBlockingQueue<>(PIECES_MAX);
    private final List<ContentCoding> codings;
    private final EventTap events;
    private final Thread decoder;
    private volatile boolean given;
    private volatile boolean cut;

    CodedStream(List<ContentCoding> codings, EventTap events) {
        this.codings = codings;
        this.events = events;
        this.decoder = Thread.ofVirtual().name("stream-decoder").start(this::decode);
    }

    void pass(byte[] bytes, int offset, int length) {
        for (int done = 0; done < length; done += BUFFER_BYTES) {
            put(Arrays.copyOfRange(bytes, offset + done, offset + Math.min(length, done + BUFFER_BYTES)));
        }
    }

    /** Waits until all that passed is decoded; {@code complete}: the body came to its end. */
    void end(boolean complete) {
        cut = !complete;
        put(END);
        try {
            decoder.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void put(byte[] piece) {
        try {
            if (!given) {
                pieces.put(piece);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            given = true;
        }
    }

    private void decode() {
        Pieces coded = new Pieces();
        try (InputStream in = Codings.decodeBounded(coded, codings)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            long decoded = 0;
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                events.pass(buffer, 0, count);
                decoded += count;
                if (decoded > DECODED_BYTES_MAX && decoded / DECODED_TIMES_MAX > coded.taken) {
                    events.stop("the content coding unpacks to more than " + DECODED_TIMES_MAX + " times its size: what follows is not recorded as events");
                    return;
                }
            }
        } catch (IOException e) {
            if (!cut) {
                events.stop("the content coding cannot be undone: " + e.getMessage());
            }
        } finally {
            given = true;
            pieces.clear(); // Whoever waits to put a piece goes on.
        }
    }

    /** What passed; a read waits for the next piece and gives no more than that. */
    private final class Pieces extends BlockInput {
        private long taken;
        private byte[] piece = END;
        private int at;
        private boolean ended;

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (at == piece.length && !ended) {
                next();
            }
            if (ended) {
                return -1;
            }
            int count = Math.min(length, piece.length - at);
            System.arraycopy(piece, at, target, offset, count);
            at += count;
            return count;
        }

        private void next() throws IOException {
            try {
                piece = pieces.take();
                taken += piece.length;
                at = 0;
                ended = piece.length == 0;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("stopped");
            }
        }
    }
}
