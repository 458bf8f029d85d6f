package proxymcp.chrome;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What processes were started with: arguments and variables. */
final class CommandLines {
    /** Paths in them are written so by this JVM. */
    private static final Charset PATHS = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    private CommandLines() {}

    /**
     * The arguments of a process, as far as the system tells.
     *
     * @return empty for a process of somebody else, one that has ended, and on Windows
     */
    static List<String> of(ProcessHandle process) {
        // The JDK reads one page of it alone, and leaves longer ones out: browsers have long ones.
        return read(process, "cmdline").orElseGet(() -> process.info().arguments().map(List::of).orElse(List.of()));
    }

    /**
     * The variables that a process was started with, {@code NAME=value}.
     *
     * @return empty for a process of somebody else, one that has ended, and everywhere but on Linux
     */
    static List<String> environment(ProcessHandle process) {
        return read(process, "environ").orElse(List.of());
    }

    /** A file of the kernel with texts that NUL ends; empty if there is none that may be read. */
    private static Optional<List<String>> read(ProcessHandle process, String name) {
        Path file = Path.of("/proc", Long.toString(process.pid()), name);
        try {
            return Files.isReadable(file) ? Optional.of(List.of(new String(Files.readAllBytes(file), PATHS).split("\0"))) : Optional.empty();
        } catch (IOException e) {
            return Optional.of(List.of()); // It has just ended, or it is somebody else's.
        }
    }
}
