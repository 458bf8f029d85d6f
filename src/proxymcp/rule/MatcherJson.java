package proxymcp.rule;

import java.util.List;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.text.Regex;

/** Matchers as JSON. */
final class MatcherJson {
    private static final List<String> KNOWN = List.of("method", "urlPattern", "hostname", "pathPattern", "headers", "bodyIncludes");
    private static final int TEXT_CHARS_MAX = 10_000;

    private MatcherJson() {}

    static RuleMatcher parse(JsonObject object) throws RuleException {
        Members members = new Members("matcher", object, KNOWN);
        Optional<String> method = members.text("method", 1, TEXT_CHARS_MAX);
        Optional<String> hostname = members.text("hostname", 1, TEXT_CHARS_MAX);
        Optional<JsonValue> headers = members.value("headers");
        List<Fields.Line> lines = headers.isPresent() ? RuleParts.lines("matcher.headers", headers.get()) : List.of();
        return new RuleMatcher(method.isPresent() ? Optional.of(RuleParts.method("matcher.method", method.get())) : method,
                regex(members, "urlPattern"),
                hostname.isPresent() ? Optional.of(RuleParts.hostname("matcher.hostname", hostname.get())) : hostname,
                regex(members, "pathPattern"), lines, members.text("bodyIncludes", 1, TEXT_CHARS_MAX));
    }

    private static Optional<Regex> regex(Members members, String name) throws RuleException {
        Optional<String> source = members.text(name, 1, TEXT_CHARS_MAX);
        return source.isPresent() ? Optional.of(RuleParts.regex(members.pathOf(name), source.get())) : Optional.empty();
    }

    static JsonObject json(RuleMatcher matcher) {
        JsonObject.Builder object = JsonObject.builder().putIf("method", matcher.method()).putIf("urlPattern", matcher.urlPattern().map(Regex::source))
                .putIf("hostname", matcher.hostname()).putIf("pathPattern", matcher.pathPattern().map(Regex::source));
        if (!matcher.headers().isEmpty()) {
            object.put("headers", RuleParts.json(matcher.headers()));
        }
        return object.putIf("bodyIncludes", matcher.bodyIncludes()).build();
    }
}
