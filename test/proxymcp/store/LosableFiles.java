package proxymcp.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A disk that a machine is lost with: of a file stays what it held when it was last forced, of a folder the names it had when that was last
 * forced. Index files are mapped, and what was forced of them is not seen here: a test says what becomes of them. Any thread may call.
 */
final class LosableFiles extends StoreFiles {
    /** What is left of the index: the system may have written any of it at any time. */
    enum Index { GONE, EMPTY, OLD, NEWEST }

    private static final class Content {
        private byte[] forced = new byte[0];
    }

    /** Files by the names they have now. */
    private final Map<Path, Content> names = new HashMap<>();
    /** Entries of folders as they were last forced; those without content are folders. */
    private final Map<Path, Map<Path, Optional<Content>>> entries = new HashMap<>();
    private final Map<Path, byte[]> oldIndex = new HashMap<>();

    @Override
    public FileChannel create(Path file) throws IOException {
        FileChannel real = super.create(file);
        Content content = new Content();
        synchronized (this) {
            names.put(file, content);
        }
        return new PositionedChannel(real) {
            @Override
            public void force(boolean metaData) throws IOException {
                ByteBuffer bytes = ByteBuffer.allocate((int) real.size());
                while (bytes.hasRemaining() && real.read(bytes, bytes.position()) > 0) {
                    continue;
                }
                synchronized (LosableFiles.this) {
                    content.forced = java.util.Arrays.copyOf(bytes.array(), bytes.position());
                }
            }
        };
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        super.rename(from, to);
        names.put(to, names.remove(from));
    }

    @Override
    public synchronized void forceFolder(Path folder) {
        Map<Path, Optional<Content>> found = new HashMap<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                if (Files.isDirectory(child) || names.containsKey(child)) {
                    found.put(child, Optional.ofNullable(names.get(child)));
                }
            }
        } catch (IOException e) {
            return; // A folder above that the test may not read.
        }
        entries.put(folder, found);
    }

    /** Notes what the index files of a session hold now: an age that they may be found at. */
    synchronized void noteIndex(Path folder) throws IOException {
        for (Path file : TestStore.files(folder)) {
            if (isIndex(file)) {
                oldIndex.put(file, Files.readAllBytes(file));
            }
        }
    }

    /** Makes below {@code to} what is left below {@code folder}, which itself was there all along. */
    synchronized void lose(Path folder, Path to, Index index) throws IOException {
        Files.createDirectories(to);
        for (Map.Entry<Path, Optional<Content>> entry : entries.getOrDefault(folder, Map.of()).entrySet()) {
            Path copy = to.resolve(entry.getKey().getFileName());
            if (entry.getValue().isEmpty()) {
                lose(entry.getKey(), copy, index);
            } else if (isIndex(entry.getKey())) {
                loseIndex(entry.getKey(), copy, index);
            } else {
                Files.write(copy, entry.getValue().get().forced);
            }
        }
    }

    private void loseIndex(Path file, Path copy, Index index) throws IOException {
        switch (index) {
            case GONE -> { }
            case EMPTY -> Files.write(copy, new byte[0]);
            case OLD -> Files.write(copy, oldIndex.getOrDefault(file, new byte[0]));
            case NEWEST -> Files.copy(file, copy);
        }
    }

    private static boolean isIndex(Path file) {
        return file.getFileName().toString().startsWith("index.");
    }
}
