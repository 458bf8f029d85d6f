package proxymcp;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Finds the programs that tests drive: curl, redis-server, chromium. */
public final class Programs {
    /** Where Debian puts servers; seldom on a user's PATH. */
    private static final String SYSTEM_FOLDERS = "/usr/sbin" + File.pathSeparator + "/usr/local/sbin"
            + File.pathSeparator + "/sbin";

    private Programs() {
    }

    /**
     * Looks for a program on PATH and in the system's folders.
     *
     * @param name the file name, without a folder
     */
    public static Optional<Path> find(String name) {
        String folders = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + SYSTEM_FOLDERS;
        for (String folder : folders.split(File.pathSeparator)) {
            Path program = Path.of(folder.isEmpty() ? "." : folder, name);
            if (Files.isRegularFile(program) && Files.isExecutable(program)) {
                return Optional.of(program.toAbsolutePath());
            }
        }
        return Optional.empty();
    }

    /**
     * The path of a program. Where it is missing, the calling test is skipped and says so.
     *
     * @param name the file name, without a folder
     */
    public static Path require(String name) {
        Optional<Path> program = find(name);
        Assumptions.assumeTrue(program.isPresent(), () -> name + " is not installed");
        return program.orElseThrow();
    }

    /**
     * The folder whose {@code node_modules} holds the official MCP clients. Where it is missing, the calling test is
     * skipped and says so.
     */
    public static Path requireMcpClients() {
        Path folder = Path.of(System.getenv().getOrDefault("MCP_CLIENTS", "build/npm"));
        Assumptions.assumeTrue(Files.isDirectory(folder.resolve("node_modules")),
                "the MCP clients are not installed: .ci/run does it");
        return folder;
    }

    /** The jar under test: {@code build/proxy-mcp.jar}. */
    public static Path jar() {
        return Path.of(property("proxymcp.jar"));
    }

    /** The java command that the tests run on, for child processes. */
    public static Path java() {
        return Path.of(property("proxymcp.java"));
    }

    /** The folder of files that tests read. */
    public static Path fixtures() {
        return Path.of(property("proxymcp.fixtures"));
    }

    private static String property(String name) {
        String value = System.getProperty(name);
        if (value == null) {
            throw new IllegalStateException("the system property " + name + " is not set: run the tests with make test");
        }
        return value;
    }
}
