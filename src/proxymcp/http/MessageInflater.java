package proxymcp.http;

import java.io.Closeable;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Undoes {@code permessage-deflate} (RFC 7692 section 7.2.2) of the messages of one direction, for whoever reads along. Messages that are not
 * compressed are not shown to it: they do not enter the window. A message that cannot be read costs those behind it too, unless each begins with an
 * empty window. One that is too long does not: what is over is unpacked for the window's sake and dropped, within the bounds of a bomb.
 *
 * <p>Takes memory outside of the heap from the first compressed message on, and between messages only where the window is kept. Not for several threads.
 */
public final class MessageInflater implements Closeable {
    /** Takes what comes out. */
    public interface Sink {
        /** Octets; valid during the call. */
        void take(byte[] bytes, int offset, int length);
    }

    /** Octets that are handed on of one message. */
    public static final long MESSAGE_BYTES_MAX = 64 << 20;
    /**
     * Octets that longer messages may be unpacked to, all together. Beyond, and beyond {@link #SPENT_TIMES_MAX} times the octets that came, they are
     * bombs, and nothing more is read.
     */
    public static final long SPENT_BYTES_MAX = 1L << 30;
    /** How many times its size a long message may become. */
    public static final int SPENT_TIMES_MAX = 200;

    private static final int PIECE_BYTES = 8 * 1024;
    private static final byte[] NOTHING = {};
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    private final boolean forgets;
    private final long messageBytesMax;
    private final long spentBytesMax;
    private Inflater inflater;
    private byte[] piece = NOTHING;
    private long made;
    private long taken;
    private long spent;
    private boolean tooLong;
    private boolean broken;
    private boolean bomb;
    private boolean atBlock;

    /** @param forgets whether each message begins with an empty window */
    public MessageInflater(boolean forgets) {
        this(forgets, MESSAGE_BYTES_MAX, SPENT_BYTES_MAX);
    }

    /** With bounds of its own. */
    MessageInflater(boolean forgets, long messageBytesMax, long spentBytesMax) {
        this.forgets = forgets;
        this.messageBytesMax = messageBytesMax;
        this.spentBytesMax = spentBytesMax;
    }

    /** A compressed message begins. */
    public void begin() {
        made = 0;
        tooLong = false;
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
     * @throws DataFormatException if they are no deflate stream or make too much; once, as the rest of the message is not handed on then
     * @throws IllegalStateException if no message has begun
     */
    public void feed(byte[] bytes, int offset, int length, Sink sink) throws DataFormatException {
        taken += length;
        if (isSkipping() || length == 0) {
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
        if (!atBlock && !isSkipping()) {
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

    /** Nobody needs the window of a long message that the next one forgets. */
    private boolean isSkipping() {
        return broken || tooLong && forgets;
    }

    private void inflate(byte[] bytes, int offset, int length, Sink sink) throws DataFormatException {
        if (piece.length == 0) {
            piece = new byte[PIECE_BYTES];
        }
        boolean wasTooLong = tooLong;
        try {
            inflater.setInput(bytes, offset, length);
            boolean more = true;
            while (more && !isSkipping()) {
                int count = inflater.inflate(piece);
                handOn(count, sink);
                if (inflater.finished()) {
                    // A final block may end a stream within a message (RFC 7692 section 7.2.3.4); what stands behind it begins the next.
                    int left = inflater.getRemaining();
                    inflater.reset();
                    inflater.setInput(bytes, offset + length - left, left);
                    atBlock = left == 0; // Of an end that does not bring the empty block which the sender had to leave out.
                } else if (count == 0 && !inflater.needsInput()) {
                    throw new DataFormatException("a preset dictionary is asked for");
                } else {
                    more = count > 0;
                }
            }
        } catch (DataFormatException e) {
            broken = true;
            piece = NOTHING;
            close();
            throw e;
        }
        if (tooLong && !wasTooLong) {
            throw new DataFormatException("unpacks to more than " + messageBytesMax + " octets");
        }
    }

    /** Hands on what is not over, and counts what unpacking a long message took. */
    private void handOn(int count, Sink sink) throws DataFormatException {
        sink.take(piece, 0, (int) Math.min(count, Math.max(0, messageBytesMax - made)));
        made += count;
        if (made > messageBytesMax) {
            spent += tooLong ? count : made;
            tooLong = true;
        }
        if (spent > spentBytesMax && spent / SPENT_TIMES_MAX > taken) {
            bomb = true; // Another one would cost as much.
            throw new DataFormatException("long messages unpack to more than " + spentBytesMax + " octets, and to more than " + SPENT_TIMES_MAX
                    + " times their size: none is read from here on");
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
