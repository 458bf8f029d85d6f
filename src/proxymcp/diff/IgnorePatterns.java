package proxymcp.diff;

import java.util.List;

/**
 * Fields that are not compared: {@code [METHOD host/path-glob: ]location-glob} each, such as {@code response.json.$.items[*].id} or
 * {@code GET api.example.com/v1/**: request.header.x-*}. A {@code *} stands for anything within one step, {@code **} across steps.
 */
public final class IgnorePatterns {
    /** Nothing is ignored. */
    public static final IgnorePatterns NONE = new IgnorePatterns(List.of());

    private final List<String> patterns;

    private IgnorePatterns(List<String> patterns) {
        this.patterns = List.copyOf(patterns);
    }

    /**
     * Reads patterns.
     *
     * @throws IllegalArgumentException if one is none; the message names it
     */
    public static IgnorePatterns parse(List<String> patterns) {
        return new IgnorePatterns(patterns);
    }

    /**
     * Whether a field is ignored.
     *
     * @param at the very place, so that {@code $.items[0].id} can be ignored alone
     */
    public boolean matches(Endpoint endpoint, Location location, String at) {
        throw new UnsupportedOperationException(patterns + " " + endpoint + location + at);
    }
}
