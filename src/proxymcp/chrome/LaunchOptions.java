package proxymcp.chrome;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a browser is started.
 *
 * @param url first page, absolute
 * @param kind which browser; never replaced by another one
 * @param incognito whether its window is a private one
 * @param headless whether it has no window; one with a window needs a display
 * @param args more command line arguments; those that would lead it past the proxy are refused
 * @param executable the program, in place of the one that is found for {@code kind}
 * @param userDataDir a profile of the caller's, which is left as it is; empty for a new one, removed with the browser
 * @param windowSize size of the window
 */
public record LaunchOptions(String url, BrowserKind kind, boolean incognito, boolean headless, List<String> args, Optional<Path> executable,
        Optional<Path> userDataDir, Optional<WindowSize> windowSize) {
    /** Copies the list. */
    public LaunchOptions {
        args = List.copyOf(args);
    }

    /** A new profile, nothing unusual. */
    public static LaunchOptions of(String url, BrowserKind kind, boolean headless) {
        return new LaunchOptions(url, kind, false, headless, List.of(), Optional.empty(), Optional.empty(), Optional.empty());
    }
}
