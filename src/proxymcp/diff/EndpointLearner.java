package proxymcp.diff;

import java.util.HashMap;
import java.util.Map;

/**
 * Learns which segments of paths are parameters: those that look like one, and those at whose place many different ones lead to the same
 * continuation.
 */
public final class EndpointLearner {
    private EndpointLearner() {}

    private record Path(String host, String path, String operation) {}

    /** What these requests have in common; their order does not matter. */
    public static Endpoints learn(Iterable<RequestShape> shapes) {
        Map<Path, Long> paths = new HashMap<>();
        for (RequestShape shape : shapes) {
            if (shape.path().startsWith("/")) {
                paths.merge(new Path(shape.host(), shape.path(), shape.operation()), 1L, Long::sum);
            }
        }
        Map<String, PathNode> roots = new HashMap<>();
        paths.forEach((path, times) -> add(roots.computeIfAbsent(path.host(), key -> new PathNode()), path, times));
        roots.values().forEach(root -> root.settle(""));
        return new Endpoints(roots);
    }

    private static void add(PathNode root, Path path, long times) {
        RequestShape shape = new RequestShape("", path.host(), path.path(), path.operation());
        String[] segments = path.path().substring(1).split("/", Endpoints.SEGMENTS_MAX + 1);
        PathNode place = root;
        String before = "";
        for (int i = 0; i < Math.min(segments.length, Endpoints.SEGMENTS_MAX); i++) {
            boolean operation = Endpoints.isOperation(shape, i == segments.length - 1, segments[i]);
            SegmentForm form = operation ? new SegmentForm(segments[i], false) : SegmentForm.of(segments[i], before);
            place = place.step(form.text());
            place.visited(times);
            if (operation) {
                place.fix();
            }
            if (form.opaque()) {
                place.opaque(segments[i].length());
            }
            before = segments[i];
        }
        place.ended(times);
    }
}
