package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Reads records of one segment file: one at a position, or all in order. Damage is stepped over: after a bad header, reading goes on at the
 * next marker whose header checksum fits.
 *
 * <p>Not for several threads.
 */
final class SegmentReader implements Closeable {
    /** What {@link #next} found. */
    enum Found {
        /** A record whose checksums fit. */
        RECORD,
        /** Octets that are no record, or a record whose payload is damaged: {@link #damageOffset}, {@link #damageBytes}. */
        DAMAGE,
        /** The end of what is written. */
        END
    }

    /** Window for reading a segment from one end to the other. */
    static final int SCAN_WINDOW_BYTES = 1 << 20;
    /** Window for reading single records; it grows for those that are longer. */
    static final int POINT_WINDOW_BYTES = 8 << 10;

    private static final int JUMP_BYTES = 16 << 10;

    private final Path file;
    private final FileChannel channel;
    private final SegmentHeader header;
    private final CRC32C crc = new CRC32C();
    private byte[] window;
    /** File offset of {@code window[0]}. */
    private long windowAt;
    private int windowBytes;
    private long position = SegmentHeader.BYTES;
    private int recordAt;
    private long damageOffset;
    private long damageBytes;
    private boolean damagedPayload;
    private boolean recordFound;
    /** Octets behind this offset are not read. */
    private long limit = Long.MAX_VALUE;

    private SegmentReader(Path file, FileChannel channel, SegmentHeader header, int windowBytes) {
        this.file = file;
        this.channel = channel;
        this.header = header;
        this.window = new byte[windowBytes];
    }

