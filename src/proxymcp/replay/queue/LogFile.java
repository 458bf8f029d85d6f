package proxymcp.replay.queue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import proxymcp.store.StoreFiles;

/** One open file of the log. Owner: the queue's thread. */
final class LogFile implements Closeable {
    private static final int WINDOW_BYTES = 1 << 18;

    private final int number;
    private final boolean base;
    private final LogLayout.Mark mark;
    private final FileChannel channel;
    private byte[] window = new byte[0];
    private long windowAt;
    private int windowBytes;

    private LogFile(int number, boolean base, LogLayout.Mark mark, FileChannel channel) {
        this.number = number;
        this.base = base;
        this.mark = mark;
        this.channel = channel;
    }

    /** @throws QueueException if it is none, or of another version */
    static LogFile open(Path file, int number, StoreFiles files) throws IOException {
        FileChannel channel = files.update(file);
        boolean opened = false;
        try {
            byte[] twice = new byte[LogLayout.RECORDS_OFFSET];
            int count = readFully(channel, twice, 0, twice.length, 0);
            for (int at = 0; at + LogLayout.FILE_HEADER_BYTES <= count; at += LogLayout.FILE_HEADER_BYTES) {
                if (LogLayout.isFileHeader(twice, at)) {
                    LogFile log = of(twice, at, file, number, channel);
                    opened = true;
                    return log;
                }
            }
            throw damaged(file);
        } finally {
            if (!opened) {
                channel.close();
            }
        }
    }

    private static LogFile of(byte[] header, int at, Path file, int number, FileChannel channel) throws QueueException {
        int version = LogLayout.getInt(header, at + LogLayout.VERSION_OFFSET);
        if (version != LogLayout.VERSION) {
            throw new QueueException("queue_version", file.getFileName() + " is of format version " + version + ", this program reads " + LogLayout.VERSION,
                    "use one version of the program for all workers of a queue");
        }
        if (LogLayout.getInt(header, at + LogLayout.NUMBER_OFFSET) != number) {
            throw damaged(file);
        }
        return new LogFile(number, LogLayout.getInt(header, at + LogLayout.BASE_OFFSET) == 1,
                new LogLayout.Mark(LogLayout.getInt(header, at + LogLayout.MARKER_OFFSET), LogLayout.getLong(header, at + LogLayout.SALT_OFFSET)), channel);
    }

    private static QueueException damaged(Path file) {
        return new QueueException("queue_damaged", file + " is no log of a queue, or its beginning is damaged",
                "move the folder " + file.toAbsolutePath().getParent() + " away; a new queue is begun then");
    }

    int number() {
        return number;
    }

    /** Whether it stands for all files before it. */
    boolean isBase() {
        return base;
    }

    LogLayout.Mark mark() {
        return mark;
    }

    long size() throws IOException {
        return channel.size();
    }

    void write(byte[] bytes, int length, long position) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
        long at = position;
        while (rest.hasRemaining()) {
            at += channel.write(rest, at);
        }
    }

    void force() throws IOException {
        channel.force(false);
    }

    /** Whether a whole header of a record stands at {@code position}; the file has that many octets there. */
    boolean hasHeader(long position) throws IOException {
        int at = at(position, LogLayout.HEADER_BYTES); // Before the window is looked at: it may become another one.
        return LogLayout.isHeader(window, at, mark);
    }

    /** The header at {@code position}, which is whole. */
    LogLayout.Header header(long position) throws IOException {
        int at = at(position, LogLayout.HEADER_BYTES);
        return LogLayout.header(window, at);
    }

    /**
     * Payload of the record at {@code position}.
     *
     * @throws IOException if it is not whole
     */
    byte[] payload(long position, LogLayout.Header header) throws IOException {
        int at = at(position, LogLayout.HEADER_BYTES + header.length()) + LogLayout.HEADER_BYTES;
        if (LogLayout.crc(window, at, header.length(), mark) != header.payloadCrc()) {
            throw new IOException("the record at " + position + " of log " + number + " is damaged");
        }
        return Arrays.copyOfRange(window, at, at + header.length());
    }

    /** Reads a record that was whole when it was read before. */
    byte[] payload(long position) throws IOException {
        if (position + LogLayout.HEADER_BYTES > size() || !hasHeader(position) || header(position).next(position) > size()) {
            throw new IOException("the record at " + position + " of log " + number + " is damaged");
        }
        return payload(position, header(position));
    }

    /** Where the next whole header begins, from {@code from} on; -1 if none does before {@code end}. */
    long find(long from, long end) throws IOException {
        for (long position = from; position + LogLayout.HEADER_BYTES <= end; position++) {
            int at = at(position, LogLayout.HEADER_BYTES);
            if (LogLayout.getInt(window, at) == mark.marker() && LogLayout.isHeader(window, at, mark)) {
                return position;
            }
        }
        return -1;
    }

    /** Has so many octets in the window, and says where they begin in it. */
    private int at(long position, int count) throws IOException {
        if (position < windowAt || position + count > windowAt + windowBytes) {
            if (window.length < count || window.length > 4 * WINDOW_BYTES && count <= WINDOW_BYTES) {
                window = new byte[Math.max(WINDOW_BYTES, count)];
            }
            windowAt = position;
            windowBytes = 0;
            windowBytes = readFully(channel, window, 0, window.length, position);
            if (windowBytes < count) {
                throw new IOException("log " + number + " became shorter while it was read");
            }
        }
        return (int) (position - windowAt);
    }

    private static int readFully(FileChannel channel, byte[] bytes, int from, int length, long position) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes, from, length);
        while (rest.hasRemaining()) {
            if (channel.read(rest, position + rest.position() - from) < 0) {
                break;
            }
        }
        return rest.position() - from;
    }

    /** What was read may have been written over since: it is read anew. */
    void forgetWindow() {
        windowBytes = 0;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
