package proxymcp.mcp;

import java.util.Optional;

/** A revision of the protocol, in order of publication. */
enum Revision {
    R2024_11_05("2024-11-05"),
    R2025_03_26("2025-03-26"),
    R2025_06_18("2025-06-18"),
    R2025_11_25("2025-11-25"),
    R2026_07_28("2026-07-28");

    /** What {@code initialize} is answered with when it asks for a revision that is not served. */
    static final Revision NEWEST_LEGACY = R2025_11_25;
    /** The stateless revision, which every request names by itself. */
    static final Revision MODERN = R2026_07_28;

    private final String text;

    Revision(String text) {
        this.text = text;
    }

    /** As it stands in messages and headers. */
    String text() {
        return text;
    }

    boolean isModern() {
        return this == MODERN;
    }

    boolean isAtLeast(Revision other) {
        return compareTo(other) >= 0;
    }

    static Optional<Revision> named(String text) {
        for (Revision revision : values()) {
            if (revision.text.equals(text)) {
                return Optional.of(revision);
            }
        }
        return Optional.empty();
    }
}
