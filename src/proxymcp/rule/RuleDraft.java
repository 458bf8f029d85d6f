package proxymcp.rule;

/**
 * A rule to be added.
 *
 * @param description what it is for
 * @param priority smaller ones are asked first; the usual one is {@link #PRIORITY}
 * @param enabled whether it is asked at all
 * @param persisted whether it outlives the process
 * @param matcher which requests it takes
 * @param action what it does with them
 */
public record RuleDraft(String description, int priority, boolean enabled, boolean persisted, RuleMatcher matcher, RuleAction action) {
    /** The priority of a rule that names none. */
    public static final int PRIORITY = 100;

    /** An enabled rule that ends with the process. */
    public static RuleDraft of(String description, RuleMatcher matcher, RuleAction action) {
        return new RuleDraft(description, PRIORITY, true, false, matcher, action);
    }
}
