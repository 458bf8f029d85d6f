package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * The segments of one log, one after another. A segment that failed takes nothing more; until the next one can be begun, every write fails.
 *
 * <p>Owner: the writer thread; {@link #force} is called by the forcer.
 */
final class LogSegments implements Closeable {
    private final StoreFiles files;
    private final Path folder;
    private final SessionId session;
    private final SecureRandom random = new SecureRandom();
    private final CRC32C crc = new CRC32C();
    private final PayloadWriter own = new PayloadWriter(1_024);
    private volatile SegmentWriter current;
    private int number;
    private long nextRecord;
    private long sealedBytes;
    /** The segment takes nothing more, and the next one could not be begun yet. */
    private volatile boolean abandoned;
    /** Some records stand in a segment that could not be forced, and never will be. */
    private volatile boolean unforced;

    /** Begins a new segment behind what is there. */
    LogSegments(StoreFiles files, Path folder, SessionId session, LogState state) throws IOException {
        this.files = files;
        this.folder = folder;
        this.session = session;
        this.number = state.lastSegment();
        this.nextRecord = state.lastNumber() + 1;
        this.sealedBytes = state.bytes();
        this.current = create(state.lastSegment(), state.lastSegmentBytes());
    }

    /** Octets of all segments. */
    long bytes() {
        return sealedBytes + current.position();
    }

    /** Octets of all segments before the current one. */
    long sealedBytes() {
        return sealedBytes;
    }

    /** Octets of the current segment. */
    int offset() {
        return current.position();
    }

    /** Position of the octet {@code ahead} of the end. */
    long position(int ahead) {
        return Position.of(current.header().number(), current.position() + ahead);
    }

    /** Number of the next record. */
    long nextRecord() {
        return nextRecord;
    }

    /** Whether records were written that were not forced and cannot be any more. */
    boolean isUnforced() {
        return unforced;
    }

    /** Completes a record for the current segment. */
    void complete(byte[] bytes, int at) {
        RecordLayout.seal(bytes, at, current.header(), nextRecord++, crc);
    }

    /**
     * Writes completed records.
     *
     * @throws IOException if they do not stand in the log
     */
    void write(byte[] bytes, int from, int length) throws IOException {
        if (abandoned) {
            throw new IOException("there is no segment to write to");
        }
        try {
            current.append(bytes, from, length);
        } catch (IOException e) {
            cutBack(e);
            throw e;
        }
    }

    /** Counts a record that was written, for the seal. */
    void count(byte[] bytes, int at) {
        current.count(bytes, at);
    }

    /** Writes a record of the session itself. */
    void append(RecordType type, long seq, Consumer<PayloadWriter> payload) throws IOException {
        own.clear();
        own.begin(type, seq);
        payload.accept(own);
        own.end();
        appendOwn();
    }

    private void appendOwn() throws IOException {
        complete(own.bytes(), 0);
        write(own.bytes(), 0, own.used());
        count(own.bytes(), 0);
    }

    /** Nothing is left behind the last whole record, or the segment is left as it is. */
    private void cutBack(IOException cause) {
        try {
            current.cutBack();
        } catch (IOException e) {
            cause.addSuppressed(e);
            forceLast(cause);
            abandoned = true;
        }
    }

    /** Forces a segment that takes nothing more. */
    private void forceLast(IOException cause) {
        try {
            current.force();
        } catch (IOException e) {
            unforced = true;
            cause.addSuppressed(e);
        }
    }

    /** The segment could not be forced: it is not written again, as what the system kept of it is unknown. */
    void abandon() throws IOException {
        unforced = true;
        abandoned = true;
        resume();
    }

    /** Begins the next segment, if the current one takes nothing more. */
    void resume() throws IOException {
        if (abandoned) {
            SegmentWriter old = current;
            current = create(old.header().number(), old.position());
            sealedBytes += old.position();
            abandoned = false;
            old.close();
        }
    }

    /** Seals and forces the segment, and begins the next one. */
    void roll() throws IOException {
        IOException failure = new IOException("the segment could not be sealed");
        if (!abandoned) {
            try {
                sealLast();
            } catch (IOException e) {
                failure.addSuppressed(e); // A segment without a seal is read to its end.
            }
            forceLast(failure);
        }
        abandoned = true;
        resume();
        if (failure.getSuppressed().length > 0) {
            throw new IOException(failure.getMessage() + ": " + failure.getSuppressed()[0].getMessage(), failure);
        }
    }

    private void sealLast() throws IOException {
        own.clear();
        current.seal(own);
        appendOwn();
    }

    /** Seals and forces the last segment. */
    void seal() throws IOException {
        sealLast();
        current.force();
    }

    /** Forces what is written to the disk. */
    void force() throws IOException {
        if (!abandoned) {
            current.force();
        }
    }

    private SegmentWriter create(int previous, int previousEnd) throws IOException {
        return SegmentWriter.create(files, folder, SegmentHeader.next(++number, session, random, previous, previousEnd));
    }

    @Override
    public void close() throws IOException {
        current.close();
    }
}
