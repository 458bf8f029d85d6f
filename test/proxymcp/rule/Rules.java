package proxymcp.rule;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.http.Fields;
import proxymcp.text.Regex;

/** Rules and requests for tests. */
final class Rules {
    static final RuleAction PASS = RuleAction.Pass.of(Transforms.NONE);
    /** Runs for days on a few dozen of the letter a and another behind them. */
    static final String ENDLESS = "(a+)+\\1$";

    private Rules() {}

    static RuleMatcher method(String method) {
        return new RuleMatcher(Optional.of(method), Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Optional.empty());
    }

    static RuleMatcher path(String pattern) {
        return new RuleMatcher(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(Regex.of(pattern)), List.of(), Optional.empty());
    }

    /** Names and values by turns. */
    static RuleMatcher headers(String... namesAndValues) {
        return new RuleMatcher(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), fields(namesAndValues).lines(),
                Optional.empty());
    }

    static RuleMatcher body(String includes) {
        return new RuleMatcher(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Optional.of(includes));
    }

    static RuleMatcher both(RuleMatcher host, RuleMatcher body) {
        return new RuleMatcher(host.method(), host.urlPattern(), host.hostname(), host.pathPattern(), host.headers(), body.bodyIncludes());
    }

    static Fields fields(String... namesAndValues) {
        Fields.Builder builder = new Fields.Builder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            builder.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return builder.build();
    }

    /** {@code GET https://api.example.com:8443/v1/users?id=7&x=%20} with these fields. */
    static RequestView request(String... namesAndValues) {
        return RequestView.of("GET", "https://api.example.com:8443/v1/users?id=7&x=%20", "api.example.com", "/v1/users?id=7&x=%20",
                fields(namesAndValues));
    }

    static Rule rule(int number, int priority, boolean enabled, RuleMatcher matcher) {
        return new Rule("rule_" + number, 1, "", priority, enabled, false, matcher, PASS, 0);
    }

    static RuleChange change(RuleMatcher matcher) {
        return new RuleChange(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(matcher), Optional.empty());
    }

    static Pace delayed(Delay delay) {
        return new Pace(Optional.of(delay), OptionalLong.empty(), OptionalLong.empty());
    }
}
