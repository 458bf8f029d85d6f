package proxymcp.parity;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import proxymcp.diff.Part;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonPath;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.text.GivenUpException;
import proxymcp.text.TimeBudget;
import proxymcp.text.TimeLimit;

/** Holds an answer against rules. What rules name counts whether it is noise or not. */
final class RuleCheck {
    /** No body that is read has more values. */
    private static final int NODES_MAX = 16 << 20;
    private static final TimeLimit TIME = TimeLimit.ofMillis(200, 1_000);

    private final Findings findings;

    RuleCheck(Findings findings) {
        this.findings = findings;
    }

    /** Checks one rule, which is about the endpoint. */
    void check(ParityRule rule, Answer baseline, Answer other) {
        Optional<JsonValue> root = root(other);
        if (root.isEmpty()) {
            boolean wanted = !(rule.check() instanceof ParityRule.Check.Exists exists) || exists.wanted();
            if (wanted) {
                findings.broken(rule, rule.check().word(), "no JSON body, but " + other.content().words());
            }
            return;
        }
        List<JsonValue> values = select(rule.path(), root.get());
        List<JsonValue> known = root(baseline).map(tree -> select(rule.path(), tree)).orElse(List.of());
        switch (rule.check()) {
            case ParityRule.Check.Equals check -> equal(rule, check, known, values);
            case ParityRule.Check.Type check -> type(rule, check, known, values);
            case ParityRule.Check.Exists check -> {
                if (values.isEmpty() == check.wanted()) {
                    findings.broken(rule, check.wanted() ? "present" : "absent", values.isEmpty() ? "absent" : Shown.value(values.get(0)));
                }
            }
            case ParityRule.Check.Matches check -> matches(rule, check, values);
            case ParityRule.Check.Range check -> range(rule, check, values);
            case ParityRule.Check.CountBand check -> count(rule, check, known, values);
            case ParityRule.Check.Unique check -> unique(rule, known, values);
            case ParityRule.Check.SameSet check -> set(rule, check, known, values);
        }
    }

    private static Optional<JsonValue> root(Answer answer) {
        return answer.content() instanceof Answer.Content.Tree tree && (tree.part() == Part.JSON || tree.part() == Part.LAYER) ? Optional.of(tree.root())
                : Optional.empty();
    }

    private static List<JsonValue> select(JsonPath path, JsonValue root) {
        List<JsonValue> values = new ArrayList<>();
        for (JsonPath.Node node : path.select(root, NODES_MAX).nodes()) {
            values.add(node.value());
        }
        return values;
    }

    /** Of one array its elements. */
    private static List<JsonValue> elements(List<JsonValue> values) {
        return values.size() == 1 && values.get(0) instanceof JsonArray array ? array.values() : values;
    }

    /** Equal values have the same text: numbers as they count, members of objects in the order of their names. */
    private static String canonical(JsonValue value) {
        StringBuilder text = new StringBuilder();
        write(value, text);
        return text.toString();
    }

    private static void write(JsonValue value, StringBuilder text) {
        switch (value) {
            case JsonNumber number -> text.append(ValueCheck.number(number.text()));
            case JsonArray array -> {
                text.append('[');
                for (JsonValue element : array.values()) {
                    write(element, text);
                    text.append(',');
                }
                text.append(']');
            }
            case JsonObject object -> {
                text.append('{');
                List<JsonObject.Member> members = new ArrayList<>(object.members());
                members.sort(Comparator.comparing(JsonObject.Member::name));
                for (JsonObject.Member member : members) {
                    text.append(Json.text(new JsonString(member.name()))).append(':');
                    write(member.value(), text);
                    text.append(',');
                }
                text.append('}');
            }
            case JsonString string -> text.append(Json.text(string));
            case JsonBoolean flag -> text.append(Json.text(flag));
            case JsonNull nothing -> text.append(Json.text(nothing));
        }
    }

    private void equal(ParityRule rule, ParityRule.Check.Equals check, List<JsonValue> known, List<JsonValue> values) {
        if (check.value().isPresent()) {
            String wanted = canonical(check.value().get());
            if (values.isEmpty()) {
                findings.broken(rule, Shown.value(check.value().get()), "absent");
            }
            for (JsonValue value : values) {
                if (!canonical(value).equals(wanted)) {
                    findings.broken(rule, Shown.value(check.value().get()), Shown.value(value));
                    return;
                }
            }
            return;
        }
        for (int i = 0; i < Math.max(known.size(), values.size()); i++) {
            Optional<JsonValue> one = i < known.size() ? Optional.of(known.get(i)) : Optional.empty();
            Optional<JsonValue> two = i < values.size() ? Optional.of(values.get(i)) : Optional.empty();
            if (!one.map(RuleCheck::canonical).equals(two.map(RuleCheck::canonical))) {
                findings.broken(rule, one.map(Shown::value).orElse("absent"), two.map(Shown::value).orElse("absent"));
                return;
            }
        }
    }

