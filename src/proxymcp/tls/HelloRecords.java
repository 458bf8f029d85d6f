package proxymcp.tls;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Puts the first handshake message of a TLS stream together from its records (RFC 8446 section 5.1), however they cut it
 * and however the bytes arrive. Knows no socket. One use for one stream.
 */
final class HelloRecords {
    static final int CLIENT_HELLO = 1;
    static final int SERVER_HELLO = 2;

    /** More than any client sends: post-quantum key shares make about 2 KiB, a session ticket some more. */
    static final int BYTES_MAX = 64 * 1024;

    private static final int RECORD_HEADER_BYTES = 5;
    private static final int MESSAGE_HEADER_BYTES = 4;
    private static final int RECORD_TYPE_HANDSHAKE = 22;
    private static final int RECORD_BYTES_MAX = (1 << 14) + 256;

    /** How far it came. */
    sealed interface Progress {}

    /** What was there fits so far. */
    record NeedMore() implements Progress {}

    /** The bytes do not start a TLS handshake with the wanted message. */
    record NotTls() implements Progress {}

    /** It began as TLS and then broke. */
    record Broken(String problem) implements Progress {}

    /**
     * The message is there.
     *
     * @param message the message with its header of four bytes
     * @param streamBytes how many bytes of the stream its records take
     */
    record Complete(byte[] message, int streamBytes) implements Progress {}

    private final int messageType;
    private byte[] stream = new byte[2048];
    private int streamBytes;
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private int recordStart;

    /** Waits for a message of {@code messageType}. */
    HelloRecords(int messageType) {
        this.messageType = messageType;
    }

    /** All bytes fed so far. */
    byte[] bytes() {
        return Arrays.copyOf(stream, streamBytes);
    }

    /** Takes the next bytes of the stream. Not to be called again once the answer was not {@link NeedMore}. */
    Progress feed(byte[] bytes, int offset, int length) {
        append(bytes, offset, length);
        if (!startsLikeTheMessage()) {
            return new NotTls();
        }
        while (streamBytes - recordStart >= RECORD_HEADER_BYTES) {
            int payload = payload();
            if (stream[recordStart] != RECORD_TYPE_HANDSHAKE || stream[recordStart + 1] != 3) {
                return new Broken("a record of type " + (stream[recordStart] & 0xff) + " inside the message");
            }
            if (!isLength(payload)) {
                return new Broken("a record of " + payload + " bytes");
            }
            int next = recordStart + RECORD_HEADER_BYTES + payload;
            if (streamBytes < next) {
                break;
            }
            message.write(stream, recordStart + RECORD_HEADER_BYTES, payload);
            recordStart = next;
            Progress progress = messageProgress();
            if (!(progress instanceof NeedMore)) {
                return progress;
            }
        }
        return streamBytes > BYTES_MAX ? tooLong() : new NeedMore();
    }

    private int payload() {
        return (stream[recordStart + 3] & 0xff) << 8 | stream[recordStart + 4] & 0xff;
    }

    private static boolean isLength(int payload) {
        return payload > 0 && payload <= RECORD_BYTES_MAX;
    }

    private void append(byte[] bytes, int offset, int length) {
        if (stream.length - streamBytes < length) {
            stream = Arrays.copyOf(stream, Math.max(stream.length * 2, streamBytes + length));
        }
        System.arraycopy(bytes, offset, stream, streamBytes, length);
        streamBytes += length;
    }

    private Progress messageProgress() {
        if (message.size() < MESSAGE_HEADER_BYTES) {
            return new NeedMore();
        }
        byte[] found = message.toByteArray();
        if (found[0] != messageType) {
            return new NotTls();
        }
        int length = (found[1] & 0xff) << 16 | (found[2] & 0xff) << 8 | found[3] & 0xff;
        if (length > BYTES_MAX) {
            return tooLong();
        }
        int end = MESSAGE_HEADER_BYTES + length;
        return found.length < end
                ? new NeedMore()
                : new Complete(Arrays.copyOf(found, end), recordStart);
    }

    private static Progress tooLong() {
        return new Broken("longer than " + BYTES_MAX + " bytes");
    }

    /** Tells from the first bytes alone, as soon as one of them cannot be right; that is the same however many came at once. */
    private boolean startsLikeTheMessage() {
        return (streamBytes < 1 || stream[0] == RECORD_TYPE_HANDSHAKE)
                && (streamBytes < 2 || stream[1] == 3)
                && (streamBytes < 3 || stream[2] >= 0 && stream[2] <= 4)
                && (streamBytes < 6 || recordStart > 0 || !isLength(payload()) || stream[5] == messageType);
    }
}
