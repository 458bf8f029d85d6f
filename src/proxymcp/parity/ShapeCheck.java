package proxymcp.parity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.decode.JsonPath;
import proxymcp.diff.Location;
import proxymcp.diff.Part;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** Holds a tree against what was learned, all values of one field at a time. */
final class ShapeCheck {
    /** Samples from which on it is believed that what is always there in lists is never left out. */
    private static final int MANY = 50;
    private static final int ADDED_MAX = 20;

    private final Part part;
    private final int samplesMin;
    private final Weights weights;
    private final Findings findings;

    ShapeCheck(Part part, int samplesMin, Weights weights, Findings findings) {
        this.part = part;
        this.samplesMin = samplesMin;
        this.weights = weights;
        this.findings = findings;
    }

    /** How sure it is that a deviation is none by chance. */
    private enum Trust { FULL, PARTIAL }

    /**
     * Checks values that stand at one field.
     *
     * @param single whether there is one of them in each answer: its pair has it too
     */
    void check(ShapeNode learned, List<JsonValue> values, String path, boolean single) {
        kinds(learned, values, path, single);
        List<JsonObject> objects = new ArrayList<>();
        List<JsonArray> arrays = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (JsonValue value : values) {
            switch (value) {
                case JsonObject object -> objects.add(object);
                case JsonArray array -> arrays.add(array);
                case JsonString text -> texts.add(text.value());
                case JsonNumber number -> numberStyle(learned, number, path);
                default -> { }
            }
        }
        if (!objects.isEmpty() && learned.count(ShapeNode.Kind.OBJECT) > 0) {
            objects(learned, objects, path, single);
        }
        if (!arrays.isEmpty() && learned.count(ShapeNode.Kind.ARRAY) > 0) {
            arrays(learned, arrays, path, single);
        }
        if (!texts.isEmpty() && learned.count(ShapeNode.Kind.STRING) > 0) {
            texts(learned, texts, path, single);
        }
    }

    private Location at(String path) {
        return Findings.at(part, path);
    }

    private Trust trust(int deviating, int of, int samples, boolean single) {
        boolean most = deviating * 2 >= of && samples >= samplesMin;
        return single || most || samples >= MANY ? Trust.FULL : Trust.PARTIAL;
    }

    /** High, or critical where it matters most; medium where it may be chance. */
    private Severity severity(Trust trust, Location location, ShapeNode learned) {
        return trust == Trust.PARTIAL ? Severity.MEDIUM : weights.isKey(findings.endpoint(), location, learned) ? Severity.CRITICAL : Severity.HIGH;
    }

    private void kinds(ShapeNode learned, List<JsonValue> values, String path, boolean single) {
        int[] counts = new int[ShapeNode.Kind.values().length];
        Map<ShapeNode.Kind, JsonValue> examples = new HashMap<>();
        for (JsonValue value : values) {
            ShapeNode.Kind kind = ShapeNode.Kind.of(value);
            counts[kind.ordinal()]++;
            examples.putIfAbsent(kind, value);
        }
        boolean onlyNull = learned.visits() == learned.count(ShapeNode.Kind.NULL);
        for (ShapeNode.Kind kind : ShapeNode.Kind.values()) {
            int count = counts[kind.ordinal()];
            if (count > 0 && learned.count(kind) == 0) {
                Trust trust = trust(count, values.size(), learned.visits(), single);
                Severity severity = onlyNull ? Severity.LOW : severity(trust, at(path), learned);
                DriftKind drift = kind == ShapeNode.Kind.NULL ? DriftKind.NULLED : DriftKind.TYPE_CHANGED;
                String actual = kind == ShapeNode.Kind.NULL ? "null" : kind.word() + " " + Shown.value(examples.get(kind));
                findings.add(at(path), drift, learned.kindWords(), actual, severity);
            }
        }
    }

    private void objects(ShapeNode learned, List<JsonObject> objects, String path, boolean single) {
        Map<String, List<JsonValue>> known = new LinkedHashMap<>();
        Map<String, JsonValue> unknown = new LinkedHashMap<>();
        List<JsonValue> rest = new ArrayList<>();
        int[] empties = {0};
        for (JsonObject object : objects) {
            empties[0] += object.members().isEmpty() ? 1 : 0;
            Map<String, JsonValue> first = new LinkedHashMap<>();
            for (JsonObject.Member member : object.members()) {
                first.putIfAbsent(member.name(), member.value());
            }
            first.forEach((name, value) -> {
                if (learned.members().containsKey(name)) {
                    known.computeIfAbsent(name, added -> new ArrayList<>()).add(value);
                } else if (ShapeNode.isId(name)) {
                    rest.add(value);
                } else if (unknown.size() < ADDED_MAX) {
                    unknown.putIfAbsent(name, value);
                }
            });
        }
        int parents = learned.count(ShapeNode.Kind.OBJECT);
        if (empties[0] == objects.size() && hasConstant(learned)) {
            findings.add(at(path), DriftKind.EMPTY_SHELL, "object of " + learned.members().size() + " or fewer members", "an empty object",
                    severity(trust(empties[0], objects.size(), parents, single), at(path), learned));
            return;
        }
        learned.members().forEach((name, member) -> {
            List<JsonValue> values = known.getOrDefault(name, List.of());
            int missing = objects.size() - values.size();
            String below = JsonPath.member(path, name);
            if (missing > 0 && member.visits() == parents) {
                findings.add(at(below), DriftKind.REMOVED, member.kindWords() + ", in all " + parents, missing == objects.size() ? "absent"
                        : "absent in " + missing + " of " + objects.size(), severity(trust(missing, objects.size(), parents, single), at(below), member));
            }
            if (!values.isEmpty()) {
                check(member, values, below, single);
            }
        });
        if (!learned.isOpen()) {
            unknown.forEach((name, value) -> findings.add(at(JsonPath.member(path, name)), DriftKind.ADDED, "absent", Shown.value(value), Severity.LOW));
        }
        if (!rest.isEmpty() && learned.rest().isPresent()) {
            check(learned.rest().get(), rest, path + "[*]", false);
        }
    }