    private static String typeOf(JsonValue value) {
        return ShapeNode.Kind.of(value).word();
    }

    private void type(ParityRule rule, ParityRule.Check.Type check, List<JsonValue> known, List<JsonValue> values) {
        Set<String> wanted = new TreeSet<>();
        check.type().ifPresentOrElse(wanted::add, () -> known.forEach(value -> wanted.add(typeOf(value))));
        String words = String.join(" or ", wanted);
        if (values.isEmpty() && !wanted.isEmpty()) {
            findings.broken(rule, words, "absent");
        }
        for (JsonValue value : values) {
            boolean whole = wanted.contains("integer") && value instanceof JsonNumber number && number.exactLong().isPresent();
            if (!whole && !wanted.contains(typeOf(value)) && !wanted.isEmpty()) {
                findings.broken(rule, words, typeOf(value) + " " + Shown.value(value));
                return;
            }
        }
    }

    private void matches(ParityRule rule, ParityRule.Check.Matches check, List<JsonValue> values) {
        String wanted = "matches " + Shown.text(check.pattern().source());
        if (values.isEmpty()) {
            findings.broken(rule, wanted, "absent");
            return;
        }
        TimeBudget budget = TIME.begin();
        for (JsonValue value : values) {
            Optional<String> text = value instanceof JsonString string ? Optional.of(string.value())
                    : value instanceof JsonNumber number ? Optional.of(number.text()) : Optional.empty();
            try {
                if (text.isEmpty() || !check.pattern().find(text.get(), budget)) {
                    findings.broken(rule, wanted, Shown.value(value));
                    return;
                }
            } catch (GivenUpException tooLong) {
                findings.broken(rule, wanted, "the expression takes too long for " + Shown.value(value));
                return;
            }
        }
    }

    private void range(ParityRule rule, ParityRule.Check.Range check, List<JsonValue> values) {
        String wanted = bounds(check.min(), check.max());
        if (values.isEmpty()) {
            findings.broken(rule, wanted, "absent");
        }
        for (JsonValue value : values) {
            if (!(value instanceof JsonNumber number) || !isWithin(number.asDouble(), check.min(), check.max())) {
                findings.broken(rule, wanted, Shown.value(value));
                return;
            }
        }
    }

    private void count(ParityRule rule, ParityRule.Check.CountBand check, List<JsonValue> known, List<JsonValue> values) {
        int count = elements(values).size();
        int before = elements(known).size();
        boolean relative = check.min().isEmpty() && check.max().isEmpty();
        OptionalDouble min = relative ? OptionalDouble.of(Math.ceil(before * (1 - Math.min(1, check.tolerance())))) : check.min();
        OptionalDouble max = relative ? OptionalDouble.of(Math.floor(before * (1 + check.tolerance()))) : check.max();
        if (!isWithin(count, min, max)) {
            findings.broken(rule, bounds(min, max) + " values", count + " values");
        }
    }

    private void unique(ParityRule rule, List<JsonValue> known, List<JsonValue> values) {
        // A rule without endpoint is for all, also for those that never have such a list.
        if (values.isEmpty() && !known.isEmpty()) {
            findings.broken(rule, "no two equal", "absent");
        }
        Set<String> seen = new HashSet<>();
        for (JsonValue value : elements(values)) {
            if (!seen.add(canonical(value))) {
                findings.broken(rule, "no two equal", Shown.value(value) + " more than once");
                return;
            }
        }
    }

    private void set(ParityRule rule, ParityRule.Check.SameSet check, List<JsonValue> known, List<JsonValue> values) {
        if (values.isEmpty() && !known.isEmpty()) {
            findings.broken(rule, "the same set", "absent");
            return;
        }
        Set<String> before = new HashSet<>();
        Set<String> now = new HashSet<>();
        elements(known).forEach(value -> before.add(canonical(value)));
        elements(values).forEach(value -> now.add(canonical(value)));
        Set<String> common = new HashSet<>(before);
        common.retainAll(now);
        if (common.size() < check.overlap() * Math.max(before.size(), now.size())) {
            findings.broken(rule, before.size() + " values", now.size() + " values, " + common.size() + " of them the same");
        }
    }

    private static boolean isWithin(double value, OptionalDouble min, OptionalDouble max) {
        return value >= min.orElse(Double.NEGATIVE_INFINITY) && value <= max.orElse(Double.POSITIVE_INFINITY);
    }

    private static String bounds(OptionalDouble min, OptionalDouble max) {
        return (min.isPresent() ? plain(min.getAsDouble()) : "") + ".." + (max.isPresent() ? plain(max.getAsDouble()) : "");
    }

    private static String plain(double value) {
        return ValueCheck.number(Double.toString(value));
    }
}
