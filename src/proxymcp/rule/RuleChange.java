package proxymcp.rule;

import java.util.Optional;

/**
 * What becomes different of a rule; what is empty stays.
 *
 * @param description what it is for
 * @param priority smaller ones are asked first
 * @param enabled whether it is asked at all
 * @param persisted whether it outlives the process
 * @param matcher replaces the whole matcher
 * @param action replaces the whole action
 */
public record RuleChange(Optional<String> description, Optional<Integer> priority, Optional<Boolean> enabled, Optional<Boolean> persisted,
        Optional<RuleMatcher> matcher, Optional<RuleAction> action) {
    static RuleChange enabled(boolean enabled) {
        return new RuleChange(Optional.empty(), Optional.empty(), Optional.of(enabled), Optional.empty(), Optional.empty(), Optional.empty());
    }
}
