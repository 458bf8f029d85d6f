package proxymcp.replay.queue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import proxymcp.store.StoreFiles;

/**
 * The log of the embedded queue: files {@code log-NNNNNN.q} that go on behind one another from the newest one that is a base. Every process that has the
 * queue open appends to the same one, under the queue's lock, after it has read what others appended.
 *
 * <p>What survives: a process that dies leaves at most a last record that was cut off, of a decision that it told nobody of. Such a tail is left as it is,
 * and a new file begun. A record that is damaged is passed over, and told of: what it said is not known.
 *
 * <p>Owner: the queue's thread; all but {@link #force} is called under the queue's lock.
 */
final class QueueLog implements Closeable {
    /** A file that is longer is followed by another: 64 MiB. */
    private static final long FILE_BYTES = 64L << 20;
    private static final int OFFSET_BITS = 40;

    private final Path folder;
    private final StoreFiles files;
    private final RandomGenerator random;
    private final Map<Integer, LogFile> open = new HashMap<>();
    /** The file that is appended to; null before the first {@link #catchUp} and after a failure. */
    private LogFile current;
    private long position;
    /** Whether the current file can be appended to; what stands behind its last whole record is left alone if not. */
    private boolean tailIsWhole;
    private long closedBytes;

    QueueLog(Path folder, StoreFiles files, RandomGenerator random) {
        this.folder = folder;
        this.files = files;
        this.random = random;
    }

    /** Follows the log. */
    interface Follower {
        /** All that was followed so far is void: the log begins anew. */
        void reset();

        /** The next entry, which stands at {@code place} and takes {@code bytes} octets. */
        void follow(Entry entry, long place, long timeMillis, int bytes);

        /** Something between the last entry and the next one cannot be read. */
        void damaged();
    }

    static String name(int number) {
        return String.format("log-%06d.q", number);
    }

    private Path path(int number) {
        return folder.resolve(name(number));
    }

    /** Has all that was appended since the last call followed. */
    void catchUp(Follower follower) throws IOException {
        if (current == null || !Files.exists(path(current.number()))) {
            restart(follower);
        }
        readOn(follower);
        while (Files.exists(path(current.number() + 1))) {
            next(current.number() + 1, follower);
            readOn(follower);
        }
    }

    /** Forgets where it was: the next {@link #catchUp} begins from the log's begin. */
    void lose() {
        current = null;
    }

    private void restart(Follower follower) throws IOException {
        close();
        follower.reset();
        TreeMap<Integer, Path> found = list();
        if (found.isEmpty()) {
            create(1, true);
            found = list();
        }
        int base = found.lastKey();
        while (!file(base).isBase()) {
            base--;
            if (!found.containsKey(base)) {
                throw new QueueException("queue_damaged", "the queue's log has no " + name(base), "move the folder " + folder + " away; a new queue is begun then");
            }
        }
        for (Map.Entry<Integer, Path> older : found.headMap(base).entrySet()) {
            Files.deleteIfExists(older.getValue()); // Whoever wrote the base died before it came to that.
        }
        current = file(base);
        position = LogLayout.RECORDS_OFFSET;
        tailIsWhole = true;
        closedBytes = 0;
    }

