package proxymcp.rule;

import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Rules as JSON. */
public final class RuleJson {
    private RuleJson() {}

    static Rule rule(JsonValue value) throws RuleException {
        throw new RuleException(RuleException.Code.INVALID_RULE, "expected a rule, got " + value);
    }

    static JsonObject kept(Rule rule) {
        return JsonObject.builder().put("id", rule.id()).build();
    }

    static long number(String id) {
        return Long.parseLong(id.substring("rule_".length()));
    }
}
