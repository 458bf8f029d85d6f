package proxymcp.replay.queue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Grows as it is written: numbers of variable length (seven bits an octet, lowest first), texts and octets behind their length. One thread. */
final class RecordOutput {
    private byte[] bytes = new byte[256];
    private int used;

    int used() {
        return used;
    }

    byte[] bytes() {
        return bytes;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, used);
    }

    /** Forgets what was written, and gives up room that is seldom needed. */
    void clear() {
        used = 0;
        if (bytes.length > 1 << 20) {
            bytes = new byte[256];
        }
    }

    /** A number, 0 or more as a rule: a negative one takes ten octets. */
    RecordOutput number(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[used++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[used++] = (byte) rest;
        return this;
    }

    RecordOutput flag(boolean value) {
        return number(value ? 1 : 0);
    }

    RecordOutput text(String value) {
        return octets(value.getBytes(StandardCharsets.UTF_8));
    }

    RecordOutput octets(byte[] value) {
        return number(value.length).plain(value, 0, value.length);
    }

    /** Octets without their length. */
    RecordOutput plain(byte[] value, int from, int count) {
        reserve(count);
        System.arraycopy(value, from, bytes, used, count);
        used += count;
        return this;
    }

    /** Leaves room for {@code count} octets that are set later, and returns where it begins. */
    int skip(int count) {
        reserve(count);
        used += count;
        return used - count;
    }

    private void reserve(int count) {
        if (bytes.length - used < count) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(used, count)));
        }
    }
}
