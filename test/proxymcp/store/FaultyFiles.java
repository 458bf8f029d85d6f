package proxymcp.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A disk that is full, short, stuck, read-only or breaks, as a test tells it. Any thread may call. */
final class FaultyFiles extends StoreFiles {
    private volatile long bytesLeft = Long.MAX_VALUE;
    private volatile int writeMax = Integer.MAX_VALUE;
    private volatile int writesUntilFailure = -1;
    private volatile boolean waiting;
    private volatile boolean readOnly;
    private volatile boolean indexFails;
    private volatile boolean segmentsFailToForce;
    private volatile boolean segmentsFailToTruncate;
    private volatile CountDownLatch stuck = new CountDownLatch(0);
    private volatile long stepsLeft = Long.MAX_VALUE;
    private final List<Path> forcesFailed = new CopyOnWriteArrayList<>();
    private final Map<Path, Long> forcedBytes = new ConcurrentHashMap<>();

    /** So many octets can still be written; the write that needs more writes what fits, and fails. */
    void fill(long left) {
        bytesLeft = left;
    }

    /** No write writes more octets than this. */
    void writeShort(int octets) {
        writeMax = octets;
    }

    void readOnly() {
        readOnly = true;
    }

    /** Index files do not grow any more. */
    void failIndex(boolean fail) {
        indexFails = fail;
    }

    void failForces(boolean fail) {
        segmentsFailToForce = fail;
    }

    void failTruncates(boolean fail) {
        segmentsFailToTruncate = fail;
    }

    /** The segment write after {@code others} more finds no room; those behind it do. */
    void failOneWriteAfter(int others) {
        writesUntilFailure = others;
    }

    /** Writes to segments wait until {@link #unstick}. */
    void stick() {
        stuck = new CountDownLatch(1);
    }

    /** Whether a write waits. */
    boolean isStuck() {
        return waiting;
    }

    void unstick() {
        stuck.countDown();
    }

    /** After so many changes of the disk, none happens any more: the machine is off. */
    void dieAfter(long steps) {
        stepsLeft = steps;
    }

    /** Files that were told to force and failed, one entry for each time. */
    List<Path> forcesFailed() {
        return List.copyOf(forcesFailed);
    }

    /** Octets of each segment that had been written when it was last forced. */
    Map<Path, Long> forcedBytes() {
        return Map.copyOf(forcedBytes);
    }

    private synchronized void step() throws IOException {
        if (stepsLeft <= 0) {
            throw new IOException("the machine is off");
        }
        stepsLeft--;
    }

    private synchronized int room(int wanted) throws IOException {
        step();
        int granted = (int) Math.min(Math.min(wanted, writeMax), bytesLeft);
        if (granted == 0 && wanted > 0) {
            throw new IOException("No space left on device");
        }
        bytesLeft -= bytesLeft == Long.MAX_VALUE ? 0 : granted;
        return granted;
    }

    @Override
    public FileChannel create(Path file) throws IOException {
        if (readOnly) {
            throw new AccessDeniedException(file.toString());
        }
        step();
        return new Channel(file, super.create(file));
    }

    @Override
    public void createFolder(Path folder) throws IOException {
        if (readOnly) {
            throw new AccessDeniedException(folder.toString());
        }
        super.createFolder(folder);
    }

    @Override
    public void replace(Path file, byte[] bytes) throws IOException {
        step();
        super.replace(file, bytes);
    }

    private final class Channel extends PositionedChannel {
        private final Path file;
        private final boolean segment;

        Channel(Path file, FileChannel real) {
            super(real);
            this.file = file;
            this.segment = file.getFileName().toString().startsWith("segment-");
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            if (segment) {
                awaitUnstuck();
                if (writesUntilFailure >= 0 && writesUntilFailure-- == 0) {
                    throw new IOException("No space left on device");
                }
            }
            if (indexFails && file.getFileName().toString().startsWith("index.")) {
                throw new IOException("No space left on device");
            }
            int granted = room(source.remaining());
            int written = real.write(source.slice(source.position(), granted), position);
            source.position(source.position() + written);
            return written;
        }

        private void awaitUnstuck() throws IOException {
            waiting = stuck.getCount() > 0;
            try {
                stuck.await();
            } catch (InterruptedException e) {
                throw new IOException("nobody interrupts the writer", e);
            }
        }

        @Override
        public void force(boolean metaData) throws IOException {
            step();
            if (segment && segmentsFailToForce) {
                forcesFailed.add(file);
                throw new IOException("Input/output error");
            }
            long size = real.size();
            real.force(metaData);
            if (segment) {
                forcedBytes.merge(file, size, Math::max);
            }
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            step();
            if (segmentsFailToTruncate) {
                throw new IOException("Input/output error");
            }
            real.truncate(size);
            return this;
        }
    }
}
