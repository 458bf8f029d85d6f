package proxymcp.har;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;

/**
 * Holds octets until it is known what they mean: the first ones in memory, more in a file that only its owner may read. The file has no name
 * while it is used, where the system can do that, so that not even a killed process leaves it behind. Used again and again; not for several
 * threads.
 */
final class HarReadSpill extends OutputStream {
    private static final int MEMORY_BYTES = 128 << 10;
    /** What base64 is made of, white space and both alphabets included. */
    private static final boolean[] BASE64 = new boolean[256];

    static {
        for (char c : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_= \t\r\n".toCharArray()) {
            BASE64[c] = true;
        }
    }

    private final Path folder;
    private byte[] memory = new byte[4 << 10];
    /** Octets in {@link #memory} that are not in the file. */
    private int used;
    private long filed;
    private boolean onlyBase64 = true;
    private FileChannel file;

    /** @param folder where files are made, if there have to be any */
    HarReadSpill(Path folder) {
        this.folder = folder;
    }

    @Override
    public void write(int octet) throws IOException {
        if (used == memory.length) {
            makeRoom();
        }
        onlyBase64 &= BASE64[octet & 0xFF];
        memory[used++] = (byte) octet;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        for (int i = offset; onlyBase64 && i < offset + length; i++) {
            onlyBase64 = BASE64[bytes[i] & 0xFF];
        }
        int from = offset;
        int left = length;
        while (left > 0) {
            if (used == memory.length) {
                makeRoom();
            }
            int count = Math.min(left, memory.length - used);
            System.arraycopy(bytes, from, memory, used, count);
            used += count;
            from += count;
            left -= count;
        }
    }

    private void makeRoom() throws IOException {
        if (memory.length < MEMORY_BYTES) {
            memory = Arrays.copyOf(memory, Math.min(MEMORY_BYTES, memory.length * 2));
        } else {
            spill();
        }
    }

    private void spill() throws IOException {
        if (file == null) {
            Files.createDirectories(folder, ownerOnly("rwx------"));
            file = FileChannel.open(folder.resolve("." + UUID.randomUUID() + ".tmp"), Set.of(StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE), ownerOnly("rw-------"));
        }
        ByteBuffer source = ByteBuffer.wrap(memory, 0, used);
        while (source.hasRemaining()) {
            filed += file.write(source, filed);
        }
        used = 0;
    }

    private static FileAttribute<?>[] ownerOnly(String mode) {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }

    /** Whether an octet is one that base64 is made of. */
    static boolean isBase64(byte octet) {
        return BASE64[octet & 0xFF];
    }

    /** Octets held. */
    long size() {
        return filed + used;
    }

    /** Memory that is taken, whatever is held. */
    int memoryBytes() {
        return memory.length;
    }

    /** Whether the octets are such that base64 is made of. */
    boolean isOnlyBase64() {
        return onlyBase64;
    }

    /** Reads what is held, from the first octet on. Nothing may be written meanwhile. */
    InputStream open() {
        return filed == 0 ? new ByteArrayInputStream(memory, 0, used) : new Reading();
    }

    /** Forgets what is held; a file stays for the next time, unless it is long. */
    void clear() throws IOException {
        used = 0;
        filed = 0;
        onlyBase64 = true;
        if (file != null) {
            file.truncate(0);
        }
    }

    /** Deletes the file, if there is one. */
    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }

    /** Reads the file, then the memory. */
    private final class Reading extends InputStream {
        private long position;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (position < filed) {
                int count = file.read(ByteBuffer.wrap(target, offset, (int) Math.min(length, filed - position)), position);
                if (count <= 0) {
                    throw new IOException("a temporary file is shorter than it was written");
                }
                position += count;
                return count;
            }
            int from = (int) (position - filed);
            if (from == used) {
                return -1;
            }
            int count = Math.min(length, used - from);
            System.arraycopy(memory, from, target, offset, count);
            position += count;
            return count;
        }
    }
}
