package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleBook;
import proxymcp.rule.RuleJson;
import proxymcp.rule.RuleSet;

/** Rules as results show them. */
final class RuleView {
    /** Characters of a mocked body in a list. */
    private static final int BODY_CHARS = 500;
    /** Rules that the manifest of a session names. */
    private static final int IN_FORCE_MAX = 20;
    private static final int IN_FORCE_CHARS = 60;

    private RuleView() {}

    /** All of a rule, and how often it was followed. */
    static JsonObject whole(RuleBook book, Rule rule) {
        return JsonObject.builder().putAll(RuleJson.json(rule)).put("hitCount", book.hits(rule.id())).put("timeouts", book.timeouts(rule.id()))
                .build();
    }

    /** The same with the beginning of a long mocked body. */
    static JsonObject row(RuleBook book, Rule rule) {
        JsonObject.Builder row = JsonObject.builder();
        for (JsonObject.Member member : whole(book, rule).members()) {
            row.put(member.name(), member.name().equals("handler") ? brief((JsonObject) member.value()) : member.value());
        }
        return row.build();
    }

    private static JsonValue brief(JsonObject handler) {
        JsonObject.Builder brief = JsonObject.builder();
        boolean truncated = false;
        for (JsonObject.Member member : handler.members()) {
            boolean body = member.name().equals("body") || member.name().equals("bodyBase64");
            boolean longBody = body && member.value() instanceof JsonString text && text.value().length() > BODY_CHARS;
            brief.put(member.name(), longBody ? new JsonString(Shortened.text(((JsonString) member.value()).value(), BODY_CHARS)) : member.value());
            truncated |= longBody;
        }
        return truncated ? brief.put("truncated", true).build() : handler;
    }

    /** The first rules that are followed, for the manifest of what is recorded with them; exchanges name the rules that touched them. */
    static List<JsonValue> inForce(RuleSet rules) {
        List<JsonValue> shown = new ArrayList<>();
        for (Rule rule : rules.rules()) {
            if (rule.enabled() && shown.size() < IN_FORCE_MAX) {
                shown.add(JsonObject.builder().put("id", rule.id()).put("version", rule.version()).put("priority", rule.priority())
                        .put("type", RuleJson.type(rule.action())).put("description", Shortened.text(rule.description(), IN_FORCE_CHARS)).build());
            }
        }
        return shown;
    }
}
