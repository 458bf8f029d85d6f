package proxymcp.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads the frames of one direction of a WebSocket (RFC 6455 section 5.2) as their octets pass, in pieces of any size. Knows no socket, holds no
 * payload. What breaks the protocol is told and read on, as whoever listens beside a connection has no say in it; only a length that cannot be is the
 * end of what can be told apart.
 *
 * <p>Not for several threads.
 */
public final class WebSocketParser {
    /** Takes what is found, in the order of the octets. */
    public interface Listener {
        /** A frame begins; its payload follows in pieces. */
        void frame(Frame frame);

        /** Octets of the frame's payload, unmasked; valid during the call. */
        void payload(byte[] bytes, int offset, int length);

        /** The frame ended. */
        void frameEnd();

        /** Something breaks the protocol: a sentence for a reader. */
        void fault(String sentence);
    }

    /**
     * The head of a frame.
     *
     * @param opcode 0..15
     * @param fin whether it is the last of its message
     * @param rsv the reserved bits, RSV1 as 4
     * @param masked whether its payload is masked
     * @param headBytes octets of the head
     * @param payloadBytes octets of the payload
     */
    public record Frame(int opcode, boolean fin, int rsv, boolean masked, int headBytes, long payloadBytes) {
        /** Whether it is a control frame (section 5.5). */
        public boolean isControl() {
            return opcode >= 8;
        }
    }

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int HEAD_BYTES_MAX = 14;
    private static final int PIECE_BYTES = 8 * 1024;
    private static final int KEPT_BYTES = 512;
    private static final int CONTROL_BYTES_MAX = 125;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    private final boolean fromClient;
    private final int rsvAllowed;
    private final Listener listener;
    private final byte[] head = new byte[HEAD_BYTES_MAX];
    private int headBytes;
    private int headWanted = 2;
    private boolean inPayload;
    private long payloadLeft;
    private long payloadDone;
    /** Grows with what comes in one piece; idle, it holds no more than {@link #KEPT_BYTES}. */
    private byte[] unmasked = new byte[0];
    private boolean masked;
    private int maskAt;
    private boolean fragmented;
    private boolean closed;
    private boolean unreadable;
    private long unread;

    /**
     * Begins behind the opening handshake.
     *
     * @param fromClient which side's frames these are: a client's have to be masked, a server's must not be
     * @param rsvAllowed reserved bits that an extension gives a meaning, RSV1 as 4
     */
    public WebSocketParser(boolean fromClient, int rsvAllowed, Listener listener) {
        this.fromClient = fromClient;
        this.rsvAllowed = rsvAllowed;
        this.listener = listener;
    }

    /** Octets that passed behind a frame whose end cannot be known. */
    public long unread() {
        return unread;
    }

    /** Whether octets of a frame are still to come, or frames of a message. */
    public boolean isWithin() {
        return inPayload || headBytes > 0 || fragmented;
    }

