package proxymcp.replay.queue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link RecordOutput} wrote. One thread. */
final class RecordInput {
    private final byte[] bytes;
    private int at;

    RecordInput(byte[] bytes) {
        this.bytes = bytes;
    }

    long number() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (at >= bytes.length) {
                throw new IOException("a record of the queue ends too early");
            }
            byte octet = bytes[at++];
            value |= (long) (octet & 0x7F) << shift;
            if (octet >= 0) {
                return value;
            }
        }
        throw new IOException("a number in a record of the queue is too long");
    }

    /** A number that counts or points at something. */
    int count() throws IOException {
        long value = number();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new IOException("a number in a record of the queue is out of its range");
        }
        return (int) value;
    }

    boolean flag() throws IOException {
        return number() != 0;
    }

    String text() throws IOException {
        return new String(octets(), StandardCharsets.UTF_8);
    }

    byte[] octets() throws IOException {
        int length = count();
        if (length > bytes.length - at) {
            throw new IOException("a record of the queue ends too early");
        }
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }
}
