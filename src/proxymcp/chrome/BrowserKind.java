package proxymcp.chrome;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The browsers that can be started; all of them are Chromium inside. */
public enum BrowserKind {
    /** Google Chrome. */
    CHROME("chrome", "Google Chrome"),
    /** Chromium. */
    CHROMIUM("chromium", "Chromium"),
    /** Brave. */
    BRAVE("brave", "Brave"),
    /** Microsoft Edge. */
    EDGE("edge", "Microsoft Edge");

    private final String id;
    private final String shown;

    BrowserKind(String id, String shown) {
        this.id = id;
        this.shown = shown;
    }

    /** How arguments and results name it. */
    public String id() {
        return id;
    }

    /** How people name it. */
    public String shown() {
        return shown;
    }

    /** The kind with an {@link #id}. */
    public static Optional<BrowserKind> of(String id) {
        for (BrowserKind kind : values()) {
            if (kind.id.equals(id)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** Every {@link #id}. */
    public static List<String> ids() {
        List<String> ids = new ArrayList<>();
        for (BrowserKind kind : values()) {
            ids.add(kind.id);
        }
        return ids;
    }
}
