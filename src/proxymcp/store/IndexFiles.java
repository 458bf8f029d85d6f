package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The index of one session: rows, and the texts that rows point to. Derived from the log; deleting it costs a rebuild.
 *
 * <pre>
 *   index.head    magic "PMCPIDX" and 0x0A, version, rows an extent, text octets an extent, session id, CRC-32C; from offset 64 on:
 *                 last seq, and by how much at most a start is before that of a lower seq, in milliseconds
 *   index.rows    RowLayout, row seq - 1
 *   index.names   TextArea: methods, origins, media types, targets
 *   index.paths   TextArea: paths with their queries
 * </pre>
 *
 * One thread writes; any number read, in this process or another.
 */
final class IndexFiles implements Closeable {
    static final int VERSION = 2;

    private static final byte[] MAGIC = {'P', 'M', 'C', 'P', 'I', 'D', 'X', 0x0A};
    private static final int VERSION_OFFSET = 8;
    private static final int ROWS_OFFSET = 12;
    private static final int TEXT_OFFSET = 16;
    private static final int SESSION_OFFSET = 20;
    private static final int CRC_OFFSET = 44;
    private static final int LAST_SEQ_OFFSET = 64;
    private static final int STEP_BACK_OFFSET = 72;
    private static final int HEAD_BYTES = 4_096;

    private final int rowsPerExtent;
    private final Extents head;
    private final Extents rows;
    private final TextArea names;
    private final TextArea paths;

    private IndexFiles(int rowsPerExtent, Extents head, Extents rows, Extents names, Extents paths) {
        this.rowsPerExtent = rowsPerExtent;
        this.head = head;
        this.rows = rows;
        this.names = new TextArea(names);
        this.paths = new TextArea(paths);
    }

    private static Path file(Path folder, String name) {
        return folder.resolve("index." + name);
    }

    /** An index that lives as long as this process. */
    static IndexFiles inMemory(SessionId session, StoreLimits limits) throws IOException {
        IndexFiles index = new IndexFiles(limits.rowsPerExtent(), Extents.inMemory(HEAD_BYTES),
                Extents.inMemory(limits.rowsPerExtent() * RowLayout.ROW_BYTES), Extents.inMemory(limits.stringBytesPerExtent()),
                Extents.inMemory(limits.stringBytesPerExtent()));
        index.begin(session, limits);
        return index;
    }

    /** Makes an empty index; what was there is deleted. */
    static IndexFiles create(StoreFiles files, Path folder, SessionId session, StoreLimits limits) throws IOException {
        for (String name : List.of("head", "rows", "names", "paths")) {
            Files.deleteIfExists(file(folder, name));
        }
        IndexFiles index = openForWriting(files, folder, limits.rowsPerExtent(), limits.stringBytesPerExtent());
        index.begin(session, limits);
        return index;
    }

    /**
     * Opens the index of a session.
     *
     * @param writing whether this process writes the session
     * @throws IOException if it is missing, of another session or version, or its head is damaged
     */
    static IndexFiles open(StoreFiles files, Path folder, SessionId session, boolean writing) throws IOException {
        byte[] bytes = Files.readAllBytes(file(folder, "head"));
        checkHead(bytes, session);
        int rowsPerExtent = RecordLayout.getInt(bytes, ROWS_OFFSET);
        int textBytes = RecordLayout.getInt(bytes, TEXT_OFFSET);
        if (rowsPerExtent < 1 || rowsPerExtent > 1 << 20 || textBytes < 1 << 17 || textBytes > 1 << 30) {
            throw new IOException("index.head: extents of " + rowsPerExtent + " rows and " + textBytes + " text bytes");
        }
        if (writing) {
            return openForWriting(files, folder, rowsPerExtent, textBytes);
        }
        return new IndexFiles(rowsPerExtent, Extents.reading(file(folder, "head"), HEAD_BYTES),
                Extents.reading(file(folder, "rows"), rowsPerExtent * RowLayout.ROW_BYTES), Extents.reading(file(folder, "names"), textBytes),
                Extents.reading(file(folder, "paths"), textBytes));
    }

    /** Whether a session has an index at all. */
    static boolean exists(Path folder) {
        return Files.exists(file(folder, "head"));
    }

    /**
     * Checks the words of {@code index.head} that no checksum covers.
     *
     * @throws IOException if they are not what the checkpoint saw
     */
    void requireState(Checkpoint checkpoint) throws IOException {
        if (lastSeq() != checkpoint.lastSeq() || stepBackMillis() != checkpoint.stepBackMillis()) {
            throw new IOException("index.head is not what its checkpoint saw");
        }
    }

    private static IndexFiles openForWriting(StoreFiles files, Path folder, int rowsPerExtent, int textBytes) throws IOException {
        return new IndexFiles(rowsPerExtent, Extents.writing(files, file(folder, "head"), HEAD_BYTES),
                Extents.writing(files, file(folder, "rows"), rowsPerExtent * RowLayout.ROW_BYTES),
                Extents.writing(files, file(folder, "names"), textBytes), Extents.writing(files, file(folder, "paths"), textBytes));
    }

