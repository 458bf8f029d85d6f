package proxymcp.diff;

import java.util.Map;
import java.util.Optional;

/** Endpoints that were learned. Immutable. */
public final class Endpoints {
    /** Segments beyond these are no longer told apart. */
    static final int SEGMENTS_MAX = 40;
    private static final int TARGET_CHARS_MAX = 200;
    private static final String REST = "/{rest}";

    private final Map<String, PathNode> roots;

    /** @param roots settled, by host; not changed any more */
    Endpoints(Map<String, PathNode> roots) {
        this.roots = Map.copyOf(roots);
    }

    /** The endpoint of a request, seen before or not. */
    public Endpoint of(RequestShape shape) {
        return new Endpoint(shape.method(), shape.host(), template(shape), shape.operation());
    }

    private String template(RequestShape shape) {
        if (!shape.path().startsWith("/")) {
            // "*", the host and port of a CONNECT, what follows a scheme such as "data:".
            int comma = shape.path().indexOf(',');
            String target = comma < 0 ? shape.path() : shape.path().substring(0, comma);
            return target.substring(0, Math.min(TARGET_CHARS_MAX, target.length()));
        }
        Optional<PathNode> place = Optional.ofNullable(roots.get(shape.host()));
        StringBuilder template = new StringBuilder();
        String before = "";
        String[] segments = shape.path().substring(1).split("/", SEGMENTS_MAX + 1);
        for (int i = 0; i < segments.length; i++) {
            if (i == SEGMENTS_MAX) {
                return template.append(REST).toString();
            }
            String form = isOperation(shape, i == segments.length - 1, segments[i]) ? segments[i] : form(place, segments[i], before);
            template.append('/').append(form);
            place = place.map(node -> node.next().get(form));
            before = segments[i];
        }
        return template.toString();
    }

    /** Whether a segment names the operation, as in gRPC: then it is no value. */
    static boolean isOperation(RequestShape shape, boolean last, String segment) {
        return last && !shape.operation().isEmpty() && segment.equals(shape.operation());
    }

    private static String form(Optional<PathNode> place, String segment, String before) {
        SegmentForm looks = SegmentForm.of(segment, before);
        if (place.isEmpty()) {
            return looks.text();
        }
        PathNode here = place.get();
        if (!looks.isParameter() && here.next().containsKey(looks.text())) {
            return looks.text();
        }
        boolean number = looks.text().equals(SegmentForm.ID) && !looks.opaque();
        boolean hash = looks.text().equals(SegmentForm.HASH) && !here.next().containsKey(SegmentForm.HASH);
        if (!looks.isParameter() || number || hash) {
            Optional<String> like = here.lookalike(looks.isParameter() ? segment : looks.text());
            if (like.isPresent()) {
                return like.get();
            }
        }
        String slug = SegmentForm.SLUG + Siblings.extension(looks.text());
        return !looks.isParameter() && !Siblings.isReserved(looks.text()) && here.next().containsKey(slug) ? slug : looks.text();
    }
}
