package proxymcp.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A path into JSON values (RFC 9535) without filter expressions: {@code $.store.book[0]['title']}, {@code $..price}, {@code $.list[-1:]},
 * {@code $[0,2,'a']}. Of members with equal names a name means the last one, as {@link JsonObject#get}; wildcards mean all of them. Immutable.
 */
public final class JsonPath {
    /** Values that one selection looks at: descendants of descendants can otherwise keep a thread for hours. */
    static final long STEPS_MAX = 20_000_000;

    private final String text;
    private final List<Segment> segments;

    /**
     * One step down.
     *
     * @param descendants whether the selectors apply to all values below too
     */
    record Segment(boolean descendants, List<Selector> selectors) {
        /** The only selector where it can mean one value at most. */
        Optional<Selector> singular() {
            boolean one = !descendants && selectors.size() == 1;
            return one && (selectors.get(0) instanceof Selector.Name || selectors.get(0) instanceof Selector.Index)
                    ? Optional.of(selectors.get(0)) : Optional.empty();
        }
    }

    /** What is chosen of one value's children. */
    sealed interface Selector {
        /** The member of that name. */
        record Name(String name) implements Selector {}

        /** One element; negative numbers count from the end. */
        record Index(long index) implements Selector {}

        /** Elements from {@code start} to before {@code end}. */
        record Slice(OptionalLong start, OptionalLong end, long step) implements Selector {}

        /** All children. */
        record Wildcard() implements Selector {}
    }

    /**
     * A value that was found.
     *
     * @param path where, as a normalised path (RFC 9535 section 2.7)
     * @param value what is there
     */
    public record Node(String path, JsonValue value) {}

    /**
     * What a selection found.
     *
     * @param nodes in the order of RFC 9535, duplicates included
     * @param complete false where there are more, or the selection was given up as it looked at 20 million values
     */
    public record Found(List<Node> nodes, boolean complete) {
        /** Copies the list. */
        public Found {
            nodes = List.copyOf(nodes);
        }
    }

    JsonPath(String text, List<Segment> segments) {
        this.text = text;
        this.segments = List.copyOf(segments);
    }

    /**
     * Parses a path.
     *
     * @throws IllegalArgumentException if it is none; the message names what was expected and the character, counted from 0
     */
    public static JsonPath parse(String text) {
        return new JsonPathParser(text).parse();
    }

    /** Whether it means one value at most: names and indexes alone. */
    public boolean isSingular() {
        for (Segment segment : segments) {
            if (segment.singular().isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /**
     * The values that it means.
     *
     * @param nodesMax at most so many are returned, 1 or more
     */
    public Found select(JsonValue root, int nodesMax) {
        JsonPathWalk walk = new JsonPathWalk(segments, nodesMax, STEPS_MAX);
        boolean complete = walk.run(root);
        List<Node> nodes = new ArrayList<>();
        for (JsonPathWalk.Place place : walk.found()) {
            nodes.add(new Node(place.normalised(), place.value()));
        }
        return new Found(nodes, complete);
    }

    /** The first value that it means. */
    public Optional<JsonValue> first(JsonValue root) {
        Found found = select(root, 1);
        return found.nodes().isEmpty() ? Optional.empty() : Optional.of(found.nodes().get(0).value());
    }

    /**
     * Puts a value in place of each that the path means. A path of names and indexes makes the members that are missing, the objects on the way
     * included, behind the ones that are there; everything else keeps its place and its digits.
     *
     * @throws IllegalArgumentException if there is no such place: an index outside of its array, a member of what is no object, no match at all
     */
    public JsonValue set(JsonValue root, JsonValue value) {
        return edits(root, value).apply(root);
    }

    /**
     * The same in a JSON text, of which everything else keeps its characters, white space included.
     *
     * @throws JsonException if {@code json} is no JSON
     * @throws IllegalArgumentException as for {@link #set}
     */
    public String setIn(String json, JsonValue value) throws JsonException {
        return new JsonTextEdit(json).apply(edits(Json.parse(json), value));
    }

    private JsonEdits edits(JsonValue root, JsonValue value) {
        JsonPathWalk walk = new JsonPathWalk(segments, Integer.MAX_VALUE, STEPS_MAX);
        if (!walk.run(root)) {
            throw new IllegalArgumentException("the path " + text + " looks at too many values");
        }
        JsonEdits edits = new JsonEdits();
        for (JsonPathWalk.Place place : walk.found()) {
            edits.at(place.positions()).replace(value);
        }
        if (walk.found().isEmpty()) {
            if (!isSingular()) {
                throw new IllegalArgumentException("nothing is at " + text);
            }
            add(edits, root, value);
        }
        return edits;
    }

    /** Makes what is missing on the way of a path of names and indexes. */
    private void add(JsonEdits edits, JsonValue root, JsonValue value) {
        JsonPathWalk.Place at = JsonPathWalk.Place.root(root);
        for (int i = 0; i < segments.size(); i++) {
            List<JsonPathWalk.Place> next = JsonPathWalk.children(at, segments.get(i).selectors().get(0));
            if (next.isEmpty()) {
                edits.at(at.positions()).add(missing(at, segments.get(i).selectors().get(0)), made(i + 1, value));
                return;
            }
            at = next.get(0);
        }
    }

    private static String missing(JsonPathWalk.Place at, Selector selector) {
        return switch (selector) {
            case Selector.Name name -> {
                if (!(at.value() instanceof JsonObject)) {
                    throw new IllegalArgumentException("expected an object at " + at.normalised() + ", got " + Check.quoted(at.value()));
                }
                yield name.name();
            }
            case Selector.Index index -> throw new IllegalArgumentException("expected an array with an element " + index.index() + " at "
                    + at.normalised() + ", got " + Check.quoted(at.value()));
            case Selector.Slice slice -> throw new IllegalStateException("not singular");
            case Selector.Wildcard wildcard -> throw new IllegalStateException("not singular");
        };
    }

    /** The value inside of the objects that the segments from {@code from} on need. */
    private JsonValue made(int from, JsonValue value) {
        JsonValue made = value;
        for (int i = segments.size() - 1; i >= from; i--) {
            if (!(segments.get(i).selectors().get(0) instanceof Selector.Name name)) {
                throw new IllegalArgumentException("nothing is at " + text + ", and arrays are not made");
            }
            made = JsonObject.builder().put(name.name(), made).build();
        }
        return made;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonPath path && segments.equals(path.segments);
    }

    @Override
    public int hashCode() {
        return segments.hashCode();
    }

    /** The path as it was written. */
    @Override
    public String toString() {
        return text;
    }
}
