package proxymcp.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A real file as the store uses it, at positions it counts itself; the disks of tests change what they are about. */
class PositionedChannel extends FileChannel {
    final FileChannel real;

    PositionedChannel(FileChannel real) {
        this.real = real;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        return real.write(source, position);
    }

    @Override
    public void force(boolean metaData) throws IOException {
        real.force(metaData);
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        real.truncate(size);
        return this;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return real.read(target, position);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
        return real.map(mode, position, size);
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
    public int read(ByteBuffer target) throws IOException {
        throw new UnsupportedOperationException("the store reads at positions");
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        throw new UnsupportedOperationException("the store reads at positions");
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        throw new UnsupportedOperationException("the store writes at positions");
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        throw new UnsupportedOperationException("the store writes at positions");
    }

    @Override
    public long position() throws IOException {
        throw new UnsupportedOperationException("the store counts positions itself");
    }

    @Override
    public FileChannel position(long position) throws IOException {
        throw new UnsupportedOperationException("the store counts positions itself");
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        throw new UnsupportedOperationException("the store does not transfer");
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
        throw new UnsupportedOperationException("the store does not transfer");
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        throw new UnsupportedOperationException("the store locks its lock file alone");
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        throw new UnsupportedOperationException("the store locks its lock file alone");
    }
}
