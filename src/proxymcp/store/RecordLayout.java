package proxymcp.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * One record in a segment file. Integers are little-endian; both checksums start from the segment's salt.
 * <pre>
 *   offset  size  field
 *        0     4  marker       the segment's random marker: where reading resumes after damage
 *        4     4  length       payload bytes, 1..MAX_PAYLOAD_BYTES; believed only if headerCrc fits
 *        8     1  type         see RecordType; 0 is never written
 *        9     3  reserved     zero; checked on read
 *       12     8  number       rises by one per record within a session
 *       20     8  seq          exchange that the record belongs to; 0 for none
 *       28     4  payloadCrc   CRC-32C of salt and payload
 *       32     4  headerCrc    CRC-32C of salt and bytes 0..31
 *       36     n  payload
 * </pre>
 */
final class RecordLayout {
    static final int MARKER_OFFSET = 0;
    static final int LENGTH_OFFSET = MARKER_OFFSET + Integer.BYTES;
    static final int TYPE_OFFSET = LENGTH_OFFSET + Integer.BYTES;
    static final int RESERVED_OFFSET = TYPE_OFFSET + Byte.BYTES;
    static final int NUMBER_OFFSET = RESERVED_OFFSET + 3;
    static final int SEQ_OFFSET = NUMBER_OFFSET + Long.BYTES;
    static final int PAYLOAD_CRC_OFFSET = SEQ_OFFSET + Long.BYTES;
    static final int HEADER_CRC_OFFSET = PAYLOAD_CRC_OFFSET + Integer.BYTES;
    static final int HEADER_BYTES = HEADER_CRC_OFFSET + Integer.BYTES;

    /** Longest payload: a body chunk, or heads and certificates far beyond what the proxy lets pass. */
    static final int MAX_PAYLOAD_BYTES = 1 << 20;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private RecordLayout() {}

    static int getInt(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    static void putInt(byte[] bytes, int at, int value) {
        INT.set(bytes, at, value);
    }

    static long getLong(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    static void putLong(byte[] bytes, int at, long value) {
        LONG.set(bytes, at, value);
    }

    static int length(byte[] bytes, int at) {
        return getInt(bytes, at + LENGTH_OFFSET);
    }

    static int type(byte[] bytes, int at) {
        return bytes[at + TYPE_OFFSET] & 0xFF;
    }

    static long number(byte[] bytes, int at) {
        return getLong(bytes, at + NUMBER_OFFSET);
    }

    static long seq(byte[] bytes, int at) {
        return getLong(bytes, at + SEQ_OFFSET);
    }

    /** Writes what a producer knows; {@link #seal} does the rest once the segment is known. */
    static void begin(byte[] bytes, int at, RecordType type, long seq, int length) {
        putInt(bytes, at + LENGTH_OFFSET, length);
        bytes[at + TYPE_OFFSET] = (byte) type.code();
        bytes[at + RESERVED_OFFSET] = 0;
        bytes[at + RESERVED_OFFSET + 1] = 0;
        bytes[at + RESERVED_OFFSET + 2] = 0;
        putLong(bytes, at + SEQ_OFFSET, seq);
    }

    /** Completes a record for its segment: marker, number and both checksums. */
    static void seal(byte[] bytes, int at, SegmentHeader segment, long number, CRC32C crc) {
        putInt(bytes, at + MARKER_OFFSET, segment.marker());
        putLong(bytes, at + NUMBER_OFFSET, number);
        int length = length(bytes, at);
        putInt(bytes, at + PAYLOAD_CRC_OFFSET, checksum(crc, segment, bytes, at + HEADER_BYTES, length));
        putInt(bytes, at + HEADER_CRC_OFFSET, checksum(crc, segment, bytes, at, HEADER_CRC_OFFSET));
    }

    /** Whether a record header of {@code segment} stands at {@code at}, whose length may be believed. */
    static boolean isHeader(byte[] bytes, int at, SegmentHeader segment, CRC32C crc) {
        if (getInt(bytes, at) != segment.marker()
                || getInt(bytes, at + HEADER_CRC_OFFSET) != checksum(crc, segment, bytes, at, HEADER_CRC_OFFSET)) {
            return false;
        }
        int length = length(bytes, at);
        return length >= 1 && length <= MAX_PAYLOAD_BYTES && type(bytes, at) != 0
                && (getInt(bytes, at + TYPE_OFFSET) & 0xFFFFFF00) == 0;
    }

    /** Whether the payload behind the header at {@code at} is what was written. */
    static boolean isPayloadIntact(byte[] bytes, int at, SegmentHeader segment, CRC32C crc) {
        return getInt(bytes, at + PAYLOAD_CRC_OFFSET) == checksum(crc, segment, bytes, at + HEADER_BYTES, length(bytes, at));
    }

    private static int checksum(CRC32C crc, SegmentHeader segment, byte[] bytes, int from, int length) {
        crc.reset();
        crc.update(segment.salt(), 0, segment.salt().length);
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
