package proxymcp.json;

import java.util.List;

/** Arguments that a caller must change: one sentence per violation, each naming the argument it is about. */
public final class BadArgument extends Exception {
    private static final long serialVersionUID = 1L;

    /** One sentence each. */
    private final transient List<String> violations;

    /**
     * A violation that a feature found itself.
     *
     * @param name the argument
     * @param complaint what was expected and what was got, such as {@code expected a time before to_ts, got 5}
     */
    public BadArgument(String name, String complaint) {
        this(List.of(name + ": " + complaint));
    }

    /** All violations of one call; at least one. */
    BadArgument(List<String> violations) {
        super(String.join("; ", violations));
        this.violations = List.copyOf(violations);
    }

    /** The violations, one sentence each; {@link #getMessage} is all of them joined by "; ". */
    public List<String> violations() {
        return violations;
    }
}
