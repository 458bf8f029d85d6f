package proxymcp.store;

import java.util.Locale;
import java.util.Optional;

/** How much of each body a session keeps. */
public enum CaptureProfile {
    /** Heads, and the first 4,096 octets of each body. */
    PREVIEW,
    /** Everything. */
    FULL;

    /** The stable name: {@code preview} or {@code full}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The profile with this name. */
    public static Optional<CaptureProfile> of(String id) {
        return switch (id) {
            case "preview" -> Optional.of(PREVIEW);
            case "full" -> Optional.of(FULL);
            default -> Optional.empty();
        };
    }
}
