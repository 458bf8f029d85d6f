package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The index of one session: rows, and the texts that rows point to. Derived from the log; deleting it costs a rebuild.
 *
 * <pre>
 *   index.head     magic "PMCPIDX" and 0x0A, version, rows an extent, text octets an extent, session id, CRC-32C; from offset 64 on:
 *                  last seq, by how much at most a start is before that of a lower seq, in milliseconds, rows of index.streams and of
 *                  index.messages, by how much at most a message is before one with a lower row
 *   index.rows     RowLayout, row seq - 1
 *   index.streams  StreamRowLayout, an eighth of the rows an extent
 *   index.messages MessageRowLayout
 *   index.names    TextArea: methods, origins, media types, targets, and what repeats in streams
 *   index.paths    TextArea: paths with their queries
 * </pre>
 *
 * One thread writes; any number read, in this process or another.
 */
final class IndexFiles implements Closeable {
    static final int VERSION = 3;

    private static final byte[] MAGIC = {'P', 'M', 'C', 'P', 'I', 'D', 'X', 0x0A};
    private static final int VERSION_OFFSET = 8;
    private static final int ROWS_OFFSET = 12;
    private static final int TEXT_OFFSET = 16;
    private static final int SESSION_OFFSET = 20;
    private static final int CRC_OFFSET = 44;
    private static final int LAST_SEQ_OFFSET = 64;
    private static final int STEP_BACK_OFFSET = 72;
    private static final int STREAMS_OFFSET = 80;
    private static final int MESSAGES_OFFSET = 88;
    private static final int MESSAGE_STEP_BACK_OFFSET = 96;
    private static final int HEAD_BYTES = 4_096;
    /** Streams are few: their extents have so many times fewer rows. */
    private static final int STREAM_ROWS_PART = 8;
    private static final List<String> NAMES = List.of("head", "rows", "streams", "messages", "names", "paths");

    private final Extents head;
    private final RowArea rows;
    private final RowArea streams;
    private final RowArea messages;
    private final TextArea names;
    private final TextArea paths;

    /** Makes the extents of one file. */
    private interface Opening {
        Extents open(String name, int extentBytes) throws IOException;
    }

    private IndexFiles(int rowsPerExtent, int textBytes, Opening files) throws IOException {
        this.head = files.open("head", HEAD_BYTES);
        this.rows = new RowArea(files.open("rows", rowsPerExtent * RowLayout.ROW_BYTES), RowLayout.ROW_BYTES);
        this.streams = new RowArea(files.open("streams", Math.max(1, rowsPerExtent / STREAM_ROWS_PART) * StreamRowLayout.ROW_BYTES),
                StreamRowLayout.ROW_BYTES);
        this.messages = new RowArea(files.open("messages", rowsPerExtent * MessageRowLayout.ROW_BYTES), MessageRowLayout.ROW_BYTES);
        this.names = new TextArea(files.open("names", textBytes));
        this.paths = new TextArea(files.open("paths", textBytes));
    }

    private static Path file(Path folder, String name) {
        return folder.resolve("index." + name);
    }

    /** An index that lives as long as this process. */
    static IndexFiles inMemory(SessionId session, StoreLimits limits) throws IOException {
        IndexFiles index = new IndexFiles(limits.rowsPerExtent(), limits.stringBytesPerExtent(), (name, bytes) -> Extents.inMemory(bytes));
        index.begin(session, limits);
        return index;
    }

    /** Makes an empty index; what was there is deleted. */
    static IndexFiles create(StoreFiles files, Path folder, SessionId session, StoreLimits limits) throws IOException {
        for (String name : NAMES) {
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
        return new IndexFiles(rowsPerExtent, textBytes, (name, extentBytes) -> Extents.reading(file(folder, name), extentBytes));
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
        Checkpoint.StreamState seen = checkpoint.streams();
        if (lastSeq() != checkpoint.lastSeq() || stepBackMillis() != checkpoint.stepBackMillis() || streamCount() != seen.streams()
                || messageCount() != seen.messages() || messageStepBackMillis() != seen.stepBackMillis()) {
            throw new IOException("index.head is not what its checkpoint saw");
        }
    }

    private static IndexFiles openForWriting(StoreFiles files, Path folder, int rowsPerExtent, int textBytes) throws IOException {
        return new IndexFiles(rowsPerExtent, textBytes, (name, extentBytes) -> Extents.writing(files, file(folder, name), extentBytes));
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
        setStreamCount(0);
        setMessageCount(0);
        setMessageStepBackMillis(0);
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
        Checkpoint.StreamState then = checkpoint.streams();
        rows.cutBehind(checkpoint.lastSeq());
        streams.cutBehind(then.streams());
        messages.cutBehind(then.messages());
        for (Checkpoint.OpenRow row : checkpoint.open()) {
            if (row.seq() > checkpoint.lastSeq() || row.stream() > then.streams()) {
                throw new IOException("checkpoint holds a row that it does not cover");
            }
            rows.restore(row.seq(), row.row());
            if (row.stream() > 0) {
                streams.restore(row.stream(), row.streamRow());
            }
        }
        new BlockCheck(this, checkpoint).whatWillChange();
        setLastSeq(checkpoint.lastSeq());
        setStepBackMillis(checkpoint.stepBackMillis());
        setStreamCount(then.streams());
        setMessageCount(then.messages());
        setMessageStepBackMillis(then.stepBackMillis());
    }

    /** Extent and offset of the row of {@code seq}. */
    ByteBuffer extent(long seq) throws IOException {
        return rows.extent(seq);
    }

    int at(long seq) {
        return rows.at(seq);
    }

    void grow(long seq) throws IOException {
        rows.grow(seq);
    }

    /** Notes that the row of {@code seq} is about to change. */
    void touch(long seq) {
        rows.touch(seq);
    }

    /** Rows of exchanges, by seq. */
    RowArea rows() {
        return rows;
    }

    /** Rows of streams, in the order in which they were opened. */
    RowArea streams() {
        return streams;
    }

    /** Rows of messages, in the order in which they were recorded. */
    RowArea messages() {
        return messages;
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

    /** How many streams have a row. */
    long streamCount() throws IOException {
        return Words.acquire(head.extent(0), STREAMS_OFFSET);
    }

    void setStreamCount(long count) throws IOException {
        Words.release(head.extent(0), STREAMS_OFFSET, count);
    }

    /** How many messages have a row. */
    long messageCount() throws IOException {
        return Words.acquire(head.extent(0), MESSAGES_OFFSET);
    }

    void setMessageCount(long count) throws IOException {
        Words.release(head.extent(0), MESSAGES_OFFSET, count);
    }

    /** By how many milliseconds at most a message is earlier than one with a lower row. */
    long messageStepBackMillis() throws IOException {
        return Words.acquire(head.extent(0), MESSAGE_STEP_BACK_OFFSET);
    }

    void setMessageStepBackMillis(long millis) throws IOException {
        Words.release(head.extent(0), MESSAGE_STEP_BACK_OFFSET, millis);
    }

    private List<Extents> all() {
        return List.of(head, rows.extents(), streams.extents(), messages.extents(), names.extents(), paths.extents());
    }

    void force() {
        head.touch(0);
        all().forEach(Extents::force);
    }

    boolean isOpen() {
        return all().stream().allMatch(Extents::isOpen);
    }

    /** Octets of all index files. */
    long bytes() throws IOException {
        long bytes = 0;
        for (Extents extents : all()) {
            bytes += extents.bytes();
        }
        return bytes;
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        try (head; rows; streams; messages; names) {
            paths.close();
        }
    }
}
