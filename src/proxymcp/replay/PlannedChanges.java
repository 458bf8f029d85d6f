package proxymcp.replay;

import java.io.Closeable;

/** The changes of one run, which can be shown before anything is sent, and which go on in another process. For many threads. */
public interface PlannedChanges extends ItemChanges, RunMemory, Closeable {
    /** An item's request before anything is sent, for a dry run: what answers will give stands there as its placeholder, and nothing waits. */
    Outcome preview(PlanItem item, OutgoingRequest request);

    /** Whether an item's request needs what answers to others give, or its answer gives such: these are made one after the other. */
    boolean isChained(PlanItem item);

    /** Lets all requests go that wait for values, as the run is over. */
    @Override
    void close();
}
