package proxymcp.replay;

import java.util.List;

/** A run as readers see it, whether it runs here, runs elsewhere or has ended. Any thread may call. */
public sealed interface RunView permits ReplayRun, StoredRun {
    /** The run in numbers, as it is now. */
    RunReport report();

    /** How many items {@link #items} has in all. */
    int total(RunItem.Only only);

    /** Items by index: {@code limit} at most, {@code offset} left out before. */
    List<RunItem> items(RunItem.Only only, int offset, int limit);
}