    /** The next octets. */
    public void feed(byte[] bytes, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end && !unreadable) {
            at += inPayload ? payload(bytes, at, end - at) : head(bytes, at, end - at);
        }
        unread += end - at;
    }

    private int head(byte[] bytes, int offset, int length) {
        int taken = Math.min(length, headWanted - headBytes);
        System.arraycopy(bytes, offset, head, headBytes, taken);
        headBytes += taken;
        if (headBytes == 2) {
            headWanted = 2 + (head[1] < 0 ? 4 : 0) + switch (head[1] & 0x7F) {
                case LENGTH_16 -> 2;
                case LENGTH_64 -> 8;
                default -> 0;
            };
        }
        if (headBytes == headWanted) {
            begin();
        }
        return taken;
    }

    private void begin() {
        int shortLength = head[1] & 0x7F;
        long bytes = switch (shortLength) {
            case LENGTH_16 -> number(2);
            case LENGTH_64 -> number(8);
            default -> shortLength;
        };
        masked = head[1] < 0;
        Frame frame = new Frame(head[0] & 0x0F, head[0] < 0, head[0] >> 4 & 7, masked, headBytes, bytes);
        if (bytes < 0) {
            listener.fault("a frame of more than 2^63 octets (RFC 6455 section 5.2): what follows cannot be told apart");
            unreadable = true;
            return;
        }
        check(frame, shortLength);
        listener.frame(frame);
        maskAt = headBytes - 4;
        headBytes = 0;
        headWanted = 2;
        payloadLeft = bytes;
        payloadDone = 0;
        inPayload = bytes > 0;
        if (!inPayload) {
            listener.frameEnd();
        }
    }

    private long number(int octets) {
        long number = 0;
        for (int i = 0; i < octets; i++) {
            number = number << 8 | head[2 + i] & 0xFF;
        }
        return number;
    }

    private void check(Frame frame, int shortLength) {
        if (closed) {
            listener.fault("a frame behind the close frame (RFC 6455 section 5.5.1)");
        }
        if (frame.masked() != fromClient) {
            listener.fault(fromClient ? "a client's frame that is not masked (RFC 6455 section 5.1)"
                    : "a server's frame that is masked (RFC 6455 section 5.1)");
        }
        if ((frame.rsv() & ~rsvAllowed) != 0 || frame.rsv() != 0 && (frame.isControl() || frame.opcode() == 0)) {
            listener.fault("reserved bits that no extension of this stream gives a meaning here (RFC 6455 section 5.2)");
        }
        if (shortLength == LENGTH_16 && frame.payloadBytes() < LENGTH_16 || shortLength == LENGTH_64 && frame.payloadBytes() <= 0xFFFF) {
            listener.fault("a length in more octets than it needs (RFC 6455 section 5.2)");
        }
        if (frame.opcode() > 2 && frame.opcode() < 8 || frame.opcode() > 10) {
            listener.fault("reserved opcode " + frame.opcode() + " (RFC 6455 section 5.2)");
        }
        if (frame.isControl()) {
            if (!frame.fin() || frame.payloadBytes() > CONTROL_BYTES_MAX) {
                listener.fault(frame.fin() ? "a control frame of " + frame.payloadBytes() + " octets (RFC 6455 section 5.5)"
                        : "a fragmented control frame (RFC 6455 section 5.5)");
            }
            closed |= frame.opcode() == 8;
            return;
        }
        if (frame.opcode() == 0 != fragmented) {
            listener.fault(fragmented ? "a new message before the last fragment of the one before (RFC 6455 section 5.4)"
                    : "a continuation of no message (RFC 6455 section 5.4)");
        }
        fragmented = !frame.fin();
    }

    private int payload(byte[] bytes, int offset, int length) {
        int taken = (int) Math.min(length, payloadLeft);
        if (masked) {
            taken = Math.min(taken, PIECE_BYTES);
            unmask(bytes, offset, taken);
            listener.payload(unmasked, 0, taken);
        } else {
            listener.payload(bytes, offset, taken);
        }
        payloadDone += taken;
        payloadLeft -= taken;
        if (payloadLeft == 0) {
            inPayload = false;
            if (unmasked.length > KEPT_BYTES) {
                unmasked = new byte[0];
            }
            listener.frameEnd();
        }
        return taken;
    }

    private void unmask(byte[] bytes, int offset, int length) {
        if (unmasked.length < length) {
            unmasked = new byte[length];
        }
        long mask = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            mask = mask << 8 | head[maskAt + ((int) payloadDone + i & 3)] & 0xFF;
        }
        int at = 0;
        for (; at <= length - Long.BYTES; at += Long.BYTES) {
            LONGS.set(unmasked, at, (long) LONGS.get(bytes, offset + at) ^ mask);
        }
        for (; at < length; at++) {
            unmasked[at] = (byte) (bytes[offset + at] ^ mask >> 56);
            mask = Long.rotateLeft(mask, 8);
        }
    }
}
