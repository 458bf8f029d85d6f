package proxymcp.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;

/**
 * Takes checkpoints. {@link #take} copies what may change and sums up what changed, on the thread that writes the index; {@link #write} puts
 * it on the disk, on any thread.
 */
final class CheckpointMaker {
    private final StoreFiles files;
    private final Path folder;
    private final SessionId session;
    private final IndexWriter index;
    private final OpenExchanges open;
    private final List<Integer> rows = new ArrayList<>();
    private final List<Integer> names = new ArrayList<>();
    private final List<Integer> paths = new ArrayList<>();
    private final List<Integer> streams = new ArrayList<>();
    private final List<Integer> messages = new ArrayList<>();
    /** Held while one is written: the writer and the forcer both do. */
    private final ReentrantLock writing = new ReentrantLock();
    private long number;
    /** Number of the newest one that was written. Guarded by {@link #writing}. */
    private long written;

    /** @param last number of the last checkpoint, 0 without one */
    CheckpointMaker(StoreFiles files, Path folder, SessionId session, IndexWriter index, OpenExchanges open, long last) {
        this.files = files;
        this.folder = folder;
        this.session = session;
        this.index = index;
        this.open = open;
        this.number = last;
    }

    /** Number of the next checkpoint. */
    long nextNumber() {
        return number + 1;
    }

    /** Goes on from a checkpoint: its checksums hold for what has not changed since. */
    void continueFrom(Checkpoint checkpoint) {
        rows.addAll(checkpoint.rows());
        names.addAll(checkpoint.names());
        paths.addAll(checkpoint.paths());
        streams.addAll(checkpoint.streams().streamSums());
        messages.addAll(checkpoint.streams().messageSums());
        number = Math.max(number, checkpoint.number());
    }

    Checkpoint take(Optional<String> label, long nowMillis, long position, long nextNumber, long bytes, Losses losses) throws IOException {
        IndexFiles indexFiles = index.files();
        long lastSeq = index.lastSeq();
        sumRows(indexFiles.rows(), lastSeq, rows, index.changed());
        sumRows(indexFiles.streams(), indexFiles.streamCount(), streams, index.streams().changed());
        sumRows(indexFiles.messages(), indexFiles.messageCount(), messages, index.streams().changedMessages());
        sumText(indexFiles.names(), names);
        sumText(indexFiles.paths(), paths);
        index.checkpointed();
        return new Checkpoint(session, ++number, label, nowMillis, position, nextNumber, bytes, lastSeq, index.exchanges(), indexFiles.names().used(),
                indexFiles.paths().used(), indexFiles.stepBackMillis(), losses, List.copyOf(rows), List.copyOf(names), List.copyOf(paths),
                openRows(indexFiles), new Checkpoint.StreamState(indexFiles.streamCount(), indexFiles.messageCount(),
                indexFiles.messageStepBackMillis(), List.copyOf(streams), List.copyOf(messages)));
    }

    /** Forces the index and replaces the older generation; the log up to there must have been forced. One that came too late is not needed. */
    void write(Checkpoint checkpoint) throws IOException {
        writing.lock();
        try {
            if (checkpoint.number() <= written) {
                return;
            }
            index.files().force();
            files.replace(Checkpoint.file(folder, checkpoint.number()), checkpoint.encode());
            written = checkpoint.number();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            writing.unlock();
        }
    }

    /** Has the next one that opens the session make the index anew. */
    void deleteAll() throws IOException {
        Files.deleteIfExists(Checkpoint.file(folder, 0));
        Files.deleteIfExists(Checkpoint.file(folder, 1));
    }

    private static void sumRows(RowArea area, long last, List<Integer> sums, BitSet changed) throws IOException {
        int blocks = last == 0 ? 0 : Checkpoint.rowBlock(last) + 1;
        for (int block = 0; block < blocks; block++) {
            if (block < sums.size() && !changed.get(block)) {
                continue;
            }
            long first = (long) block * Checkpoint.ROWS_PER_BLOCK + 1;
            int sum = area.checksum(first, Math.min(last, first + Checkpoint.ROWS_PER_BLOCK - 1));
            if (block < sums.size()) {
                sums.set(block, sum);
            } else {
                sums.add(sum);
            }
        }
    }

    private static void sumText(TextArea area, List<Integer> sums) throws IOException {
        // The last block may have grown since it was summed up.
        if (!sums.isEmpty()) {
            sums.remove(sums.size() - 1);
        }
        for (long from = (long) sums.size() * Checkpoint.TEXT_PER_BLOCK; from < area.used(); from += Checkpoint.TEXT_PER_BLOCK) {
            sums.add(checksum(area, from, Math.min(area.used(), from + Checkpoint.TEXT_PER_BLOCK)));
        }
    }

    /** CRC-32C of the octets {@code from} to {@code to} of a text area. */
    static int checksum(TextArea area, long from, long to) throws IOException {
        CRC32C crc = new CRC32C();
        int size = area.extents().extentBytes();
        for (long at = from; at < to; ) {
            long extentEnd = (at / size + 1) * size;
            long end = Math.min(to, extentEnd);
            ByteBuffer extent = area.extents().extent((int) (at / size));
            crc.update(extent.slice((int) (at % size), (int) (end - at)));
            at = end;
        }
        return (int) crc.getValue();
    }

    private List<Checkpoint.OpenRow> openRows(IndexFiles indexFiles) throws IOException {
        List<Checkpoint.OpenRow> rowsInFlight = new ArrayList<>();
        for (long seq : open.seqs()) {
            OpenExchanges.Open exchange = open.find(seq).orElseThrow();
            byte[] row = indexFiles.rows().copy(seq);
            long stream = RecordLayout.getInt(row, RowLayout.STREAM);
            byte[] streamRow = stream > 0 ? indexFiles.streams().copy(stream) : new byte[0];
            rowsInFlight.add(new Checkpoint.OpenRow(seq, row, exchange.request().last(), exchange.request().bytes(),
                    exchange.response().last(), exchange.response().bytes(), stream, streamRow));
        }
        return List.copyOf(rowsInFlight);
    }
}
