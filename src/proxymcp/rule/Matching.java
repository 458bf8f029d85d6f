package proxymcp.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.text.GivenUpException;
import proxymcp.text.Regex;
import proxymcp.text.TimeBudget;

/** Whether a matcher takes one request. Cheap members are looked at before expressions, those before the body. */
final class Matching {
    /** What a matcher says. */
    enum Verdict {
        TAKEN,
        NOT_TAKEN,
        /** An expression was given up, or not tried as the time is used up; that counts as not taken. */
        TIMED_OUT
    }

    private final RuleMatcher matcher;
    private final RequestView view;
    private final TimeBudget budget;

    Matching(RuleMatcher matcher, RequestView view, TimeBudget budget) {
        this.matcher = matcher;
        this.view = view;
        this.budget = budget;
    }

    Verdict verdict(boolean withBody) {
        if (matcher.method().isPresent() && !matcher.method().get().equalsIgnoreCase(view.method())
                || matcher.hostname().isPresent() && !matcher.hostname().get().equalsIgnoreCase(view.host())
                || !mismatches().isEmpty()) {
            return Verdict.NOT_TAKEN;
        }
        try {
            if (matcher.urlPattern().isPresent() && !matcher.urlPattern().get().find(view.url(), budget)
                    || matcher.pathPattern().isPresent() && !matcher.pathPattern().get().find(view.path(), budget)) {
                return Verdict.NOT_TAKEN;
            }
        } catch (GivenUpException e) {
            return Verdict.TIMED_OUT;
        }
        return !withBody || includesBody() ? Verdict.TAKEN : Verdict.NOT_TAKEN;
    }

    List<Explanation.Check> checks() {
        boolean method = matcher.method().isEmpty() || matcher.method().get().equalsIgnoreCase(view.method());
        boolean hostname = matcher.hostname().isEmpty() || matcher.hostname().get().equalsIgnoreCase(view.host());
        List<Explanation.Mismatch> mismatches = mismatches();
        return List.of(
                check("method", matcher.method(), view.method(), method, "another method"),
                expression("urlPattern", matcher.urlPattern(), view.url(), "not found in the URL"),
                check("hostname", matcher.hostname(), view.host(), hostname, "another host"),
                expression("pathPattern", matcher.pathPattern(), view.path(), "not found in path and query"),
                new Explanation.Check("headers", !matcher.headers().isEmpty(), mismatches.isEmpty(), Optional.empty(), Optional.empty(),
                        mismatches.isEmpty() ? Optional.empty() : Optional.of(mismatches.size() + " of " + matcher.headers().size() + " differ"),
                        mismatches),
                check("bodyIncludes", matcher.bodyIncludes(), view.body().orElse(""), includesBody(),
                        view.body().isPresent() ? "not part of the body" : "there is no body"));
    }

    private static Explanation.Check check(String member, Optional<String> expected, String actual, boolean passed, String reason) {
        return new Explanation.Check(member, expected.isPresent(), passed, expected,
                expected.isPresent() ? Optional.of(actual) : Optional.empty(), passed ? Optional.empty() : Optional.of(reason), List.of());
    }

    private Explanation.Check expression(String member, Optional<Regex> expression, String actual, String reason) {
        Optional<String> expected = expression.map(Regex::source);
        try {
            boolean found = expression.isEmpty() || expression.get().find(actual, budget);
            return check(member, expected, actual, found, reason);
        } catch (GivenUpException e) {
            return check(member, expected, actual, false, "the expression " + e.getMessage());
        }
    }

    private boolean includesBody() {
        return matcher.bodyIncludes().isEmpty() || view.body().orElse("").contains(matcher.bodyIncludes().get());
    }

    private List<Explanation.Mismatch> mismatches() {
        List<Explanation.Mismatch> mismatches = new ArrayList<>();
        for (Fields.Line wanted : matcher.headers()) {
            List<String> values = view.fields().all(wanted.name());
            String joined = String.join(", ", values);
            if (!values.contains(wanted.value()) && !(values.size() > 1 && joined.equals(wanted.value()))) {
                mismatches.add(new Explanation.Mismatch(wanted.name(), wanted.value(),
                        values.isEmpty() ? Optional.empty() : Optional.of(joined)));
            }
        }
        return mismatches;
    }
}
