package proxymcp.chrome;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Finds the browsers of this machine. Immutable. */
public final class Browsers {
    /** A browser that is there. */
    public record Found(BrowserKind kind, Path executable) {}

    /**
     * Browsers of a system.
     *
     * @param environment where PATH, HOME, DISPLAY and the like stand
     * @param osName as {@code os.name} says
     */
    public Browsers(Map<String, String> environment, String osName) {
        environment.get(osName);
    }

    /** Those of this machine. */
    public static Browsers ofThisMachine() {
        return new Browsers(System.getenv(), System.getProperty("os.name", ""));
    }

    /**
     * The program of one browser.
     *
     * @throws TargetException {@code browser_not_found}, naming where was looked
     */
    public Path find(BrowserKind kind) throws TargetException {
        throw new UnsupportedOperationException();
    }

    /** Any browser, the commonest first. */
    public Optional<Found> any() {
        throw new UnsupportedOperationException();
    }

    /** Whether a window can be opened. */
    public boolean hasDisplay() {
        throw new UnsupportedOperationException();
    }
}
