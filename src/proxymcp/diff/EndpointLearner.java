package proxymcp.diff;

/** Learns which segments of paths are parameters. */
public final class EndpointLearner {
    private EndpointLearner() {}

    /** What these requests have in common; their order does not matter. */
    public static Endpoints learn(Iterable<RequestShape> shapes) {
        throw new UnsupportedOperationException(shapes.toString());
    }
}
