package proxymcp.rule;

/**
 * A rule of a book.
 *
 * @param id {@code rule_<n>}, never reused
 * @param version rises with each change, from 1
 * @param description what it is for
 * @param priority smaller ones are asked first
 * @param enabled whether it is asked at all
 * @param persisted whether it outlives the process
 * @param matcher which requests it takes
 * @param action what it does with them
 * @param createdAtMillis epoch milliseconds
 */
public record Rule(String id, int version, String description, int priority, boolean enabled, boolean persisted, RuleMatcher matcher,
        RuleAction action, long createdAtMillis) {

    Rule changed(RuleChange change) {
        return new Rule(id, version + 1, change.description().orElse(description), change.priority().orElse(priority),
                change.enabled().orElse(enabled), change.persisted().orElse(persisted), change.matcher().orElse(matcher),
                change.action().orElse(action), createdAtMillis);
    }
}