    private TreeMap<Integer, Path> list() throws IOException {
        TreeMap<Integer, Path> found = new TreeMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "log-*.q")) {
            for (Path file : all) {
                String name = file.getFileName().toString();
                if (name.matches("log-[0-9]{6,9}\\.q")) {
                    found.put(Integer.parseInt(name.substring(4, name.length() - 2)), file);
                }
            }
        }
        return found;
    }

    private LogFile file(int number) throws IOException {
        LogFile known = open.get(number);
        if (known == null) {
            known = LogFile.open(path(number), number, files);
            open.put(number, known);
        }
        return known;
    }

    private void create(int number, boolean base) throws IOException {
        files.replace(path(number), LogLayout.fileHeader(number, base, new LogLayout.Mark(random.nextInt(), random.nextLong())));
    }

    private void next(int number, Follower follower) throws IOException {
        closedBytes += position;
        LogFile next = file(number);
        if (next.isBase()) {
            for (LogFile older : open.values()) {
                if (older != next) {
                    older.close();
                }
            }
            open.keySet().removeIf(older -> older != number);
            closedBytes = 0;
            follower.reset();
        }
        current = next;
        position = LogLayout.RECORDS_OFFSET;
        tailIsWhole = true;
    }

    private void readOn(Follower follower) throws IOException {
        long size = current.size();
        if (tailIsWhole && position < size) {
            current.forgetWindow();
        }
        while (tailIsWhole && position < size) {
            if (size - position < LogLayout.HEADER_BYTES) {
                tailIsWhole = false;
            } else if (!current.hasHeader(position)) {
                follower.damaged();
                long found = current.find(position + 1, size);
                tailIsWhole = found >= 0;
                position = Math.max(position, found);
            } else {
                readRecord(follower, size);
            }
        }
    }

    private void readRecord(Follower follower, long size) throws IOException {
        LogLayout.Header header = current.header(position);
        if (header.next(position) > size) {
            tailIsWhole = false;
            return;
        }
        long place = (long) current.number() << OFFSET_BITS | position;
        position = header.next(position);
        byte[] payload;
        try {
            payload = current.payload(place & (1L << OFFSET_BITS) - 1, header);
        } catch (IOException e) {
            follower.damaged(); // Its header says where the next one is.
            return;
        }
        follower.follow(EntryCodec.read(header.type(), payload), place, header.timeMillis(), LogLayout.HEADER_BYTES + header.length());
    }

    /** Sees to it that what comes next can be appended, in a new file if the last one ends in the middle of a record or is long. */
    void prepare(Follower follower) throws IOException {
        if (!tailIsWhole || position > FILE_BYTES) {
            create(current.number() + 1, false);
            next(current.number() + 1, follower);
        }
    }

    /** What records of the current file are marked with. */
    LogLayout.Mark mark() {
        return current.mark();
    }

    /** Place of what stands {@code offset} octets behind the end. */
    long place(int offset) {
        return (long) current.number() << OFFSET_BITS | position + offset;
    }

    /** Appends whole records. */
    void append(RecordOutput records) throws IOException {
        current.write(records.bytes(), records.used(), position);
        position += records.used();
    }

    /** Has all that was appended survive the machine. */
    void force() throws IOException {
        LogFile file = current;
        if (file != null) {
            file.force();
        }
    }

    /** Octets of all files that are read. */
    long bytes() {
        return closedBytes + position;
    }

    /** Entry at a place that {@link Follower#follow} told. */
    Entry read(long place) throws IOException {
        LogFile file = file((int) (place >>> OFFSET_BITS));
        long at = place & (1L << OFFSET_BITS) - 1;
        byte[] payload = file.payload(at);
        return EntryCodec.read(file.header(at).type(), payload);
    }

    /** Time of the entry at a place. */
    long time(long place) throws IOException {
        return file((int) (place >>> OFFSET_BITS)).header(place & (1L << OFFSET_BITS) - 1).timeMillis();
    }

    /** Writes a log anew. */
    interface Rewriting {
        /** Tells all that still counts, in an order that leads to the same state. */
        void tell(Rewritten to) throws IOException;
    }

    /** Takes what still counts. */
    interface Rewritten {
        /** An entry with its time. */
        void entry(Entry entry, long timeMillis) throws IOException;
    }

    /** Writes a base with what {@code rewriting} tells, puts it in the place of all files there are, and deletes these. */
    void rewrite(Rewriting rewriting) throws IOException {
        int number = current.number() + 1;
        LogLayout.Mark mark = new LogLayout.Mark(random.nextInt(), random.nextLong());
        Path temporary = folder.resolve("log.new");
        Files.deleteIfExists(temporary);
        try (FileChannel channel = files.create(temporary)) {
            RecordOutput out = new RecordOutput();
            byte[] header = LogLayout.fileHeader(number, true, mark);
            out.plain(header, 0, header.length);
            long[] at = {0};
            rewriting.tell((entry, timeMillis) -> {
                LogLayout.write(entry, timeMillis, mark, out);
                if (out.used() > 1 << 20) {
                    at[0] = flush(channel, out, at[0]);
                }
            });
            flush(channel, out, at[0]);
            channel.force(true);
        }
        files.rename(temporary, path(number));
        files.forceFolder(folder);
        for (Path older : list().headMap(number).values()) {
            Files.deleteIfExists(older);
        }
        lose();
    }

    private static long flush(FileChannel channel, RecordOutput out, long position) throws IOException {
        java.nio.ByteBuffer rest = java.nio.ByteBuffer.wrap(out.bytes(), 0, out.used());
        long at = position;
        while (rest.hasRemaining()) {
            at += channel.write(rest, at);
        }
        out.clear();
        return at;
    }

    @Override
    public void close() throws IOException {
        for (LogFile file : open.values()) {
            file.close();
        }
        open.clear();
        current = null;
    }
}
