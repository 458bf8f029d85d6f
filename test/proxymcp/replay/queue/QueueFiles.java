package proxymcp.replay.queue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import proxymcp.store.StoreFiles;

/**
 * A disk that is full, or whose machine's process dies between two changes or in the middle of one, as a test tells it. It does not wait for anything to
 * be durable. Any thread may call.
 */
final class QueueFiles extends StoreFiles {
    private long bytesLeft = Long.MAX_VALUE;
    private long stepsLeft = Long.MAX_VALUE;
    private boolean died;

    /** So many octets can still be written; the write that needs more writes what fits, and fails. */
    synchronized void fill(long left) {
        bytesLeft = left;
    }

    /** The change behind so many others is done half, if it is a write, and none after that. */
    synchronized void dieAfter(long steps) {
        stepsLeft = steps;
    }

    /** Whether it came to that. */
    synchronized boolean died() {
        return died;
    }

    private synchronized boolean isLast() throws IOException {
        if (died) {
            throw new IOException("the process is dead");
        }
        died = stepsLeft-- <= 0;
        return died;
    }

    private void step() throws IOException {
        if (isLast()) {
            throw new IOException("the process is dead");
        }
    }

    private synchronized int room(int wanted) {
        int granted = (int) Math.min(wanted, bytesLeft);
        bytesLeft -= bytesLeft == Long.MAX_VALUE ? 0 : granted;
        return granted;
    }

    @Override
    public FileChannel create(Path file) throws IOException {
        step();
        return new Channel(super.create(file));
    }

    @Override
    public FileChannel update(Path file) throws IOException {
        return new Channel(super.update(file));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step();
        super.rename(from, to);
    }

    @Override
    public void forceFolder(Path folder) {
        // Nothing is lost here but processes.
    }

    private final class Channel extends FileChannel {
        private final FileChannel real;

        Channel(FileChannel real) {
            this.real = real;
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            boolean last = isLast();
            int wanted = last ? source.remaining() / 2 : source.remaining();
            int granted = room(wanted);
            if (granted == 0 && wanted > 0) {
                throw new IOException("No space left on device");
            }
            int written = real.write(source.slice(source.position(), granted), position);
            if (last) {
                throw new IOException("the process is dead");
            }
            source.position(source.position() + written);
            return written;
        }

        @Override
        public void force(boolean metaData) throws IOException {
            step();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return real.read(target, position);
        }

        @Override
        public long size() throws IOException {
            return real.size();
        }

        @Override
        protected void implCloseChannel() throws IOException {
            real.close();
        }

        @Override
        public FileChannel truncate(long size) {
            throw new UnsupportedOperationException("the queue's log is never cut");
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw unused();
        }

        @Override
        public int read(ByteBuffer target) {
            throw unused();
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) {
            throw unused();
        }

        @Override
        public int write(ByteBuffer source) {
            throw unused();
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            throw unused();
        }

        @Override
        public long position() {
            throw unused();
        }

        @Override
        public FileChannel position(long position) {
            throw unused();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw unused();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw unused();
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) {
            throw unused();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) {
            throw unused();
        }

        private static UnsupportedOperationException unused() {
            return new UnsupportedOperationException("the queue reads and writes at positions");
        }
    }
}