    private void begin(SessionId session, StoreLimits limits) throws IOException {
        head.grow(0);
        byte[] bytes = new byte[LAST_SEQ_OFFSET];
        System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
        RecordLayout.putInt(bytes, VERSION_OFFSET, VERSION);
        RecordLayout.putInt(bytes, ROWS_OFFSET, limits.rowsPerExtent());
        RecordLayout.putInt(bytes, TEXT_OFFSET, limits.stringBytesPerExtent());
        byte[] id = session.text().getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(id, 0, bytes, SESSION_OFFSET, id.length);
        RecordLayout.putInt(bytes, CRC_OFFSET, crc(bytes, CRC_OFFSET));
        head.extent(0).put(0, bytes);
        setLastSeq(0);
        setStepBackMillis(0);
        names.reset(0);
        paths.reset(0);
    }

    private static void checkHead(byte[] bytes, SessionId session) throws IOException {
        if (bytes.length < LAST_SEQ_OFFSET || !java.util.Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                || RecordLayout.getInt(bytes, CRC_OFFSET) != crc(bytes, CRC_OFFSET)) {
            throw new IOException("index.head is damaged");
        }
        if (RecordLayout.getInt(bytes, VERSION_OFFSET) != VERSION) {
            throw new IOException("index.head is of version " + RecordLayout.getInt(bytes, VERSION_OFFSET) + ", this program reads " + VERSION);
        }
        if (!new String(bytes, SESSION_OFFSET, SessionId.LENGTH, StandardCharsets.US_ASCII).equals(session.text())) {
            throw new IOException("index.head belongs to another session");
        }
    }

    /**
     * Goes back to what a checkpoint saw: text behind its ends is free again, rows behind its last seq are empty, and rows that were in flight
     * are as they were.
     *
     * @throws IOException if the files are too short for it, or a block that will change is damaged: its next checksum would cover the damage
     */
    void restore(Checkpoint checkpoint) throws IOException {
        names.reset(checkpoint.namesUsed());
        paths.reset(checkpoint.pathsUsed());
        for (long seq = checkpoint.lastSeq() + 1; seq <= rowsInFile(); seq++) {
            touch(seq);
            RowLayout.publish(extent(seq), at(seq), 0);
        }
        for (Checkpoint.OpenRow row : checkpoint.open()) {
            if (row.row().length != RowLayout.ROW_BYTES || row.seq() > checkpoint.lastSeq()) {
                throw new IOException("checkpoint holds a row of another layout");
            }
            touch(row.seq());
            extent(row.seq()).put(at(row.seq()), row.row());
        }
        new BlockCheck(this, checkpoint).whatWillChange();
        setLastSeq(checkpoint.lastSeq());
        setStepBackMillis(checkpoint.stepBackMillis());
    }

    private long rowsInFile() throws IOException {
        return rows.bytes() / rows.extentBytes() * rowsPerExtent;
    }

    /** Extent and offset of the row of {@code seq}. */
    ByteBuffer extent(long seq) throws IOException {
        return rows.extent((int) ((seq - 1) / rowsPerExtent));
    }

    int at(long seq) {
        return (int) ((seq - 1) % rowsPerExtent) * RowLayout.ROW_BYTES;
    }

    int rowsPerExtent() {
        return rowsPerExtent;
    }

    void grow(long seq) throws IOException {
        rows.grow((int) ((seq - 1) / rowsPerExtent));
    }

    /** Notes that the row of {@code seq} is about to change. */
    void touch(long seq) {
        rows.touch((int) ((seq - 1) / rowsPerExtent));
    }

    TextArea names() {
        return names;
    }

    TextArea paths() {
        return paths;
    }

    /** Highest seq that has a row. */
    long lastSeq() throws IOException {
        return Words.acquire(head.extent(0), LAST_SEQ_OFFSET);
    }

    void setLastSeq(long seq) throws IOException {
        Words.release(head.extent(0), LAST_SEQ_OFFSET, seq);
    }

    /** By how many milliseconds at most an exchange starts before one with a lower seq; 0 if order by time is order by seq. */
    long stepBackMillis() throws IOException {
        return Words.acquire(head.extent(0), STEP_BACK_OFFSET);
    }

    void setStepBackMillis(long millis) throws IOException {
        Words.release(head.extent(0), STEP_BACK_OFFSET, millis);
    }

    void force() {
        head.touch(0);
        head.force();
        rows.force();
        names.extents().force();
        paths.extents().force();
    }

    boolean isOpen() {
        return head.isOpen() && rows.isOpen() && names.extents().isOpen() && paths.extents().isOpen();
    }

    /** Octets of all index files. */
    long bytes() throws IOException {
        return head.bytes() + rows.bytes() + names.extents().bytes() + paths.extents().bytes();
    }

    /** Checksums of rows 1 to {@code lastSeq}, a block of {@code rowsPerBlock} each. */
    List<Integer> rowChecksums(long lastSeq, int rowsPerBlock) throws IOException {
        List<Integer> checksums = new ArrayList<>();
        for (long first = 1; first <= lastSeq; first += rowsPerBlock) {
            checksums.add(rowChecksum(first, Math.min(lastSeq, first + rowsPerBlock - 1)));
        }
        return checksums;
    }

    int rowChecksum(long first, long last) throws IOException {
        CRC32C crc = new CRC32C();
        for (long seq = first; seq <= last; ) {
            long extentEnd = ((seq - 1) / rowsPerExtent + 1) * rowsPerExtent;
            long end = Math.min(last, extentEnd);
            crc.update(extent(seq).slice(at(seq), (int) (end - seq + 1) * RowLayout.ROW_BYTES));
            seq = end + 1;
        }
        return (int) crc.getValue();
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        try (head; rows; names) {
            paths.close();
        }
    }
}