    private static boolean hasConstant(ShapeNode learned) {
        for (ShapeNode member : learned.members().values()) {
            if (member.visits() == learned.count(ShapeNode.Kind.OBJECT)) {
                return true;
            }
        }
        return false;
    }

    private void arrays(ShapeNode learned, List<JsonArray> arrays, String path, boolean single) {
        List<JsonValue> items = new ArrayList<>();
        int empty = 0;
        int shortest = Integer.MAX_VALUE;
        int longest = 0;
        for (JsonArray array : arrays) {
            items.addAll(array.values());
            empty += array.size() == 0 ? 1 : 0;
            shortest = Math.min(shortest, array.size());
            longest = Math.max(longest, array.size());
        }
        int samples = learned.count(ShapeNode.Kind.ARRAY);
        String band = learned.lengthMin() == learned.lengthMax() ? "" + learned.lengthMin() : learned.lengthMin() + ".." + learned.lengthMax();
        if (empty > 0 && !learned.isEverEmpty()) {
            boolean full = single || empty == arrays.size() && samples >= samplesMin;
            findings.add(at(path), DriftKind.EMPTY_ARRAY, band + " elements", empty == arrays.size() ? "empty" : "empty in " + empty + " of " + arrays.size(),
                    full ? severity(Trust.FULL, at(path), learned) : Severity.LOW);
        } else if ((shortest < learned.lengthMin() || longest > learned.lengthMax()) && (single || samples >= MANY)) {
            boolean collapsed = single && shortest * 2 < learned.lengthMin();
            findings.add(at(path), DriftKind.ARRAY_LENGTH, band + " elements", (shortest < learned.lengthMin() ? shortest : longest) + " elements",
                    collapsed ? Severity.MEDIUM : Severity.LOW);
        }
        if (!items.isEmpty() && learned.items().isPresent()) {
            check(learned.items().get(), items, path + "[*]", false);
        }
    }

    private void texts(ShapeNode learned, List<String> texts, String path, boolean single) {
        Set<String> words = learned.fewWords(samplesMin);
        int blank = 0;
        boolean style = false;
        boolean word = false;
        boolean key = weights.isKey(findings.endpoint(), at(path));
        for (String text : texts) {
            if (text.isBlank()) {
                blank++;
                continue;
            }
            if (!style && !hasStyle(learned, TextStyle.of(text))) {
                style = true;
                format(learned, TextStyle.of(text), Shown.text(text), path, key);
            }
            if (!word && !style && !words.isEmpty() && !words.contains(text)) {
                word = true;
                findings.add(at(path), DriftKind.NEW_ENUM_VALUE, "one of " + Shown.text(String.join(", ", words)), Shown.text(text),
                        key ? Severity.HIGH : Severity.MEDIUM);
            }
        }
        if (blank > 0 && !learned.isEverBlank()) {
            boolean full = trust(blank, texts.size(), learned.count(ShapeNode.Kind.STRING), single) == Trust.FULL;
            findings.add(at(path), DriftKind.EMPTIED, "a text", blank == texts.size() ? "empty" : "empty in " + blank + " of " + texts.size(),
                    key && full ? Severity.CRITICAL : full ? Severity.MEDIUM : Severity.LOW);
        }
    }

    private void numberStyle(ShapeNode learned, JsonNumber number, String path) {
        boolean onlyNumbers = learned.count(ShapeNode.Kind.STRING) == 0 && learned.count(ShapeNode.Kind.NUMBER) > 0;
        Optional<TextStyle> style = ShapeNode.numberStyle(number);
        // Nothing, 0 and the like stand for no time.
        boolean none = number.text().length() < 3;
        if (onlyNumbers && !none && !hasStyle(learned, style) && !findings.hasShape(at(path))) {
            format(learned, style, Shown.value(number), path, weights.isKey(findings.endpoint(), at(path)));
        }
    }

    private void format(ShapeNode learned, Optional<TextStyle> style, String actual, String path, boolean key) {
        StringBuilder expected = new StringBuilder();
        for (TextStyle known : learned.styles()) {
            expected.append(expected.isEmpty() ? "" : " or ").append(known.words());
        }
        findings.add(at(path), DriftKind.FORMAT_CHANGED, expected.toString(), style.map(TextStyle::words).orElse("text") + ": " + actual,
                key ? Severity.HIGH : Severity.MEDIUM);
    }

    /** Whether a style is one that was learned; bare numbers and words are believed only of samples enough. */
    private boolean hasStyle(ShapeNode learned, Optional<TextStyle> style) {
        boolean telling = false;
        for (TextStyle known : learned.styles()) {
            if (style.isPresent() && known.isLike(style.get())) {
                return true;
            }
            telling |= !known.isBare() || learned.visits() >= samplesMin && (style.isEmpty() || known.mark() != TextStyle.OPEN);
        }
        return !telling;
    }
}
