package proxymcp.decode;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** A place in a run of octets that moves forward. Every read past the end is a {@link DecodeException} with the place where the item began. */
final class OctetReader {
    private final byte[] bytes;
    private final int start;
    private final int end;
    private int at;

    OctetReader(DecodeInput in) {
        this(in.bytes(), in.offset(), in.length());
    }

    OctetReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private OctetReader(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.start = offset;
        this.at = offset;
        this.end = offset + length;
    }

    /** Octets read so far. */
    int position() {
        return at - start;
    }

    int left() {
        return end - at;
    }

    /** The next octet, 0..255, which stays unread. */
    int peek() throws DecodeException {
        need(1);
        return bytes[at] & 0xff;
    }

    int octet() throws DecodeException {
        need(1);
        return bytes[at++] & 0xff;
    }

    /** {@code size} octets, 1..8, the most significant first; of eight all bits count, so that the sign may be set. */
    long bigEndian(int size) throws DecodeException {
        need(size);
        long value = 0;
        for (int i = 0; i < size; i++) {
            value = value << 8 | bytes[at++] & 0xff;
        }
        return value;
    }

    /** {@code size} octets, 1..8, the least significant first. */
    long littleEndian(int size) throws DecodeException {
        need(size);
        long value = 0;
        for (int i = 0; i < size; i++) {
            value |= (bytes[at++] & 0xffL) << 8 * i;
        }
        return value;
    }

    /** The next {@code count} octets; a count that is negative as a long is one of 2^63 or more. */
    byte[] take(long count) throws DecodeException {
        need(count);
        byte[] taken = Arrays.copyOfRange(bytes, at, at + (int) count);
        at += (int) count;
        return taken;
    }

    private void need(long count) throws DecodeException {
        if (count < 0 || count > left()) {
            throw new DecodeException("the data ends inside an item: " + Long.toUnsignedString(count) + " bytes wanted, " + left() + " left", position());
        }
    }

    /** The text that octets are in UTF-8; empty if they are not. */
    static Optional<String> utf8(byte[] octets) {
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString());
        } catch (CharacterCodingException notUtf8) {
            return Optional.empty();
        }
    }
}
