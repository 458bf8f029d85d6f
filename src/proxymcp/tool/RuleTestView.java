package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.json.ListBudget;
import proxymcp.rule.Explanation;
import proxymcp.rule.RequestView;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleJson;
import proxymcp.rule.RuleSet;

/** What the rules say to one request. */
final class RuleTestView {
    private static final int TEXT_CHARS = 200;
    private static final int RESULT_CHARS_LEAST = 2_000;
    /** What stands around the results beside the request. */
    private static final int ENVELOPE_CHARS = 400;

    private final RuleSet rules;
    private final RequestView request;
    private final boolean includeDisabled;

    RuleTestView(RuleSet rules, RequestView request, boolean includeDisabled) {
        this.rules = rules;
        this.request = request;
        this.includeDisabled = includeDisabled;
    }

    /**
     * The member {@code result}.
     *
     * @param limit rules to show at most; the winner is of all
     * @param charsMax characters it may have
     */
    JsonObject result(int limit, int charsMax, Optional<String> bodyNote) {
        JsonObject asked = Shortened.within(request(bodyNote), charsMax / 4);
        int room = Math.max(RESULT_CHARS_LEAST, charsMax - Json.text(asked).length() - ENVELOPE_CHARS);
        ListBudget rows = new ListBudget(room);
        int evaluated = 0;
        int matched = 0;
        int effective = 0;
        Optional<Rule> winner = Optional.empty();
        for (Explanation explanation : rules.explain(request)) {
            Rule rule = explanation.rule();
            boolean eligible = explanation.matched() && rule.enabled();
            winner = winner.isEmpty() && eligible ? Optional.of(rule) : winner;
            if ((rule.enabled() || includeDisabled) && evaluated < limit) {
                evaluated++;
                matched += explanation.matched() ? 1 : 0;
                effective += eligible ? 1 : 0;
                rows.add(row(explanation));
            }
        }
        JsonObject.Builder result = JsonObject.builder().put("request", asked).put("includeDisabled", includeDisabled)
                .put("evaluatedCount", evaluated).put("totalRules", rules.rules().size()).put("matchedCount", matched)
                .put("effectiveMatchCount", effective).put("effectiveWinner", winner.isPresent() ? winner(winner.get()) : JsonNull.NULL)
                .put("showing", rows.size()).put("complete", !rows.isFull());
        if (rows.isFull()) {
            result.put("reason", "max_chars reached; the rules that follow are counted, not shown");
        }
        return result.put("results", rows.items()).build();
    }

    private JsonObject request(Optional<String> bodyNote) {
        List<JsonValue> headers = new ArrayList<>();
        for (Fields.Line line : request.fields().lines()) {
            headers.add(JsonArray.ofStrings(List.of(line.name(), line.value())));
        }
        return JsonObject.builder().put("method", request.method()).put("url", request.url()).put("hostname", request.host())
                .put("path", request.path()).put("headers", headers).put("body", Shortened.text(request.body().orElse(""), TEXT_CHARS))
                .putIf("bodyNote", bodyNote).build();
    }

    private static JsonObject winner(Rule rule) {
        return JsonObject.builder().put("ruleId", rule.id()).put("priority", rule.priority())
                .put("description", Shortened.text(rule.description(), TEXT_CHARS)).put("handlerType", RuleJson.type(rule.action())).build();
    }

    private JsonObject row(Explanation explanation) {
        Rule rule = explanation.rule();
        JsonObject.Builder checks = JsonObject.builder();
        for (Explanation.Check check : explanation.checks()) {
            checks.put(check.member(), check(rule, check));
        }
        return JsonObject.builder().put("ruleId", rule.id()).put("enabled", rule.enabled()).put("priority", rule.priority())
                .put("description", Shortened.text(rule.description(), TEXT_CHARS)).put("matched", explanation.matched())
                .put("eligible", explanation.matched() && rule.enabled()).put("checks", checks.build()).build();
    }

    private JsonObject check(Rule rule, Explanation.Check check) {
        JsonObject.Builder shown = JsonObject.builder().put("applies", check.applies()).put("passed", check.passed());
        if (check.applies() && check.member().equals("headers")) {
            JsonObject.Builder expected = JsonObject.builder();
            JsonObject.Builder actual = JsonObject.builder();
            for (Fields.Line line : rule.matcher().headers()) {
                expected.put(line.name(), Shortened.text(line.value(), TEXT_CHARS));
                List<String> values = request.fields().all(line.name());
                actual.put(line.name(), values.isEmpty() ? JsonNull.NULL : shortText(String.join(", ", values)));
            }
            shown.put("expected", expected.build()).put("actual", actual.build());
        } else if (check.applies()) {
            shown.put("expected", shortText(check.expected().orElse(""))).put("actual", shortText(check.actual().orElse("")));
        }
        shown.putIf("reason", check.reason());
        List<JsonValue> mismatches = new ArrayList<>();
        for (Explanation.Mismatch mismatch : check.mismatches()) {
            mismatches.add(JsonObject.builder().put("header", mismatch.header()).put("expected", shortText(mismatch.expected()))
                    .putOrNull("actual", mismatch.actual().map(RuleTestView::shortText)).build());
        }
        return (mismatches.isEmpty() ? shown : shown.put("mismatch", mismatches)).build();
    }

    private static JsonString shortText(String text) {
        return new JsonString(Shortened.text(text, TEXT_CHARS));
    }
}
