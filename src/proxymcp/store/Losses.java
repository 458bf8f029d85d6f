package proxymcp.store;

/**
 * What could not be recorded.
 *
 * @param bodies bodies of which octets are missing
 * @param exchanges exchanges that are missing whole
 * @param records other records
 * @param bytes octets of all these
 */
public record Losses(long bodies, long exchanges, long records, long bytes) {
    /** Nothing was lost. */
    public static final Losses NONE = new Losses(0, 0, 0, 0);

    /** Whether nothing was lost. */
    public boolean isNone() {
        return bodies == 0 && exchanges == 0 && records == 0 && bytes == 0;
    }

    Losses plus(Losses more) {
        return new Losses(bodies + more.bodies, exchanges + more.exchanges, records + more.records, bytes + more.bytes);
    }

    /** The larger of each. */
    Losses orMore(Losses other) {
        return new Losses(Math.max(bodies, other.bodies), Math.max(exchanges, other.exchanges), Math.max(records, other.records),
                Math.max(bytes, other.bytes));
    }

    Losses minus(Losses less) {
        return new Losses(bodies - less.bodies, exchanges - less.exchanges, records - less.records, bytes - less.bytes);
    }
}
