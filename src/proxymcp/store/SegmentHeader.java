package proxymcp.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The beginning of a segment file. It stands twice, so that damage to one copy costs nothing.
 * <pre>
 *   offset  size  field
 *        0     8  magic       "PMCPSEG" and 0x0A
 *        8     4  version     1
 *       12     4  number      segments of a session are numbered from 1
 *       16    24  sessionId   23 characters of ASCII, then zero
 *       40     8  salt        random; every checksum of the segment's records begins with these octets
 *       48     4  marker      random, not zero; first field of the segment's records
 *       52     4  previous    number of the segment that was written before this one; 0 for none
 *       56     4  previousEnd where that one ends: octets behind it were left by a write that failed, and are not read
 *       60     4  crc         CRC-32C of bytes 0..59
 *       64    64  the same once more
 * </pre>
 */
record SegmentHeader(int number, SessionId session, byte[] salt, int marker, int previous, int previousEnd) {
    static final int COPY_BYTES = 64;
    /** Where the first record stands. */
    static final int BYTES = 2 * COPY_BYTES;
    static final int VERSION = 1;

    private static final byte[] MAGIC = {'P', 'M', 'C', 'P', 'S', 'E', 'G', 0x0A};
    private static final int VERSION_OFFSET = 8;
    private static final int NUMBER_OFFSET = 12;
    private static final int SESSION_OFFSET = 16;
    private static final int SALT_OFFSET = 40;
    private static final int MARKER_OFFSET = 48;
    private static final int PREVIOUS_OFFSET = 52;
    private static final int PREVIOUS_END_OFFSET = 56;
    private static final int CRC_OFFSET = 60;

    static SegmentHeader next(int number, SessionId session, SecureRandom random, int previous, int previousEnd) {
        byte[] salt = new byte[Long.BYTES];
        random.nextBytes(salt);
        int marker = random.nextInt();
        return new SegmentHeader(number, session, salt, marker == 0 ? 1 : marker, previous, previousEnd);
    }

    byte[] encode() {
        byte[] bytes = new byte[BYTES];
        System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
        RecordLayout.putInt(bytes, VERSION_OFFSET, VERSION);
        RecordLayout.putInt(bytes, NUMBER_OFFSET, number);
        byte[] id = session.text().getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(id, 0, bytes, SESSION_OFFSET, id.length);
        System.arraycopy(salt, 0, bytes, SALT_OFFSET, salt.length);
        RecordLayout.putInt(bytes, MARKER_OFFSET, marker);
        RecordLayout.putInt(bytes, PREVIOUS_OFFSET, previous);
        RecordLayout.putInt(bytes, PREVIOUS_END_OFFSET, previousEnd);
        RecordLayout.putInt(bytes, CRC_OFFSET, crc(bytes, 0));
        System.arraycopy(bytes, 0, bytes, COPY_BYTES, COPY_BYTES);
        return bytes;
    }

    /**
     * Reads the header of a segment file.
     *
     * @param bytes the first {@link #BYTES} octets of the file, or fewer if it is shorter
     * @param file named in messages
     * @param session the session that it must belong to
     * @param number the number that it must have
     * @throws CorruptSegmentException if both copies are damaged, or it belongs elsewhere
     * @throws SessionException if the version is another one
     */
    static SegmentHeader decode(byte[] bytes, Path file, SessionId session, int number) throws CorruptSegmentException, SessionException {
        Optional<byte[]> copy = copy(bytes, 0).or(() -> copy(bytes, COPY_BYTES));
        if (copy.isEmpty()) {
            throw new CorruptSegmentException(file, 0, "both copies of the segment header are damaged or missing");
        }
        byte[] header = copy.get();
        int version = RecordLayout.getInt(header, VERSION_OFFSET);
        if (version != VERSION) {
            throw SessionException.newerVersion(file.getFileName() + " is", version, VERSION);
        }
        String id = new String(header, SESSION_OFFSET, SessionId.LENGTH, StandardCharsets.US_ASCII);
        if (!id.equals(session.text())) {
            throw new CorruptSegmentException(file, SESSION_OFFSET, "belongs to another session");
        }
        int found = RecordLayout.getInt(header, NUMBER_OFFSET);
        if (found != number) {
            throw new CorruptSegmentException(file, NUMBER_OFFSET, "is segment " + found + ", expected " + number);
        }
        byte[] salt = Arrays.copyOfRange(header, SALT_OFFSET, SALT_OFFSET + Long.BYTES);
        return new SegmentHeader(number, session, salt, RecordLayout.getInt(header, MARKER_OFFSET),
                RecordLayout.getInt(header, PREVIOUS_OFFSET), RecordLayout.getInt(header, PREVIOUS_END_OFFSET));
    }

    private static Optional<byte[]> copy(byte[] bytes, int at) {
        if (bytes.length < at + COPY_BYTES || !Arrays.equals(bytes, at, at + MAGIC.length, MAGIC, 0, MAGIC.length)
                || RecordLayout.getInt(bytes, at + CRC_OFFSET) != crc(bytes, at)) {
            return Optional.empty();
        }
        return Optional.of(Arrays.copyOfRange(bytes, at, at + COPY_BYTES));
    }

    private static int crc(byte[] bytes, int at) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, at, CRC_OFFSET);
        return (int) crc.getValue();
    }
}
