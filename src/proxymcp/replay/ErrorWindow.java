package proxymcp.replay;

import java.util.BitSet;

/** The share of errors among the items that ended last: a target that dies late in a long run is noticed as soon as one that dies early. */
final class ErrorWindow {
    private final int size;
    private final double errorRate;
    private final BitSet failed;
    private long seen;

    ErrorWindow(RunSettings.StopOn stopOn) {
        this.size = Math.max(1, stopOn.minRequests());
        this.errorRate = stopOn.errorRate();
        this.failed = new BitSet(size);
    }

    /** Counts an executed item; true if too many of the last ones failed. */
    boolean add(boolean error) {
        failed.set((int) (seen++ % size), error);
        return seen >= size && error && failed.cardinality() >= errorRate * size;
    }

    /** Why the run ends. */
    String reason() {
        return failed.cardinality() + " of the last " + size + " requests failed";
    }
}
