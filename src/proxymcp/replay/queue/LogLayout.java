package proxymcp.replay.queue;

import java.util.zip.CRC32C;

/**
 * Layout of a file of the log, {@code log-NNNNNN.q}. Integers are little-endian. The file's header stands twice, one behind the other:
 * <pre>
 *   offset  size  field
 *        0     8  magic        "PMCPQLOG"
 *        8     4  version      1
 *       12     4  number       of the file, from 1
 *       16     4  base         1 if it stands for all files before it, 0 if it goes on behind them
 *       20     4  marker       random: where a record may begin
 *       24     8  salt         random: both checksums of a record start from it
 *       32     4  crc          CRC-32C of bytes 0..31
 * </pre>
 * A record follows upon another without a gap:
 * <pre>
 *   offset  size  field
 *        0     4  marker
 *        4     4  length       payload bytes, 0 or more
 *        8     1  type         see EntryCodec; 0 is never written
 *        9     3  reserved     zero
 *       12     8  time         epoch milliseconds; never lower than that of a record before it, but in a file that was written anew
 *       20     4  payloadCrc   CRC-32C of salt and payload
 *       24     4  headerCrc    CRC-32C of salt and bytes 0..23
 *       28     n  payload
 * </pre>
 */
final class LogLayout {
    static final long MAGIC = 0x474F4C5150434D50L;
    static final int VERSION = 1;
    static final int VERSION_OFFSET = 8;
    static final int NUMBER_OFFSET = 12;
    static final int BASE_OFFSET = 16;
    static final int MARKER_OFFSET = 20;
    static final int SALT_OFFSET = 24;
    static final int FILE_CRC_OFFSET = 32;
    static final int FILE_HEADER_BYTES = 36;
    /** Where the first record begins. */
    static final int RECORDS_OFFSET = 2 * FILE_HEADER_BYTES;

    static final int LENGTH_OFFSET = 4;
    static final int TYPE_OFFSET = 8;
    static final int TIME_OFFSET = 12;
    static final int PAYLOAD_CRC_OFFSET = 20;
    static final int HEADER_CRC_OFFSET = 24;
    static final int HEADER_BYTES = 28;

    private LogLayout() {}

    /** Marker and salt of a file. */
    record Mark(int marker, long salt) {}

    /** Header of a record. */
    record Header(int length, int type, long timeMillis, int payloadCrc) {
        /** Where the next record begins if this one begins at {@code position}. */
        long next(long position) {
            return position + HEADER_BYTES + length;
        }
    }

    static byte[] fileHeader(int number, boolean base, Mark mark) {
        byte[] twice = new byte[RECORDS_OFFSET];
        putLong(twice, 0, MAGIC);
        putInt(twice, VERSION_OFFSET, VERSION);
        putInt(twice, NUMBER_OFFSET, number);
        putInt(twice, BASE_OFFSET, base ? 1 : 0);
        putInt(twice, MARKER_OFFSET, mark.marker());
        putLong(twice, SALT_OFFSET, mark.salt());
        CRC32C crc = new CRC32C();
        crc.update(twice, 0, FILE_CRC_OFFSET);
        putInt(twice, FILE_CRC_OFFSET, (int) crc.getValue());
        System.arraycopy(twice, 0, twice, FILE_HEADER_BYTES, FILE_HEADER_BYTES);
        return twice;
    }

    /** Whether a header of a file, at {@code at}, is whole and of any version. */
    static boolean isFileHeader(byte[] bytes, int at) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, at, FILE_CRC_OFFSET);
        return getLong(bytes, at) == MAGIC && getInt(bytes, at + FILE_CRC_OFFSET) == (int) crc.getValue();
    }

    /** Writes a record: its header, and its payload. */
    static void write(Entry entry, long timeMillis, Mark mark, RecordOutput out) {
        int at = out.skip(HEADER_BYTES);
        EntryCodec.write(entry, out);
        finish(out, at, EntryCodec.type(entry), timeMillis, mark);
    }

    /** Completes a record whose payload stands behind the room left at {@code at}, up to the end. */
    static void finish(RecordOutput out, int at, int type, long timeMillis, Mark mark) {
        byte[] bytes = out.bytes();
        int length = out.used() - at - HEADER_BYTES;
        putInt(bytes, at, mark.marker());
        putInt(bytes, at + LENGTH_OFFSET, length);
        putInt(bytes, at + TYPE_OFFSET, type);
        putLong(bytes, at + TIME_OFFSET, timeMillis);
        putInt(bytes, at + PAYLOAD_CRC_OFFSET, crc(bytes, at + HEADER_BYTES, length, mark));
        putInt(bytes, at + HEADER_CRC_OFFSET, crc(bytes, at, HEADER_CRC_OFFSET, mark));
    }

    /** Whether a whole header of a record stands at {@code at}. */
    static boolean isHeader(byte[] bytes, int at, Mark mark) {
        return getInt(bytes, at) == mark.marker() && getInt(bytes, at + HEADER_CRC_OFFSET) == crc(bytes, at, HEADER_CRC_OFFSET, mark);
    }

    static Header header(byte[] bytes, int at) {
        return new Header(getInt(bytes, at + LENGTH_OFFSET), bytes[at + TYPE_OFFSET] & 0xFF, getLong(bytes, at + TIME_OFFSET),
                getInt(bytes, at + PAYLOAD_CRC_OFFSET));
    }

    static int crc(byte[] bytes, int from, int length, Mark mark) {
        byte[] salt = new byte[Long.BYTES];
        putLong(salt, 0, mark.salt());
        CRC32C crc = new CRC32C();
        crc.update(salt);
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    static int getInt(byte[] bytes, int at) {
        return bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF) << 16 | bytes[at + 3] << 24;
    }

    static long getLong(byte[] bytes, int at) {
        return getInt(bytes, at) & 0xFFFFFFFFL | (long) getInt(bytes, at + Integer.BYTES) << 32;
    }

    private static void putInt(byte[] bytes, int at, int value) {
        for (int i = 0; i < Integer.BYTES; i++) {
            bytes[at + i] = (byte) (value >>> 8 * i);
        }
    }

    private static void putLong(byte[] bytes, int at, long value) {
        putInt(bytes, at, (int) value);
        putInt(bytes, at + Integer.BYTES, (int) (value >>> 32));
    }
}
