package proxymcp.rule;

import java.util.List;
import java.util.Optional;

/**
 * What one rule says to a request.
 *
 * @param rule the rule
 * @param checks one for each member that a matcher can have, in their order
 */
public record Explanation(Rule rule, List<Check> checks) {
    /**
     * One member of a matcher.
     *
     * @param member its name, such as {@code urlPattern}
     * @param applies whether the matcher has it
     * @param passed whether it holds; true where it does not apply
     * @param expected what the matcher says; empty where it does not apply, and for headers
     * @param actual what the request has; empty where it does not apply, and for headers
     * @param reason why it does not hold
     * @param mismatches headers that are not as they should be
     */
    public record Check(String member, boolean applies, boolean passed, Optional<String> expected, Optional<String> actual,
            Optional<String> reason, List<Mismatch> mismatches) {}

    /** A header that is not as it should be. */
    public record Mismatch(String header, String expected, Optional<String> actual) {}

    /** Whether all hold. */
    public boolean matched() {
        for (Check check : checks) {
            if (!check.passed()) {
                return false;
            }
        }
        return true;
    }
}
