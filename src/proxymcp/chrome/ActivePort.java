package proxymcp.chrome;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a browser writes into {@code DevToolsActivePort} of its profile, once its DevTools listen. The path holds a new UUID at each start.
 *
 * @param port 1..65535
 * @param path of its browser target
 */
record ActivePort(int port, String path) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,5})\\R(/devtools/browser/[0-9a-fA-F-]{36})\\s*");

    /** What stands there now; empty if there is no such file, or it is not whole yet. */
    static Optional<ActivePort> read(Path profile) {
        try {
            Matcher matcher = FORM.matcher(Files.readString(profile.resolve("DevToolsActivePort"), StandardCharsets.ISO_8859_1));
            return matcher.matches() ? Optional.of(new ActivePort(Integer.parseInt(matcher.group(1)), matcher.group(2))) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
