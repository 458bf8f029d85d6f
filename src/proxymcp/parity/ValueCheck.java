package proxymcp.parity;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
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
    private static final int ELEMENTS_TO_TELL = 4;
    private static final Pattern IDS = Pattern.compile("(?:[iI]d|ID|[uU]uid|UUID|[gG]uid|GUID|[kK]ey|[sS]ku)(?:\\[\\*\\])?$");

    private final Noise noise;
    private final Weights weights;
    private final Findings findings;
    /** Lists of which it was told that nothing is left. */
    private final Set<Location> emptied = new HashSet<>();

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
        Set<String> filled = filled(now);
        before.forEach((location, values) -> {
            List<String> others = now.getOrDefault(location, List.of());
            if (!values.equals(others) && !findings.hasShape(location)) {
                if (others.isEmpty() && location.name().contains("[*]")) {
                    goneFromAll(location, values, filled);
                } else if (others.isEmpty()) {
                    gone(location, values.get(0));
                } else {
                    differing(location, values, others, before, now);
                }
            }
        });
    }

    /** A field that is not always there, and that the pair has. */
    private void gone(Location location, String value) {
        if (!isTold(location)) {
            findings.add(location, DriftKind.VALUE_CHANGED, Shown.text(value), "absent", severity(location, false));
        }
    }

    /** A field that some elements have, and none of the other answer. That there are no elements at all is told once, of the outermost list. */
    private void goneFromAll(Location location, List<String> values, Set<String> filled) {
        if (isTold(location)) {
            return;
        }
        Severity named = weights.isNamed(findings.endpoint(), location) ? Severity.HIGH : Severity.LOW;
        Severity severity = noise.isRestless(findings.endpoint(), location) ? Severity.LOW : named;
        for (int at = location.name().indexOf("[*]"); at >= 0; at = location.name().indexOf("[*]", at + 1)) {
            Location list = new Location(location.side(), location.part(), location.name().substring(0, at));
            if (!filled.contains(list.name())) {
                if (emptied.add(list)) {
                    findings.add(list, DriftKind.ITEMS_CHANGED, "elements", "none", severity);
                }
                return;
            }
        }
        findings.add(location, DriftKind.ITEMS_CHANGED, "in " + values.size() + " elements", "in none", severity);
    }

    /** The paths of all lists that have a value in some element. */
    private static Set<String> filled(Map<Location, List<String>> values) {
        Set<String> filled = new HashSet<>();
        for (Location location : values.keySet()) {
            String name = location.name();
            for (int at = name.indexOf("[*]"); at >= 0; at = name.indexOf("[*]", at + 1)) {
                filled.add(name.substring(0, at));
            }
        }
        return filled;
    }

    /** What stands below a field that drifted has been told. */
    private boolean isTold(Location location) {
        for (String above = KeyFields.above(location.name()); !above.isEmpty(); above = KeyFields.above(above)) {
            if (findings.hasShape(new Location(location.side(), location.part(), above))) {
                return true;
            }
        }
        return false;
    }

    /** Of another value of a field; none where it is noise. What the caller names is none, and low where the same requests are answered differently. */
    private Severity severity(Location location, boolean madeUpOnly) {
        Endpoint endpoint = findings.endpoint();
        if (weights.isNamed(endpoint, location)) {
            return noise.isRestless(endpoint, location) ? Severity.LOW : Severity.HIGH;
        }
        return noise.is(endpoint, location, madeUpOnly) ? Severity.NONE : weights.isKey(endpoint, location) ? Severity.HIGH : Severity.LOW;
    }

    /**
     * What is low at least, whatever its format: lists of which most elements stayed, as values that are made anew are all others; ids that were unlike in
     * each element and are so no more; account numbers.
     */
    private Severity atLeast(Location location, List<String> values, List<String> others, int common) {
        boolean stayed = values.size() >= ELEMENTS_TO_TELL && common * 2 >= Math.max(values.size(), others.size())
                && !noise.isRestless(findings.endpoint(), location);
        boolean unique = values.size() > 1 && new HashSet<>(values).size() == values.size();
        boolean doubled = unique && IDS.matcher(location.name()).find() && new HashSet<>(others).size() < others.size();
        return stayed || doubled || Meaning.areAccounts(values) ? Severity.LOW : Severity.NONE;
    }

    private void differing(Location location, List<String> values, List<String> others, Map<Location, List<String>> before, Map<Location, List<String>> now) {
        Severity plain = Meaning.of(location, values, others);
        Severity severity = severity(location, plain == Severity.NONE && madeUpOnly(values, others)).max(plain);
        int common = common(values, others);
        severity = severity.max(atLeast(location, values, others, common));
        if (severity == Severity.NONE) {
            return;
        }
        if (values.size() == 1 && others.size() == 1) {
            findings.add(location, DriftKind.VALUE_CHANGED, Shown.text(values.get(0)), Shown.text(others.get(0)), severity);
            return;
        }
        List<String> sorted = new ArrayList<>(values);
        List<String> othersSorted = new ArrayList<>(others);
        Collections.sort(sorted);
        Collections.sort(othersSorted);
        if (sorted.equals(othersSorted)) {
            boolean swapped = weights.isNamed(findings.endpoint(), location) && haveStayed(location, before, now);
            findings.add(location, DriftKind.ORDER_CHANGED, values.size() + " elements", swapped ? "the same in other elements" : "the same in another order",
                    swapped ? severity : Severity.LOW);
            return;
        }
        boolean shifted = common * 2 >= Math.max(values.size(), others.size()) && !weights.isNamed(findings.endpoint(), location);
        findings.add(location, DriftKind.ITEMS_CHANGED, values.size() + " elements", others.size() + " elements, " + common + " of them the same",
                shifted ? Severity.LOW.max(plain) : severity);
    }

    /** Whether the elements stayed where they were, as another field of them tells that is unlike in each: then a value went from one to the other. */
    private static boolean haveStayed(Location location, Map<Location, List<String>> before, Map<Location, List<String>> now) {
        String elements = location.name().substring(0, location.name().lastIndexOf("[*]") + 3);
        for (Map.Entry<Location, List<String>> entry : before.entrySet()) {
            String name = entry.getKey().name();
            List<String> values = entry.getValue();
            boolean beside = name.startsWith(elements) && name.lastIndexOf("[*]") + 3 == elements.length() && !name.equals(location.name());
            if (beside && values.equals(now.get(entry.getKey())) && new HashSet<>(values).size() == values.size()) {
                return true;
            }
        }
        return false;
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
        findings.add(location, DriftKind.VALUE_CHANGED, told ? before : Shown.text(before), told ? now : Shown.text(now), severity(location, false));
    }
}
