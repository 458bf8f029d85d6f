package proxymcp.diff;

/** Endpoints that were learned. Immutable. */
public final class Endpoints {
    Endpoints() {}

    /** The endpoint of a request, seen before or not. */
    public Endpoint of(RequestShape shape) {
        throw new UnsupportedOperationException(shape.toString());
    }
}
