package proxymcp.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Writes records into memory: header, then a payload of fixed little-endian members and MessagePack values. One thread; reused.
 *
 * <p>The few types that the format uses are written by hand, straight behind the header: a library's packer has a buffer of its own, and this
 * is done for every record.
 */
final class PayloadWriter {
    private byte[] bytes;
    private int used;
    private int recordAt;

    PayloadWriter(int capacity) {
        bytes = new byte[capacity];
    }

    /** Forgets what was written. */
    PayloadWriter clear() {
        used = 0;
        return this;
    }

    /** Forgets what was written, and gives up room for more than {@code bytesMax} octets. */
    void trim(int bytesMax) {
        used = 0;
        if (bytes.length > bytesMax) {
            bytes = new byte[bytesMax];
        }
    }

    byte[] bytes() {
        return bytes;
    }

    int used() {
        return used;
    }

    /** Begins a record; {@link #end} completes it. */
    PayloadWriter begin(RecordType type, long seq) {
        recordAt = used;
        reserve(RecordLayout.HEADER_BYTES);
        RecordLayout.begin(bytes, recordAt, type, seq, 0);
        used += RecordLayout.HEADER_BYTES;
        return this;
    }

    /** The record is whole. */
    void end() {
        RecordLayout.putInt(bytes, recordAt + RecordLayout.LENGTH_OFFSET, used - recordAt - RecordLayout.HEADER_BYTES);
    }

    /** Eight octets, little-endian: positions and keys, which stand at fixed offsets. */
    PayloadWriter fixed(long value) {
        reserve(Long.BYTES);
        RecordLayout.putLong(bytes, used, value);
        used += Long.BYTES;
        return this;
    }

    /** Octets as they are. */
    PayloadWriter raw(byte[] source, int offset, int length) {
        reserve(length);
        System.arraycopy(source, offset, bytes, used, length);
        used += length;
        return this;
    }

    PayloadWriter array(int count) {
        reserve(5);
        if (count < 16) {
            put(0x90 | count);
        } else {
            put(0xdc);
            putBig(count, 2);
        }
        return this;
    }

    PayloadWriter nil() {
        reserve(1);
        put(0xc0);
        return this;
    }

    PayloadWriter bool(boolean value) {
        reserve(1);
        put(value ? 0xc3 : 0xc2);
        return this;
    }

    PayloadWriter integer(long value) {
        reserve(9);
        if (value >= 0 && value < 128 || value < 0 && value >= -32) {
            put((int) value);
        } else if (value >= 0 && value <= 0xFFFF) {
            put(0xcd);
            putBig(value, 2);
        } else if (value >= 0 && value <= 0xFFFF_FFFFL) {
            put(0xce);
            putBig(value, 4);
        } else {
            put(0xd3);
            putBig(value, 8);
        }
        return this;
    }

    PayloadWriter text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        reserve(utf8.length + 5);
        if (utf8.length < 32) {
            put(0xa0 | utf8.length);
        } else if (utf8.length < 256) {
            put(0xd9);
            put(utf8.length);
        } else {
            put(0xdb);
            putBig(utf8.length, 4);
        }
        return raw(utf8, 0, utf8.length);
    }

    PayloadWriter textOrNil(Optional<String> value) {
        return value.isPresent() ? text(value.get()) : nil();
    }

    PayloadWriter binary(byte[] value) {
        reserve(value.length + 5);
        if (value.length < 256) {
            put(0xc4);
            put(value.length);
        } else {
            put(0xc6);
            putBig(value.length, 4);
        }
        return raw(value, 0, value.length);
    }

    private void put(int octet) {
        bytes[used++] = (byte) octet;
    }

    private void putBig(long value, int count) {
        for (int shift = (count - 1) * 8; shift >= 0; shift -= 8) {
            put((int) (value >>> shift));
        }
    }

    private void reserve(int count) {
        if (used + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, used + count));
        }
    }
}
