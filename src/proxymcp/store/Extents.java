package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A growing area of memory in pieces of one size: mapped from a file, or memory alone where no file can be written.
 *
 * <p>A piece is filled by {@code write} before it is mapped: a hole on a full disk would end in an {@code InternalError} at some later store.
 * One thread grows; any may read.
 */
final class Extents implements Closeable {
    private static final int EXTENTS_MAX = 1 << 14;

    private final int extentBytes;
    private final Backing backing;
    private final AtomicReferenceArray<ByteBuffer> extents = new AtomicReferenceArray<>(EXTENTS_MAX);
    /** 1 for extents that changed and were not forced since. */
    private final AtomicIntegerArray touched = new AtomicIntegerArray(EXTENTS_MAX);

    private sealed interface Backing {
        /** Not kept. */
        record Memory() implements Backing {}

        /** In a file that this process writes. */
        record Written(FileChannel channel) implements Backing {}

        /** In a file that another process may be writing. */
        record Read(FileChannel channel) implements Backing {}
    }

    private Extents(int extentBytes, Backing backing) {
        this.extentBytes = extentBytes;
        this.backing = backing;
    }

    static Extents inMemory(int extentBytes) {
        return new Extents(extentBytes, new Backing.Memory());
    }

    /** Opens {@code file} for writing, making it if need be. */
    static Extents writing(StoreFiles files, Path file, int extentBytes) throws IOException {
        FileChannel channel = java.nio.file.Files.exists(file)
                ? FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE) : files.create(file);
        return new Extents(extentBytes, new Backing.Written(channel));
    }

    /** Opens {@code file} for reading. */
    static Extents reading(Path file, int extentBytes) throws IOException {
        return new Extents(extentBytes, new Backing.Read(FileChannel.open(file, StandardOpenOption.READ)));
    }

    int extentBytes() {
        return extentBytes;
    }

    /** Makes sure that extent {@code index} exists, for writing. */
    void grow(int index) throws IOException {
        if (index >= EXTENTS_MAX) {
            throw new IOException("the index is full: " + EXTENTS_MAX + " extents");
        }
        if (extents.get(index) != null) {
            return;
        }
        int first = index;
        long there = bytes() / extentBytes;
        while (first > 0 && extents.get(first) == null && extents.get(first - 1) == null && first > there) {
            first--;
        }
        // Where exchanges were lost, several are made at once: none may be a hole.
        for (int i = first; i <= index; i++) {
            if (extents.get(i) == null) {
                extents.set(i, make(i));
            }
        }
    }

    /**
     * Extent {@code index}, little-endian.
     *
     * @throws IOException if it does not exist
     */
    ByteBuffer extent(int index) throws IOException {
        ByteBuffer extent = index < EXTENTS_MAX ? extents.get(index) : null;
        if (extent != null) {
            return extent;
        }
        if (index >= EXTENTS_MAX || !(backing instanceof Backing.Read || backing instanceof Backing.Written)) {
            throw new IOException("index extent " + index + " does not exist");
        }
        ByteBuffer mapped = map(index);
        return extents.compareAndSet(index, null, mapped) ? mapped : extents.get(index);
    }

    private ByteBuffer make(int index) throws IOException {
        return switch (backing) {
            case Backing.Memory memory -> ByteBuffer.allocateDirect(extentBytes).order(ByteOrder.LITTLE_ENDIAN);
            case Backing.Written(FileChannel channel) -> {
                long end = (long) (index + 1) * extentBytes;
                if (channel.size() < end) {
                    StoreFiles.writeFully(channel, ByteBuffer.allocate((int) (end - Math.max(channel.size(), end - extentBytes))),
                            Math.max(channel.size(), end - extentBytes));
                }
                yield map(index);
            }
            case Backing.Read read -> throw new IllegalStateException("an index that is read does not grow");
        };
    }

    private ByteBuffer map(int index) throws IOException {
        FileChannel channel = switch (backing) {
            case Backing.Written(FileChannel written) -> written;
            case Backing.Read(FileChannel read) -> read;
            case Backing.Memory memory -> throw new IllegalStateException("memory alone is not mapped");
        };
        long from = (long) index * extentBytes;
        if (channel.size() < from + extentBytes) {
            throw new BlockCheck.IndexDamagedException("index file ends at " + channel.size() + ", extent " + index + " needs " + (from + extentBytes));
        }
        FileChannel.MapMode mode = backing instanceof Backing.Written ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY;
        return channel.map(mode, from, extentBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Notes that extent {@code index} is about to change. */
    void touch(int index) {
        touched.set(index, 1);
    }

    /** Forces what changed since the last time to the disk. */
    void force() {
        for (int i = 0; i < EXTENTS_MAX; i++) {
            if (touched.get(i) == 1 && touched.getAndSet(i, 0) == 1 && extents.get(i) instanceof MappedByteBuffer mapped) {
                mapped.force();
            }
        }
    }

    /** Octets on disk. */
    long bytes() throws IOException {
        return switch (backing) {
            case Backing.Memory memory -> 0;
            case Backing.Written(FileChannel channel) -> channel.size();
            case Backing.Read(FileChannel channel) -> channel.size();
        };
    }

    boolean isOpen() {
        return switch (backing) {
            case Backing.Memory memory -> true;
            case Backing.Written(FileChannel channel) -> channel.isOpen();
            case Backing.Read(FileChannel channel) -> channel.isOpen();
        };
    }

    @Override
    public void close() throws IOException {
        switch (backing) {
            case Backing.Memory memory -> { }
            case Backing.Written(FileChannel channel) -> channel.close();
            case Backing.Read(FileChannel channel) -> channel.close();
        }
    }
}
