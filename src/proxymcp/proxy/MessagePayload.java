package proxymcp.proxy;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import proxymcp.exchange.Direction;
import proxymcp.exchange.Recording;
import proxymcp.exchange.StreamMessage;

/**
 * The payload of one message while it passes: its beginning is held, and all of one that is longer is handed on in parts.
 *
 * <p>Owner: the thread of one direction. Holds nothing between messages.
 */
final class MessagePayload {
    private static final int FIRST_BYTES = 512;

    private final Recording recording;
    private final Direction direction;
    private byte[] held = new byte[0];
    private int heldBytes;
    private long bytes;

    MessagePayload(Recording recording, Direction direction) {
        this.recording = recording;
        this.direction = direction;
    }

    /** Octets so far. */
    long bytes() {
        return bytes;
    }

    void add(byte[] array, int offset, int length) {
        if (length == 0) {
            return;
        }
        boolean handedOn = bytes > StreamMessage.PAYLOAD_BYTES_MAX;
        int kept = Math.min(length, StreamMessage.PAYLOAD_BYTES_MAX - heldBytes);
        if (kept > 0) {
            if (held.length < heldBytes + kept) {
                // Most payloads come in one piece, and are kept as they are.
                int wanted = heldBytes == 0 ? kept : Math.max(FIRST_BYTES, Math.min(held.length * 2, StreamMessage.PAYLOAD_BYTES_MAX));
                held = Arrays.copyOf(held, Math.max(heldBytes + kept, wanted));
            }
            System.arraycopy(array, offset, held, heldBytes, kept);
            heldBytes += kept;
        }
        bytes += length;
        if (handedOn) {
            recording.messagePart(direction, array, offset, length);
        } else if (bytes > StreamMessage.PAYLOAD_BYTES_MAX) {
            recording.messagePart(direction, held, 0, heldBytes);
            if (kept < length) {
                recording.messagePart(direction, array, offset + kept, length - kept);
            }
        }
    }

    /** The beginning of it, for a message that ends; what follows is another payload. */
    byte[] take() {
        byte[] taken = heldBytes == held.length ? held : Arrays.copyOf(held, heldBytes);
        held = new byte[0];
        heldBytes = 0;
        bytes = 0;
        return taken;
    }

    /** Whether octets are UTF-8; a character that is cut at the end counts only where they are {@code whole}. */
    static boolean isUtf8(byte[] octets, boolean whole) {
        int ascii = 0;
        while (ascii < octets.length && octets[ascii] >= 0) {
            ascii++;
        }
        if (ascii == octets.length) {
            return true; // Most messages; a decoder takes longer.
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(octets, ascii, octets.length - ascii);
        CharBuffer out = CharBuffer.allocate(FIRST_BYTES);
        while (true) {
            CoderResult result = decoder.decode(in, out, whole);
            if (!result.isOverflow()) {
                return !result.isError();
            }
            out.clear();
        }
    }
}
