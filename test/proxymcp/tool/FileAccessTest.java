package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.mcp.CallOrigin;

final class FileAccessTest {
    private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private Path home;
    private Path work;
    private Path user;
    private Path allowed;

    @BeforeEach
    void makeFolders() throws IOException {
        folder = folder.toRealPath();
        home = folder.resolve("home");
        work = Files.createDirectories(folder.resolve("work"));
        user = Files.createDirectories(folder.resolve("user"));
        allowed = Files.createDirectories(folder.resolve("allowed"));
        for (String closed : List.of("ca", "sessions", "plugins", "rules", "queue", "run", "profiles")) {
            Files.createDirectories(home.resolve(closed));
        }
    }

    private FileAccess access(Path workingDirectory) {
        return new FileAccess(home, workingDirectory, user, List.of(allowed));
    }

    private String refusal(String name) {
        return refusal(access(work), CallOrigin.STDIO, name, false);
    }

    private static String refusal(FileAccess access, CallOrigin origin, String name, boolean overwrite) {
        return assertThrows(ToolFailure.class, () -> access.write(origin, "output_file", name, CONTENT, overwrite), name).code();
    }

    @Test
    void relativeNamesAreKeptUnderTheFilesOfTheHome() throws Exception {
        Path written = access(work).write(CallOrigin.STDIO, "output_file", "sub/a.bin", CONTENT, false);
        assertEquals(home.resolve("files/sub/a.bin"), written);
        assertArrayEquals(CONTENT, Files.readAllBytes(written));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(written)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(written.getParent())));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("files"))));
    }

    @Test
    void workingDirectoryAndAllowedFoldersAreWritten() throws Exception {
        for (Path root : List.of(work, allowed)) {
            Path file = root.resolve("a.bin");
            assertEquals(file, access(work).write(CallOrigin.STDIO, "output_file", file.toString(), CONTENT, false));
        }
    }

    @Test
    void nothingElseIsWritten() throws IOException {
        for (String name : List.of("../a", "../../a", folder.resolve("a").toString(), "/etc/proxy-mcp-test", user.resolve("a").toString(),
                work.toString() + "/../a", home.resolve("a").toString(), home.resolve("files").toString(), ".", "x/../..")) {
            assertEquals("path_not_allowed", refusal(name), name);
        }
        assertEquals("bad_argument", refusal(""));
        assertEquals("bad_argument", refusal("a\0b"));
    }

    @Test
    void foldersWithKeysAndStateAreClosedEvenWhereTheHomeIsAllowed() {
        FileAccess open = new FileAccess(home, work, user, List.of(home, folder));
        for (String closed : List.of("ca", "sessions", "plugins", "rules", "queue", "run", "profiles")) {
            assertEquals("path_not_allowed", refusal(open, CallOrigin.STDIO, home.resolve(closed).resolve("x").toString(), true), closed);
            assertEquals("path_not_allowed", refusal(open, CallOrigin.STDIO, "../" + closed + "/x", true), closed);
        }
    }

    @Test
    void foldersWithKeysAndStateAreClosedBeforeTheyExist() throws IOException {
        Files.delete(home.resolve("queue"));
        FileAccess open = new FileAccess(home, work, user, List.of(home));
        assertEquals("path_not_allowed", refusal(open, CallOrigin.STDIO, home.resolve("queue/x").toString(), false));
    }

    @Test
    void linksAreResolvedBeforeTheyAreCompared() throws Exception {
        Files.createDirectories(home.resolve("files"));
        Files.createSymbolicLink(home.resolve("files/out"), user);
        Files.createSymbolicLink(home.resolve("files/key"), home.resolve("ca"));
        Files.createSymbolicLink(home.resolve("files/nowhere"), folder.resolve("missing"));
        Files.createSymbolicLink(home.resolve("files/in"), allowed);
        assertEquals("path_not_allowed", refusal("out/a"));
        assertEquals("path_not_allowed", refusal("key/a"));
        assertEquals("file_error", refusal("nowhere"));
        assertEquals("file_error", refusal("nowhere/a"));
        // The parent of a link's target, not of the link.
        assertEquals("path_not_allowed", refusal("in/../a"));
        assertEquals(allowed.resolve("a"), access(work).write(CallOrigin.STDIO, "output_file", "in/a", CONTENT, false));
    }

    @Test
    void aLinkInPlaceOfAClosedFolderIsClosedToo() throws Exception {
        Files.delete(home.resolve("sessions"));
        Path elsewhere = Files.createDirectories(allowed.resolve("sessions-elsewhere"));
        Files.createSymbolicLink(home.resolve("sessions"), elsewhere);
        assertEquals("path_not_allowed", refusal(elsewhere.resolve("x").toString()));
    }

    @Test
    void theUsersHomeAndARootAreNoWorkingDirectories() {
        assertEquals("path_not_allowed", refusal(access(user), CallOrigin.STDIO, user.resolve("a").toString(), false));
        assertEquals("path_not_allowed", refusal(access(Path.of("/")), CallOrigin.STDIO, "/tmp/proxy-mcp-test", false));
    }

    @Test
    void overwritingIsAskedFor() throws Exception {
        FileAccess access = access(work);
        Path file = access.write(CallOrigin.STDIO, "output_file", "a", CONTENT, false);
        assertEquals("file_exists", refusal(access, CallOrigin.STDIO, "a", false));
        assertEquals("file_error", refusal(access, CallOrigin.STDIO, Files.createDirectory(work.resolve("d")).toString(), true));
        access.write(CallOrigin.STDIO, "output_file", "a", new byte[] {1}, true);
        assertArrayEquals(new byte[] {1}, Files.readAllBytes(file));
        try (Stream<Path> left = Files.list(file.getParent())) {
            assertEquals(List.of(file), left.toList());
        }
    }

    @Test
    void withoutATokenNoFileIsNamedOverHttp() {
        assertEquals("forbidden", refusal(access(work), CallOrigin.HTTP_WITHOUT_TOKEN, "a", false));
        assertEquals("forbidden", assertThrows(ToolFailure.class,
                () -> access(work).toRead(CallOrigin.HTTP_WITHOUT_TOKEN, "har_file", "a")).code());
    }

    @Test
    void readingIsFreeOnStdioAndBoundOverHttp() throws Exception {
        Path outside = Files.write(user.resolve("in"), CONTENT);
        Path inside = Files.write(work.resolve("in"), CONTENT);
        FileAccess access = access(work);
        assertEquals(outside, access.toRead(CallOrigin.STDIO, "har_file", outside.toString()));
        assertEquals(inside, access.toRead(CallOrigin.STDIO, "har_file", "in"));
        assertEquals(inside, access.toRead(CallOrigin.HTTP_WITH_TOKEN, "har_file", inside.toString()));
        assertEquals("path_not_allowed", assertThrows(ToolFailure.class,
                () -> access.toRead(CallOrigin.HTTP_WITH_TOKEN, "har_file", outside.toString())).code());
        assertEquals("file_not_found", assertThrows(ToolFailure.class,
                () -> access.toRead(CallOrigin.STDIO, "har_file", "missing")).code());
        assertEquals("file_error", assertThrows(ToolFailure.class,
                () -> access.toRead(CallOrigin.STDIO, "har_file", work.toString())).code());
    }
}