    /**
     * Opens a segment.
     *
     * @param windowBytes how much is read at a time
     * @throws CorruptSegmentException if its header cannot be used
     */
    static SegmentReader open(StoreFiles files, Path file, SessionId session, int number, int windowBytes) throws IOException {
        FileChannel channel = channel(files, file);
        try {
            byte[] start = new byte[SegmentHeader.BYTES];
            ByteBuffer target = ByteBuffer.wrap(start);
            long at = 0;
            for (int count = channel.read(target, at); count > 0; count = channel.read(target, at)) {
                at += count;
            }
            SegmentHeader header = SegmentHeader.decode(Arrays.copyOf(start, (int) at), file, session, number);
            return new SegmentReader(file, channel, header, (int) Math.min(windowBytes, Math.max(4_096, channel.size())));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static FileChannel channel(StoreFiles files, Path file) throws IOException {
        try {
            return files.open(file);
        } catch (NoSuchFileException e) {
            throw new CorruptSegmentException(file, 0, "the file is missing");
        }
    }

    SegmentHeader header() {
        return header;
    }

    /** Octets in the file now, up to where it is read. */
    long size() throws IOException {
        return Math.min(limit, channel.size());
    }

    /** Has reading end at {@code offset}: what lies behind was left by a write that failed. */
    void end(long offset) {
        limit = offset;
    }

    /** Reading goes on here; must be where a record begins, or did. */
    void seek(long offset) {
        position = offset;
    }

    /** Finds the next record, or the next damage. */
    Found next() throws IOException {
        if (!load(position, RecordLayout.HEADER_BYTES)) {
            return tail();
        }
        if (!RecordLayout.isHeader(window, at(position), header, crc)) {
            return damage();
        }
        int length = RecordLayout.length(window, at(position));
        if (!load(position, RecordLayout.HEADER_BYTES + length)) {
            return tail();
        }
        recordAt = at(position);
        boolean intact = RecordLayout.isPayloadIntact(window, recordAt, header, crc);
        damageOffset = position;
        damageBytes = RecordLayout.HEADER_BYTES + length;
        damagedPayload = !intact;
        recordFound = true;
        position += RecordLayout.HEADER_BYTES + length;
        return intact ? Found.RECORD : Found.DAMAGE;
    }

    /**
     * Reads the record at {@code offset}.
     *
     * @throws CorruptSegmentException if there is no intact record of this type
     */
    void read(long offset, RecordType... wanted) throws IOException {
        position = offset;
        if (offset < SegmentHeader.BYTES || next() != Found.RECORD || damageOffset != offset) {
            throw new CorruptSegmentException(file, offset, "there is no intact record here");
        }
        if (wanted.length > 0 && !Arrays.asList(wanted).contains(RecordType.of(type()).orElse(null))) {
            throw new CorruptSegmentException(file, offset, "record of type " + type() + ", expected " + Arrays.toString(wanted));
        }
    }

    /**
     * Looks at the header of the record at {@code offset} and at the first octets of its payload, of which no checksum is checked.
     *
     * @param payloadBytes how many octets of the payload, at most
     * @throws CorruptSegmentException if there is no intact header
     */
    void peek(long offset, int payloadBytes) throws IOException {
        damageOffset = offset;
        if (offset < SegmentHeader.BYTES || !load(offset, RecordLayout.HEADER_BYTES + payloadBytes)
                || !RecordLayout.isHeader(window, at(offset), header, crc) || RecordLayout.length(window, at(offset)) < payloadBytes) {
            throw new CorruptSegmentException(file, offset, "there is no intact record here");
        }
        recordAt = at(offset);
    }

    /** The record that was found is not what it should be. */
    CorruptSegmentException corrupt(String reason) {
        return new CorruptSegmentException(file, damageOffset, reason);
    }

    /** Offset of the record that was found, or of the damage. */
    long offset() {
        return damageOffset;
    }

    /** Position of the record that was found. */
    long recordPosition() {
        return Position.of(header.number(), (int) damageOffset);
    }

    /** Octets of the damage that was found. */
    long damageBytes() {
        return damageBytes;
    }

    /** Whether the damage is a payload behind an intact header, whose {@link #seq} and {@link #type} can be believed. */
    boolean isPayloadDamage() {
        return damagedPayload;
    }

    /**
     * The exchange that a damaged record belongs to, where one flipped bit of its header explains the damage: checksum, marker and length fit once
     * it is flipped back, which by chance happens to one damage in ten million. Nothing else is believed of such a header.
     *
     * @return 0 if that is not so, or the record belongs to no exchange
     */
    long guessedSeq() throws IOException {
        if (damagedPayload || damageBytes < RecordLayout.HEADER_BYTES || !load(damageOffset, RecordLayout.HEADER_BYTES)) {
            return 0;
        }
        byte[] guess = Arrays.copyOfRange(window, at(damageOffset), at(damageOffset) + RecordLayout.HEADER_BYTES);
        for (int bit = 0; bit < RecordLayout.HEADER_BYTES * Byte.SIZE; bit++) {
            guess[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            if (RecordLayout.isHeader(guess, 0, header, crc) && RecordLayout.HEADER_BYTES + RecordLayout.length(guess, 0) == damageBytes) {
                return RecordLayout.seq(guess, 0);
            }
            guess[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        }
        return 0;
    }

    /** Whether what was found has an intact header, be its payload damaged or not. */
    boolean isRecordHeader() {
        return recordFound;
    }

    int type() {
        return RecordLayout.type(window, recordAt);
    }

    long number() {
        return RecordLayout.number(window, recordAt);
    }

    long seq() {
        return RecordLayout.seq(window, recordAt);
    }

    /** The two checksums of the record, as the seal's digest takes them. */
    long checksums() {
        return RecordLayout.getLong(window, recordAt + RecordLayout.PAYLOAD_CRC_OFFSET);
    }

    /** Holds the payload, valid until the next read. */
    byte[] bytes() {
        return window;
    }

    int payloadAt() {
        return recordAt + RecordLayout.HEADER_BYTES;
    }

    int payloadBytes() {
        return RecordLayout.length(window, recordAt);
    }

    PayloadReader payload() {
        return new PayloadReader(window, payloadAt(), payloadBytes());
    }

    /** The file ends within a record: a torn tail, unless nothing is there at all. */
    private Found tail() throws IOException {
        damageOffset = position;
        damageBytes = size() - position;
        damagedPayload = false;
        if (damageBytes <= 0) {
            return Found.END;
        }
        return damage();
    }

    /** Steps to the next header that fits. */
    private Found damage() throws IOException {
        long from = position;
        long at = position + 1;
        while (load(at, RecordLayout.HEADER_BYTES)) {
            int index = at(at);
            int last = windowBytes - RecordLayout.HEADER_BYTES;
            while (index <= last && RecordLayout.getInt(window, index) != header.marker()) {
                index++;
            }
            at = windowAt + index;
            if (index <= last) {
                if (RecordLayout.isHeader(window, index, header, crc)) {
                    break;
                }
                at++;
            }
        }
        long end = load(at, RecordLayout.HEADER_BYTES) ? at : size();
        damageOffset = from;
        damageBytes = end - from;
        damagedPayload = false;
        recordFound = false;
        position = end;
        return damageBytes > 0 ? Found.DAMAGE : Found.END;
    }

    private int at(long offset) {
        return (int) (offset - windowAt);
    }

    /** Has {@code count} octets from {@code offset} in the window; false if the file ends before. */
    private boolean load(long offset, int count) throws IOException {
        if (offset >= windowAt && offset + count <= windowAt + windowBytes) {
            return true;
        }
        if (count > window.length) {
            if (offset + count > size()) {
                return false;
            }
            window = new byte[Math.max(count, window.length * 2)];
        }
        // Whoever jumps may jump again, and would have read a large window for one record.
        boolean jumps = offset < windowAt || offset - windowAt - windowBytes > window.length;
        windowAt = offset;
        windowBytes = 0;
        int wanted = (int) Math.max(0, Math.min(jumps ? Math.max(count, Math.min(JUMP_BYTES, window.length)) : window.length, limit - offset));
        while (windowBytes < wanted) {
            int read = channel.read(ByteBuffer.wrap(window, windowBytes, wanted - windowBytes), offset + windowBytes);
            if (read <= 0) {
                break;
            }
            windowBytes += read;
        }
        return windowBytes >= count;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
