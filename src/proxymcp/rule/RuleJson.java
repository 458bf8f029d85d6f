package proxymcp.rule;

import java.util.List;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/**
 * Rules as JSON. What is read back from what was written is equal. Reading refuses what is not exactly right; each refusal is one sentence that
 * begins with the path of the member, such as {@code handler.transformRequest.replaceUrl.match}.
 */
public final class RuleJson {
    private static final String ID_PREFIX = "rule_";
    private static final int ID_DIGITS_MAX = 15;
    private static final int DESCRIPTION_CHARS_MAX = 10_000;
    private static final List<String> KEPT =
            List.of("id", "version", "description", "priority", "enabled", "createdAt", "matcher", "handler");

    private RuleJson() {}

    /**
     * Reads the member {@code matcher}.
     *
     * @throws RuleException if it is none
     */
    public static RuleMatcher matcher(JsonObject object) throws RuleException {
        return MatcherJson.parse(object);
    }

    /**
     * Reads the member {@code handler}. Nothing is looked up: a {@code bodyFile} must be absolute and need not be there.
     *
     * @throws RuleException if it is none
     */
    public static RuleAction action(JsonObject object) throws RuleException {
        return ActionJson.parse(object);
    }

    /** The member {@code matcher}. */
    public static JsonObject json(RuleMatcher matcher) {
        return MatcherJson.json(matcher);
    }

    /** The member {@code handler}. */
    public static JsonObject json(RuleAction action) {
        return ActionJson.json(action);
    }

    /** The {@code type} of the member {@code handler}. */
    public static String type(RuleAction action) {
        return ActionJson.type(action);
    }

    /** All that a rule is. */
    public static JsonObject json(Rule rule) {
        return JsonObject.builder().put("id", rule.id()).put("version", rule.version()).put("priority", rule.priority()).put("enabled", rule.enabled())
                .put("persisted", rule.persisted()).put("description", rule.description()).put("matcher", json(rule.matcher()))
                .put("handler", json(rule.action())).put("createdAt", rule.createdAtMillis()).build();
    }

    /** A rule of the file; those are persisted. */
    static Rule rule(JsonValue value) throws RuleException {
        if (!(value instanceof JsonObject object)) {
            throw Members.unexpected("rules", "objects", value);
        }
        Members members = new Members("", object, KEPT);
        String id = members.required("id", ID_PREFIX.length() + ID_DIGITS_MAX);
        number(id);
        return new Rule(id, (int) members.requiredWhole("version", 1, Integer.MAX_VALUE), members.required("description", DESCRIPTION_CHARS_MAX),
                (int) members.requiredWhole("priority", Integer.MIN_VALUE, Integer.MAX_VALUE), members.requiredFlag("enabled"), true,
                matcher(members.object("matcher").orElseThrow(() -> members.missing("matcher"))),
                action(members.object("handler").orElseThrow(() -> members.missing("handler"))),
                members.requiredWhole("createdAt", Long.MIN_VALUE, Long.MAX_VALUE));
    }

    static JsonObject kept(Rule rule) {
        return JsonObject.builder().put("id", rule.id()).put("version", rule.version()).put("description", rule.description())
                .put("priority", rule.priority()).put("enabled", rule.enabled()).put("createdAt", rule.createdAtMillis())
                .put("matcher", json(rule.matcher())).put("handler", json(rule.action())).build();
    }

    /** The n of {@code rule_<n>}. */
    static long number(String id) throws RuleException {
        String digits = id.startsWith(ID_PREFIX) ? id.substring(ID_PREFIX.length()) : "";
        boolean plain = !digits.isEmpty() && digits.length() <= ID_DIGITS_MAX && digits.charAt(0) != '0';
        for (int i = 0; i < digits.length(); i++) {
            plain &= digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
        }
        if (!plain) {
            throw Members.bad("id", "expected rule_<n> with n from 1");
        }
        return Long.parseLong(digits);
    }
}
