package proxymcp.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import proxymcp.json.JsonObject;

/** Catalogs and sessions for tests; their disk forces nothing, as no test here cuts the power. */
final class TestStore {
    static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(SampleTraffic.STARTED), ZoneOffset.UTC);

    /** Long bodies begin at 64 octets; nothing happens by itself. */
    static final StoreLimits SMALL = limits(64 << 20);

    /** A disk that is not asked to make anything durable. */
    static final StoreFiles UNFORCED = new StoreFiles() {
        @Override
        public void replace(Path file, byte[] bytes) throws IOException {
            Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
            Files.write(temporary, bytes);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        @Override
        public void forceFolder(Path folder) {}
    };

    private TestStore() {}

    static StoreLimits limits(int segmentBytesMax) {
        return new StoreLimits(segmentBytesMax, 1 << 20, 10_000, 64, TimeUnit.DAYS.toMillis(1), 16, 20, Long.MAX_VALUE,
                TimeUnit.DAYS.toMillis(1), 8, 1 << 17);
    }

    static SessionCatalog catalog(Path root, StoreLimits limits) {
        return new SessionCatalog(root, UNFORCED, limits, CLOCK, System::nanoTime);
    }

    static SessionWriter begin(SessionCatalog catalog) throws IOException {
        return catalog.create(Optional.of("a name"), CaptureProfile.FULL, 1_024, JsonObject.EMPTY);
    }

    /** A folder for thousands of copies: in memory where the system has a file system for that, else {@code home}. */
    static Path quickFolder(Path home) throws IOException {
        Path memory = Path.of("/dev/shm");
        return Files.isWritable(memory) ? Files.createTempDirectory(memory, "proxymcp-test") : home;
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** The one session below {@code root}. */
    static SessionId only(Path root) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root)) {
            return new SessionId(folders.iterator().next().getFileName().toString());
        }
    }

    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (Path file : files(from)) {
            Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    static void clear(Path folder) throws IOException {
        for (Path file : files(folder)) {
            Files.delete(file);
        }
    }

    static List<Path> files(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder)) {
            found.forEach(files::add);
        }
        return files;
    }
}
