package proxymcp.diff;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A place in the paths of one host: what comes next, by form. First filled with all paths, then {@link #settle} finds which of the next segments are
 * values of one parameter. The outcome does not depend on the order of the paths.
 */
final class PathNode {
    private static final int OPAQUE_CHARS_MIN = 8;
    private static final int OPAQUE_VALUES_MIN = 3;
    /** Fewer than one in so many ids is made of hexadecimal digits by chance. */
    private static final int HASHES_SHARE = 10;

    /** Next places by form; sorted, so that the order of the paths does not show. */
    private final TreeMap<String, PathNode> next = new TreeMap<>();
    /** Whether the segment that leads here is the name of an operation, which is no value. */
    private boolean fixed;
    private long visits;
    private long ends;
    /** Lengths of the segments that lead here, of those that look like chance. */
    private final BitSet opaqueLengths = new BitSet();
    private int opaqueValues;

    /** The place behind the next segment; made if there is none. */
    PathNode step(String form) {
        return next.computeIfAbsent(form, key -> new PathNode());
    }

    void visited(long times) {
        visits += times;
    }

    void ended(long times) {
        ends += times;
    }

    void fix() {
        fixed = true;
    }

    void opaque(int length) {
        opaqueLengths.set(length);
        opaqueValues++;
    }

    long visits() {
        return visits;
    }

    long ends() {
        return ends;
    }

    boolean isFixed() {
        return fixed;
    }

    Map<String, PathNode> next() {
        return next;
    }

    /** Decides for this place and all behind it. */
    void settle(String before) {
        joinLookalikes();
        for (Siblings.Group group : Siblings.groups(this, before)) {
            PathNode joint = step(group.form());
            for (String form : group.members()) {
                joint.take(next.remove(form));
            }
        }
        for (Map.Entry<String, PathNode> entry : next.entrySet()) {
            entry.getValue().settle(entry.getKey());
        }
    }

    private void take(PathNode other) {
        visits += other.visits;
        ends += other.ends;
        opaqueLengths.or(other.opaqueLengths);
        opaqueValues += other.opaqueValues;
        for (Map.Entry<String, PathNode> entry : other.next.entrySet()) {
            PathNode mine = step(entry.getKey());
            mine.fixed |= entry.getValue().fixed;
            mine.take(entry.getValue());
        }
    }

    /** Some random ids happen to hold no digit, or nothing but hexadecimal ones: they are told by standing among their like. */
    private void joinLookalikes() {
        PathNode hashes = next.get(SegmentForm.HASH);
        PathNode ids = next.get(SegmentForm.ID);
        if (hashes != null && ids != null && hashes.opaqueValues * HASHES_SHARE < ids.opaqueValues && hashes.opaqueLengths.equals(ids.opaqueLengths)) {
            ids.take(next.remove(SegmentForm.HASH));
        }
        List<String> joining = new ArrayList<>();
        for (Map.Entry<String, PathNode> entry : next.entrySet()) {
            if (!entry.getValue().fixed && lookalike(entry.getKey()).isPresent()) {
                joining.add(entry.getKey());
            }
        }
        for (String form : joining) {
            step(lookalike(form).orElseThrow()).take(next.remove(form));
        }
    }

    /** The parameter here whose values look like this segment, but for what chance left out of it. */
    Optional<String> lookalike(String segment) {
        if (segment.length() < OPAQUE_CHARS_MIN || segment.indexOf('{') >= 0) {
            return Optional.empty();
        }
        if (isAmong(SegmentForm.HASH, segment) && segment.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            return Optional.of(SegmentForm.HASH);
        }
        boolean letters = segment.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '-' || c == '_'));
        return letters && isAmong(SegmentForm.ID, segment) && !SegmentForm.isNumber(segment) ? Optional.of(SegmentForm.ID) : Optional.empty();
    }

    private boolean isAmong(String form, String segment) {
        PathNode parameter = next.get(form);
        return parameter != null && parameter.opaqueValues >= OPAQUE_VALUES_MIN && parameter.opaqueLengths.cardinality() == 1
                && parameter.opaqueLengths.get(segment.length());
    }

    /** How often each way goes on from here: the forms of what comes next, and the end. */
    Map<String, Long> continuations() {
        Map<String, Long> ways = new HashMap<>();
        next.forEach((form, node) -> ways.put("/" + form, node.visits));
        if (ends > 0) {
            ways.put("", ends);
        }
        return ways;
    }
}
