package proxymcp.replay.queue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import proxymcp.store.StoreFiles;

/**
 * Bodies that are too long for the log: a file each, named for the SHA-256 of its octets, so that equal ones are there once. Written and forced before the
 * log refers to them; deleted, under the log's lock, when nothing does. Any thread may call.
 */
final class KeptBodies {
    /** A file that nothing refers to may be one that is about to be referred to: it is left alone for an hour. */
    private static final long ORPHAN_MILLIS = 3_600_000;
    private static final int PIECE_BYTES = 1 << 16;

    private final Path folder;
    private final StoreFiles files;

    KeptBodies(Path folder, StoreFiles files) {
        this.folder = folder;
        this.files = files;
    }

    /** Whether it is too long for the log. */
    static boolean isLong(KeptOctets octets) {
        return octets.size() > JobQueue.INLINE_BYTES_MAX;
    }

    /** Keeps octets; fine if they are there. Returns their name. */
    String keep(KeptOctets octets) throws IOException {
        if (!Files.isDirectory(folder)) {
            files.createFolder(folder);
        }
        Path temporary = folder.resolve(UUID.randomUUID() + ".tmp");
        MessageDigest digest = sha256();
        try {
            try (InputStream in = octets.open(); FileChannel out = files.create(temporary)) {
                byte[] piece = new byte[PIECE_BYTES];
                long at = 0;
                for (int count = in.read(piece); count > 0; count = in.read(piece)) {
                    digest.update(piece, 0, count);
                    at += write(out, ByteBuffer.wrap(piece, 0, count), at);
                }
                if (at != octets.size()) {
                    throw new IOException("a body has " + at + " octets, expected " + octets.size());
                }
                out.force(true);
            }
            String name = HexFormat.of().formatHex(digest.digest());
            if (!Files.exists(folder.resolve(name))) {
                files.rename(temporary, folder.resolve(name));
                files.forceFolder(folder);
            }
            return name;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static int write(FileChannel out, ByteBuffer bytes, long position) throws IOException {
        int count = bytes.remaining();
        long at = position;
        while (bytes.hasRemaining()) {
            at += out.write(bytes, at);
        }
        return count;
    }

    boolean has(String name) {
        return Files.exists(folder.resolve(name));
    }

    /** Octets that are kept. They are looked through before the first one is given out: what has been damaged since is not sent. */
    KeptOctets get(String name, long size) {
        Path file = folder.resolve(name);
        return new KeptOctets() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public InputStream open() throws IOException {
                check(file, name);
                return Files.newInputStream(file);
            }
        };
    }

    private static void check(Path file, String name) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] piece = new byte[PIECE_BYTES];
            for (int count = in.read(piece); count > 0; count = in.read(piece)) {
                digest.update(piece, 0, count);
            }
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(name)) {
            throw new IOException("the body " + name + " of the queue is damaged");
        }
    }

    /** Deletes bodies; fine if they are not there. */
    void delete(Set<String> names) throws IOException {
        for (String name : names) {
            Files.deleteIfExists(folder.resolve(name));
        }
    }

    /** Deletes what nothing refers to and nobody has just written. */
    void deleteOrphans(Set<String> referred, long nowMillis) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path file : all) {
                if (!referred.contains(file.getFileName().toString()) && nowMillis - Files.getLastModifiedTime(file).toMillis() > ORPHAN_MILLIS) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
