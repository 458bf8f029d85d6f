package proxymcp.http;

import java.io.Closeable;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Undoes {@code permessage-deflate} (RFC 7692 section 7.2.2) of the messages of one direction, for whoever reads along. Messages that are not
 * compressed are not shown to it: they do not enter the window. A message that cannot be read costs those behind it too, unless each begins with an
 * empty window.
 *
 * <p>Takes memory outside of the heap from the first compressed message on, and between messages only where the window is kept. Not for several threads.
 */
public final class MessageInflater implements Closeable {
    /** Takes what comes out. */
    public interface Sink {
        /** Octets; valid during the call. */
        void take(byte[] bytes, int offset, int length);
    }

    /** Octets that may come of one message: what unpacks to more is not unpacked to its end. */
    public static final long MESSAGE_BYTES_MAX = 64 << 20;

    private static final int PIECE_BYTES = 8 * 1024;
    private static final byte[] NOTHING = {};
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    private final boolean forgets;
    private Inflater inflater;
    private byte[] piece = NOTHING;
    private long made;
    private boolean broken;
    private boolean bomb;
    private boolean atBlock;

    /** @param forgets whether each message begins with an empty window */
    public MessageInflater(boolean forgets) {
        this.forgets = forgets;
    }

    /** A compressed message begins. */
    public void begin() {
        made = 0;
        if (forgets) {
            close(); // What a message left that was never ended.
            broken = bomb;
        }
        if (inflater == null && !broken) {
            inflater = new Inflater(true);
        }
        atBlock = true; // No octet at all is no deflate stream, but an empty message to some.
    }

    /**
     * The next octets of the message.
     *
     * @throws DataFormatException if they are no deflate stream or make too much; once, as what follows cannot be read then
     * @throws IllegalStateException if no message has begun
     */
    public void feed(byte[] bytes, int offset, int length, Sink sink) throws DataFormatException {
        if (broken || length == 0) {
            return;
        }
        if (inflater == null) {
            throw new IllegalStateException("no message has begun");
        }
        atBlock = false;
        inflate(bytes, offset, length, sink);
    }

    /**
     * The message ended.
     *
     * @throws DataFormatException as {@link #feed}
     */
    public void end(Sink sink) throws DataFormatException {
        if (broken) {
            return;
        }
        if (!atBlock) {
            inflate(TAIL, 0, TAIL.length, sink);
        }
        piece = NOTHING;
        if (forgets) {
            close();
        }
    }

    /** Whether the message cannot be read, nor what follows in its window. */
    public boolean isBroken() {
        return broken;
    }

    private void inflate(byte[] bytes, int offset, int length, Sink sink) throws DataFormatException {
        if (piece.length == 0) {
            piece = new byte[PIECE_BYTES];
        }
        try {
            inflater.setInput(bytes, offset, length);
            while (true) {
                int count = inflater.inflate(piece);
                made += count;
                if (made > MESSAGE_BYTES_MAX) {
                    bomb = true; // Another one would cost as much.
                    throw new DataFormatException("unpacks to more than " + MESSAGE_BYTES_MAX + " octets");
                }
                sink.take(piece, 0, count);
                if (inflater.finished()) {
                    // A final block may end a stream within a message (RFC 7692 section 7.2.3.4); what stands behind it begins the next.
                    int left = inflater.getRemaining();
                    inflater.reset();
                    inflater.setInput(bytes, offset + length - left, left);
                    atBlock = left == 0; // Of an end that does not bring the empty block which the sender had to leave out.
                } else if (count == 0 && inflater.needsInput()) {
                    return;
                } else if (count == 0) {
                    throw new DataFormatException("a preset dictionary is asked for");
                }
            }
        } catch (DataFormatException e) {
            broken = true;
            piece = NOTHING;
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        if (inflater != null) {
            inflater.end();
            inflater = null;
        }
    }
}
