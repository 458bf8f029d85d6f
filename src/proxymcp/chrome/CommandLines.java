package proxymcp.chrome;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What processes were started with. */
final class CommandLines {
    private CommandLines() {}

    /**
     * The arguments of a process, as far as the system tells.
     *
     * @return empty for a process of somebody else, one that has ended, and on Windows
     */
    static List<String> of(ProcessHandle process) {
        Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
        try {
            if (Files.isReadable(file)) {
                // The JDK reads one page of it alone, and leaves longer ones out: browsers have long ones.
                return List.of(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).split("\0"));
            }
        } catch (IOException e) {
            return List.of(); // It has just ended.
        }
        return process.info().arguments().map(List::of).orElse(List.of());
    }
}
