package proxymcp.chrome;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program to start.
 *
 * @param command a path, or a name that is looked for on PATH
 * @param args its arguments
 * @param cwd where it runs; the server's own folder unless told
 * @param env variables beside the server's; those that point at the proxy win
 */
public record SpawnOptions(String command, List<String> args, Optional<Path> cwd, Map<String, String> env) {
    /** Copies the collections. */
    public SpawnOptions {
        args = List.copyOf(args);
        env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
    }
}
