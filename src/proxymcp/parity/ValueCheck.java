package proxymcp.parity;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import proxymcp.diff.Endpoint;
import proxymcp.diff.Leaf;
import proxymcp.diff.Location;
import proxymcp.diff.MadeUpWords;
import proxymcp.diff.Part;
import proxymcp.diff.ValueType;

/** Judges whether an answer says the same as its pair, field by field; elements of arrays by field, whichever element they are in. */
final class ValueCheck {
    private static final int NUMBER_CHARS_MAX = 40;
    private static final int WORDS_COMPARED_CHARS = 100_000;

    private final Noise noise;
    private final Weights weights;
    private final Findings findings;

    ValueCheck(Noise noise, Weights weights, Findings findings) {
        this.noise = noise;
        this.weights = weights;
        this.findings = findings;
    }

    /** Compares two bodies of one kind; those of two kinds have no values in common. */
    void check(Answer baseline, Answer other) {
        switch (baseline.content()) {
            case Answer.Content.Tree one when other.content() instanceof Answer.Content.Tree two && two.part() == one.part() -> {
                if (!one.root().equals(two.root())) {
                    trees(grouped(baseline.values()), grouped(other.values()));
                }
            }
            case Answer.Content.Html one when other.content() instanceof Answer.Content.Html two -> pages(one.page(), two.page());
            case Answer.Content.Text one when other.content() instanceof Answer.Content.Text two -> {
                if (!sameBut(one.text(), two.text())) {
                    changed(Findings.at(Part.BODY, ""), one.text(), two.text(), false);
                }
            }
            case Answer.Content.Octets one when other.content() instanceof Answer.Content.Octets two -> {
                if (!one.equals(two) && one.isText() == two.isText()) { // A picture that was packed again says the same, and one that was not may not: who looks at it decides.
                    changed(Findings.at(Part.BODY, ""), one.digest(), two.digest(), false);
                }
            }
            default -> { }
        }
    }

    /** Values by field, in order, with numbers as they count: {@code 1.0} and {@code 1} are one. Null is no value. */
    static Map<Location, List<String>> grouped(List<Leaf> leaves) {
        Map<Location, List<String>> groups = new LinkedHashMap<>();
        for (Leaf leaf : leaves) {
            if (leaf.type() != ValueType.NULL) {
                groups.computeIfAbsent(leaf.location(), added -> new ArrayList<>()).add(leaf.type() == ValueType.NUMBER ? number(leaf.value()) : leaf.value());
            }
        }
        return groups;
    }

    static String number(String text) {
        if (text.length() > NUMBER_CHARS_MAX || text.indexOf('.') < 0 && text.indexOf('e') < 0 && text.indexOf('E') < 0) {
            return text;
        }
        try {
            BigDecimal plain = new BigDecimal(text).stripTrailingZeros();
            return plain.signum() == 0 ? "0" : Math.abs(plain.scale()) > NUMBER_CHARS_MAX ? text : plain.toPlainString();
        } catch (NumberFormatException tooLarge) {
            return text;
        }
    }

    private void trees(Map<Location, List<String>> before, Map<Location, List<String>> now) {
        before.forEach((location, values) -> {
            List<String> others = now.getOrDefault(location, List.of());
            boolean inArray = location.name().contains("[*]");
            if (!values.equals(others) && !findings.hasShape(location) && !(others.isEmpty() && inArray)) {
                if (others.isEmpty()) {
                    gone(location, values.get(0));
                } else {
                    differing(location, values, others);
                }
            }
        });
    }

    /** A field that is not always there, and that the pair has. What stands below a field that drifted has been told. */
    private void gone(Location location, String value) {
        for (String above = above(location.name()); !above.isEmpty(); above = above(above)) {
            if (findings.hasShape(new Location(location.side(), location.part(), above))) {
                return;
            }
        }
        if (!noise.is(findings.endpoint(), location, false)) {
            findings.add(location, DriftKind.VALUE_CHANGED, Shown.text(value), "absent", Severity.LOW);
        }
    }

    private static String above(String path) {
        int dot = path.lastIndexOf('.');
        int bracket = path.lastIndexOf('[');
        return path.substring(0, Math.max(0, Math.max(dot, bracket)));
    }

    private void differing(Location location, List<String> values, List<String> others) {
        if (noise.is(findings.endpoint(), location, madeUpOnly(values, others))) {
            return;
        }
        Endpoint endpoint = findings.endpoint();
        Severity severity = weights.isKey(endpoint, location) ? Severity.HIGH : Severity.LOW;
        if (values.size() == 1 && others.size() == 1) {
            findings.add(location, DriftKind.VALUE_CHANGED, Shown.text(values.get(0)), Shown.text(others.get(0)), severity);
            return;
        }
        List<String> sorted = new ArrayList<>(values);
        List<String> othersSorted = new ArrayList<>(others);
        Collections.sort(sorted);
        Collections.sort(othersSorted);
        if (sorted.equals(othersSorted)) {
            findings.add(location, DriftKind.ORDER_CHANGED, values.size() + " elements", "the same in another order", severity.max(Severity.LOW));
            return;
        }
        int common = common(values, others);
        boolean shifted = common * 2 >= Math.max(values.size(), others.size());
        findings.add(location, DriftKind.ITEMS_CHANGED, values.size() + " elements", others.size() + " elements, " + common + " of them the same",
                shifted ? Severity.LOW : severity);
    }

    static int common(List<String> values, List<String> others) {
        Map<String, Integer> counts = new HashMap<>();
        for (String value : values) {
            counts.merge(value, 1, Integer::sum);
        }
        int common = 0;
        for (String other : others) {
            if (counts.getOrDefault(other, 0) > 0) {
                counts.merge(other, -1, Integer::sum);
                common++;
            }
        }
        return common;
    }

    private static boolean madeUpOnly(List<String> values, List<String> others) {
        int chars = 0;
        for (int i = 0; i < values.size() && i < others.size(); i++) {
            chars += values.get(i).length();
            if (chars > WORDS_COMPARED_CHARS || !values.get(i).equals(others.get(i)) && !MadeUpWords.differAlone(values.get(i), others.get(i))) {
                return false;
            }
        }
        return values.size() == others.size();
    }

    private void pages(Page before, Page now) {
        if (!before.title().equals(now.title()) && !MadeUpWords.differAlone(before.title(), now.title())) {
            changed(Findings.at(Part.BODY, "title"), before.title(), now.title(), false);
        }
        if (!before.words().equals(now.words()) && !sameBut(String.join(" ", before.words()), String.join(" ", now.words()))) {
            int common = common(before.words(), now.words());
            changed(Findings.at(Part.BODY, ""), before.words().size() + " words", now.words().size() + " words, " + common + " of them the same", true);
        }
    }

    /** Whether nothing but made-up words differs. */
    private static boolean sameBut(String before, String now) {
        return before.equals(now) || MadeUpWords.differAlone(before, now);
    }

    private void changed(Location location, String before, String now, boolean told) {
        if (!noise.is(findings.endpoint(), location, false)) {
            findings.add(location, DriftKind.VALUE_CHANGED, told ? before : Shown.text(before), told ? now : Shown.text(now),
                    weights.isKey(findings.endpoint(), location) ? Severity.HIGH : Severity.LOW);
        }
    }
}
