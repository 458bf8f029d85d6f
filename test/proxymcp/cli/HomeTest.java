package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HomeTest {
    @TempDir
    Path folder;

    private static List<String> names(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aLockIsHeldForTheOwnerAloneAndGivenUpOnClose() throws IOException {
        Path path = folder.resolve("home");
        try (Home home = Home.open(path)) {
            assertEquals(List.of(home.id()), names(path.resolve("run")));
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path.resolve("run"))));
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path.resolve("run").resolve(home.id()))));
        }
        assertEquals(List.of(), names(path.resolve("run")));
    }

    @Test
    void locksOfDeadProcessesAreRemovedAndThoseOfLiveOnesStay() throws Exception {
        Path run = Files.createDirectories(folder.resolve("home/run"));
        Files.createFile(run.resolve("1-dead"));
        try (LockingProcess live = LockingProcess.start(run.resolve("2-live")); Home home = Home.open(folder.resolve("home"))) {
            assertEquals(Set.of("2-live", home.id()), Set.copyOf(names(run)));
            assertTrue(live.isAlive());
        }
    }

    @Test
    void aFileInPlaceOfTheHomeIsAnError() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThrows(IOException.class, () -> Home.open(file));
    }
}
