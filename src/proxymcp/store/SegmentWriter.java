package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Appends records to one segment file. Writes go to positions counted here, so that what a failed write left behind is overwritten or cut off,
 * never read.
 *
 * <p>Owner: the writer thread, which is never interrupted: an interrupt during I/O closes a FileChannel for good. {@link #force} may come from
 * the forcer.
 */
final class SegmentWriter implements Closeable {
    private final SegmentHeader header;
    private final Path file;
    private final FileChannel channel;
    private final SegmentTally tally = new SegmentTally();
    /** Held while the writer or the forcer forces: neither may take the other's failure for a success. */
    private final ReentrantLock forcing = new ReentrantLock();
    /** Guarded by {@link #forcing}. */
    private boolean forceFailed;
    private int position = SegmentHeader.BYTES;

    private SegmentWriter(SegmentHeader header, Path file, FileChannel channel) {
        this.header = header;
        this.file = file;
        this.channel = channel;
    }

    /** Creates the file and writes its header. */
    static SegmentWriter create(StoreFiles files, Path folder, SegmentHeader header) throws IOException {
        Path file = SegmentFiles.file(folder, header.number());
        FileChannel channel = files.create(file);
        try {
            StoreFiles.writeFully(channel, ByteBuffer.wrap(header.encode()), 0);
            files.forceFolder(folder);
            return new SegmentWriter(header, file, channel);
        } catch (IOException e) {
            try (channel) {
                // On a full disk a new one would stay with every try.
                Files.deleteIfExists(file);
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    SegmentHeader header() {
        return header;
    }

    /** Where the next record will stand. */
    int position() {
        return position;
    }

    /**
     * Appends sealed records.
     *
     * @throws IOException if not all were written; the segment is then as before, or must be abandoned if {@link #cutBack} fails too
     */
    void append(byte[] bytes, int offset, int length) throws IOException {
        StoreFiles.writeFully(channel, ByteBuffer.wrap(bytes, offset, length), position);
        position += length;
    }

    /** Counts a record that {@link #append} has written, for the seal. */
    void count(byte[] bytes, int at) {
        tally.add(bytes, at);
    }

    /** Cuts off what a failed write left behind the last whole record. */
    void cutBack() throws IOException {
        channel.truncate(position);
    }

    /** The seal: counts, ranges and the digest of all checksums. */
    void seal(PayloadWriter out) {
        tally.seal(out);
    }

    void force() throws IOException {
        forcing.lock();
        try {
            if (forceFailed) {
                throw new IOException("the segment could not be forced before");
            }
            channel.force(false);
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            forceFailed = true;
            throw e;
        } finally {
            forcing.unlock();
        }
    }

    Path file() {
        return file;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
