package proxymcp.parity;

import java.util.ArrayList;
import java.util.List;
import proxymcp.diff.Endpoint;
import proxymcp.diff.IgnorePatterns;
import proxymcp.diff.Location;

/**
 * Fields that matter most, as the caller names them: patterns as {@link IgnorePatterns} reads them, or a path alone, which is one into the JSON of
 * responses: {@code $.items[*].price}. What stands below one is one too.
 */
public final class KeyFields {
    /** None. */
    public static final KeyFields NONE = new KeyFields(List.of());

    private final boolean none;
    private final IgnorePatterns patterns;

    private KeyFields(List<String> fields) {
        none = fields.isEmpty();
        patterns = IgnorePatterns.parse(fields);
    }

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException if one is none; the message names it
     */
    public static KeyFields parse(List<String> fields) {
        List<String> patterns = new ArrayList<>();
        for (String field : fields) {
            patterns.add(field.startsWith("$") ? "response.json." + field : field);
        }
        return new KeyFields(patterns);
    }

    /** Whether a field, or one that it stands below, is one of them. */
    boolean has(Endpoint endpoint, Location location) {
        if (none) {
            return false;
        }
        for (String path = location.name(); !path.isEmpty(); path = above(path)) {
            if (patterns.matches(endpoint, new Location(location.side(), location.part(), path), path)) {
                return true;
            }
        }
        return location.name().isEmpty() && patterns.matches(endpoint, location, "");
    }

    /** The path without its last step; empty if it has one alone. */
    static String above(String path) {
        int dot = path.lastIndexOf('.');
        int bracket = path.lastIndexOf('[');
        return path.substring(0, Math.max(0, Math.max(dot, bracket)));
    }
}
