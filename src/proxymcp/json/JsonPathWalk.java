package proxymcp.json;

import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Optional;

/** One evaluation of a {@link JsonPath}: goes down in the order of the result, so that it can stop early and holds no lists between segments. */
final class JsonPathWalk {
    private final List<JsonPath.Segment> segments;
    private final int nodesMax;
    private final List<Place> found = new ArrayList<>();
    private long stepsLeft;

    JsonPathWalk(List<JsonPath.Segment> segments, int nodesMax, long stepsMax) {
        this.segments = segments;
        this.nodesMax = nodesMax;
        this.stepsLeft = stepsMax;
    }

    /**
     * A value and how it was reached.
     *
     * @param parent empty for the root
     * @param position among the members or elements of the parent
     */
    record Place(Optional<Place> parent, int position, JsonValue value) {
        static Place root(JsonValue value) {
            return new Place(Optional.empty(), 0, value);
        }

        /** From the root, one number a step. */
        List<Integer> positions() {
            LinkedList<Integer> positions = new LinkedList<>();
            for (Place at = this; at.parent.isPresent(); at = at.parent.get()) {
                positions.addFirst(at.position);
            }
            return positions;
        }

        String normalised() {
            LinkedList<String> steps = new LinkedList<>();
            for (Place at = this; at.parent.isPresent(); at = at.parent.get()) {
                steps.addFirst(at.parent.get().value instanceof JsonObject object
                        ? "['" + escaped(object.members().get(at.position).name()) + "']" : "[" + at.position + "]");
            }
            return "$" + String.join("", steps);
        }

        private Place child(int childPosition, JsonValue child) {
            return new Place(Optional.of(this), childPosition, child);
        }

        /** RFC 9535 section 2.7. */
        private static String escaped(String name) {
            StringBuilder escaped = new StringBuilder(name.length());
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                switch (c) {
                    case '\b' -> escaped.append("\\b");
                    case '\t' -> escaped.append("\\t");
                    case '\n' -> escaped.append("\\n");
                    case '\f' -> escaped.append("\\f");
                    case '\r' -> escaped.append("\\r");
                    case '\'' -> escaped.append("\\'");
                    case '\\' -> escaped.append("\\\\");
                    default -> escaped.append(c < ' ' ? "\\u" + HexFour.of(c) : String.valueOf(c));
                }
            }
            return escaped.toString();
        }
    }

    List<Place> found() {
        return found;
    }

    /** Whether everything was looked at. */
    boolean run(JsonValue root) {
        return segment(Place.root(root), 0);
    }

    /** What one selector chooses. */
    static List<Place> children(Place place, JsonPath.Selector selector) {
        return switch (selector) {
            case JsonPath.Selector.Name name -> place.value() instanceof JsonObject object ? named(place, object, name.name()) : List.of();
            case JsonPath.Selector.Index index -> place.value() instanceof JsonArray array ? element(place, array, index.index()) : List.of();
            case JsonPath.Selector.Slice slice -> place.value() instanceof JsonArray array ? sliced(place, array, slice) : List.of();
            case JsonPath.Selector.Wildcard wildcard -> all(place);
        };
    }

    private boolean segment(Place place, int index) {
        if (index == segments.size()) {
            if (found.size() == nodesMax) {
                return false;
            }
            found.add(place);
            return true;
        }
        JsonPath.Segment segment = segments.get(index);
        for (JsonPath.Selector selector : segment.selectors()) {
            for (Place child : children(place, selector)) {
                if (--stepsLeft < 0 || !segment(child, index + 1)) {
                    return false;
                }
            }
        }
        return !segment.descendants() || below(place, index);
    }

    private boolean below(Place place, int index) {
        for (Place child : all(place)) {
            if (--stepsLeft < 0 || !segment(child, index)) {
                return false;
            }
        }
        return true;
    }

    private static List<Place> named(Place place, JsonObject object, String name) {
        if (!object.has(name)) {
            return List.of();
        }
        for (int i = object.members().size() - 1; i >= 0; i--) {
            if (object.members().get(i).name().equals(name)) {
                return List.of(place.child(i, object.members().get(i).value()));
            }
        }
        return List.of();
    }

    private static List<Place> element(Place place, JsonArray array, long index) {
        long at = index < 0 ? array.size() + index : index;
        return at < 0 || at >= array.size() ? List.of() : List.of(place.child((int) at, array.values().get((int) at)));
    }

    /** RFC 9535 section 2.3.4.2.2. */
    private static List<Place> sliced(Place place, JsonArray array, JsonPath.Selector.Slice slice) {
        long size = array.size();
        long step = slice.step();
        if (step == 0) {
            return List.of();
        }
        boolean up = step > 0;
        long start = normalised(slice.start().orElse(up ? 0 : size - 1), size);
        long end = normalised(slice.end().orElse(up ? size : -size - 1), size);
        long lower = up ? Math.clamp(start, 0, size) : Math.clamp(end, -1, size - 1);
        long upper = up ? Math.clamp(end, 0, size) : Math.clamp(start, -1, size - 1);
        List<Place> places = new ArrayList<>();
        for (long i = up ? lower : upper; up ? i < upper : i > lower; i += step) {
            places.add(place.child((int) i, array.values().get((int) i)));
        }
        return places;
    }

    private static long normalised(long index, long size) {
        return index >= 0 ? index : size + index;
    }

    private static List<Place> all(Place place) {
        List<Place> places = new ArrayList<>();
        if (place.value() instanceof JsonObject object) {
            for (int i = 0; i < object.members().size(); i++) {
                places.add(place.child(i, object.members().get(i).value()));
            }
        } else if (place.value() instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                places.add(place.child(i, array.values().get(i)));
            }
        }
        return places;
    }
}
