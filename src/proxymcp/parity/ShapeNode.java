package proxymcp.parity;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.diff.ValueFormat;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** What was learned of the values at one place of a tree. Bounded by the budget of its schema. Not for several threads. */
final class ShapeNode {
    private static final int MEMBERS_MAX = 200;
    /** A longer name is none that a program knows. */
    static final int NAME_CHARS_MAX = 200;
    private static final int STYLES_MAX = 4;
    private static final int WORDS_MAX = 12;
    private static final int WORD_CHARS_MAX = 32;
    /** Times that each word of a set has to come on the average, before the set is believed. */
    private static final int TIMES_EACH = 4;

    /** Nodes that may still be made, by all schemas of a run. */
    static final class Budget {
        private int nodes;

        Budget(int nodes) {
            this.nodes = nodes;
        }
    }

    /** Kinds of values; whole numbers and others are one. */
    enum Kind {
        NULL, BOOLEAN, NUMBER, STRING, OBJECT, ARRAY;

        static Kind of(JsonValue value) {
            return switch (value) {
                case JsonNull nothing -> NULL;
                case JsonBoolean truth -> BOOLEAN;
                case JsonNumber number -> NUMBER;
                case JsonString string -> STRING;
                case JsonObject object -> OBJECT;
                case JsonArray array -> ARRAY;
            };
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Budget budget;
    private final int[] kinds = new int[Kind.values().length];
    private final Map<String, ShapeNode> members = new LinkedHashMap<>();
    /** Whether there were members beyond what is kept: then an unknown one is nothing new. */
    private boolean open;
    /** Values of members whose names are ids. */
    private Optional<ShapeNode> rest = Optional.empty();
    private Optional<ShapeNode> items = Optional.empty();
    private int lengthMin = Integer.MAX_VALUE;
    private int lengthMax;
    private int emptyArrays;
    private int blanks;
    private final List<TextStyle> styles = new ArrayList<>();
    private boolean loose;
    private final Set<String> words = new LinkedHashSet<>();
    private boolean wordy;

    ShapeNode(Budget budget) {
        this.budget = budget;
    }

    /** Takes a value. Recursive: trees are no deeper than their readers allow. */
    void learn(JsonValue value) {
        kinds[Kind.of(value).ordinal()]++;
        switch (value) {
            case JsonObject object -> object(object);
            case JsonArray array -> array(array);
            case JsonString string -> text(string.value());
            case JsonNumber number -> style(numberStyle(number));
            case JsonBoolean truth -> { }
            case JsonNull nothing -> { }
        }
    }

    private void object(JsonObject object) {
        Set<String> seen = new HashSet<>();
        for (JsonObject.Member member : object.members()) {
            if (member.name().length() > NAME_CHARS_MAX) {
                open = true;
            } else if (isId(member.name())) {
                rest = rest.or(this::child);
                rest.ifPresent(node -> node.learn(member.value()));
            } else if (seen.add(member.name())) {
                ShapeNode known = members.get(member.name());
                if (known == null) {
                    Optional<ShapeNode> added = members.size() < MEMBERS_MAX ? child() : Optional.empty();
                    open |= added.isEmpty();
                    added.ifPresent(node -> members.put(member.name(), node));
                    known = added.orElse(null);
                }
                if (known != null) {
                    known.learn(member.value());
                }
            }
        }
    }

    private void array(JsonArray array) {
        lengthMin = Math.min(lengthMin, array.size());
        lengthMax = Math.max(lengthMax, array.size());
        emptyArrays += array.size() == 0 ? 1 : 0;
        for (JsonValue item : array) {
            items = items.or(this::child);
            items.ifPresent(node -> node.learn(item));
        }
    }

    private Optional<ShapeNode> child() {
        if (budget.nodes <= 0) {
            return Optional.empty();
        }
        budget.nodes--;
        return Optional.of(new ShapeNode(budget));
    }

    private void text(String value) {
        blanks += value.isBlank() ? 1 : 0;
        if (!value.isBlank()) {
            style(TextStyle.of(value));
            boolean word = value.length() <= WORD_CHARS_MAX && ValueFormat.of(value) == ValueFormat.WORD;
            if (!wordy && word && (words.size() < WORDS_MAX || words.contains(value))) {
                words.add(value);
            } else {
                wordy = true;
                words.clear();
            }
        }
    }

    private void style(Optional<TextStyle> style) {
        if (loose || style.isEmpty() || styles.size() == STYLES_MAX && !styles.contains(style.get())) {
            loose = true;
            styles.clear();
        } else if (!styles.contains(style.get())) {
            styles.add(style.get());
        }
    }

    /** Of numbers only times have a style. */
    static Optional<TextStyle> numberStyle(JsonNumber number) {
        ValueFormat format = ValueFormat.of(number.text());
        return format == ValueFormat.EPOCH_SECONDS || format == ValueFormat.EPOCH_MILLIS ? Optional.of(new TextStyle(format.words(), TextStyle.OPEN))
                : Optional.empty();
    }

    /** Whether the name of a member is a value itself: an id, a date, a number. */
    static boolean isId(String name) {
        return switch (ValueFormat.of(name)) {
            case EPOCH_SECONDS, EPOCH_MILLIS, ISO_TIME, ISO_DATE, HTTP_DATE, UUID, HEX, BASE64, JWT, TOKEN, TRACE, COUNTER, INTEGER, DECIMAL, URL -> true;
            case EMPTY, BOOLEAN, WORD, TEXT -> false;
        };
    }

    /** Values of a kind. */
    int count(Kind kind) {
        return kinds[kind.ordinal()];
    }

    /** All values, null included. */
    int visits() {
        int visits = 0;
        for (int count : kinds) {
            visits += count;
        }
        return visits;
    }

    /** The kinds that came, joined by "or". */
    String kindWords() {
        StringBuilder text = new StringBuilder();
        for (Kind kind : Kind.values()) {
            if (count(kind) > 0) {
                text.append(text.isEmpty() ? "" : " or ").append(kind.word());
            }
        }
        return text.toString();
    }

    Map<String, ShapeNode> members() {
        return members;
    }

    /** Whether a member of another name is nothing new. */
    boolean isOpen() {
        return open;
    }

    Optional<ShapeNode> rest() {
        return rest;
    }

    Optional<ShapeNode> items() {
        return items;
    }

    /** Elements of the shortest array. */
    int lengthMin() {
        return lengthMin;
    }

    /** Elements of the longest array. */
    int lengthMax() {
        return lengthMax;
    }

    boolean isEverEmpty() {
        return emptyArrays > 0;
    }

    boolean isEverBlank() {
        return blanks > 0;
    }

    /** The styles that all values have one of; none if they are written as they like. */
    List<TextStyle> styles() {
        return styles;
    }

    /** The few words that all values are one of, if they came often enough to tell; else none. */
    Set<String> fewWords(int samplesMin) {
        int values = count(Kind.STRING) - blanks;
        return !wordy && values >= Math.max(samplesMin, TIMES_EACH * words.size()) ? words : Set.of();
    }
}
