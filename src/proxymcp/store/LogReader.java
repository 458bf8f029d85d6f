package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Reads single records of a log by their positions. Not for several threads. */
final class LogReader implements Closeable {
    private final StoreFiles files;
    private final Path folder;
    private final SessionId session;
    private final int windowBytes;
    private final int openMax;
    private final Map<Integer, SegmentReader> open = new HashMap<>();

    LogReader(StoreFiles files, Path folder, SessionId session) {
        this(files, folder, session, SegmentReader.POINT_WINDOW_BYTES, Integer.MAX_VALUE);
    }

    /**
     * A reader that goes through many segments.
     *
     * @param windowBytes how much of a segment is read at a time
     * @param openMax segments that are open at once
     */
    LogReader(StoreFiles files, Path folder, SessionId session, int windowBytes, int openMax) {
        this.files = files;
        this.folder = folder;
        this.session = session;
        this.windowBytes = windowBytes;
        this.openMax = openMax;
    }

    /**
     * The reader of the segment of {@code position}, standing at the record there.
     *
     * @throws CorruptSegmentException if there is no intact record of one of these types
     */
    SegmentReader at(long position, RecordType... wanted) throws IOException {
        SegmentReader reader = segment(Position.segment(position));
        reader.read(Position.offset(position) & 0xFFFF_FFFFL, wanted);
        return reader;
    }

    /** The same for a record of which no more is read than its header and {@code payloadBytes} of its payload, unchecked. */
    SegmentReader peek(long position, int payloadBytes) throws IOException {
        SegmentReader reader = segment(Position.segment(position));
        reader.peek(Position.offset(position) & 0xFFFF_FFFFL, payloadBytes);
        return reader;
    }

    /** The reader of a segment. */
    SegmentReader segment(int number) throws IOException {
        SegmentReader known = open.get(number);
        if (known == null) {
            if (open.size() >= openMax) {
                close();
            }
            known = SegmentReader.open(files, SegmentFiles.file(folder, number), session, number, windowBytes);
            open.put(number, known);
        }
        return known;
    }

    /** What reading was told of a payload that its checksum fits, and that is no payload of its type. */
    IOException malformed(long position, Exception e) {
        return new CorruptSegmentException(SegmentFiles.file(folder, Position.segment(position)), Position.offset(position), e.getMessage());
    }

    @Override
    public void close() throws IOException {
        for (SegmentReader reader : open.values()) {
            reader.close();
        }
        open.clear();
    }
}
