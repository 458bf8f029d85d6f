package proxymcp.decode.plugin;

/**
 * What plugins may take.
 *
 * @param runMillis how long one question to a decoder may take
 * @param loadMillis how long loading a jar may take, the start of its process included
 * @param isolated whether each jar runs in a process of its own
 * @param heapMebibytes the heap of such a process
 */
public record PluginLimits(long runMillis, long loadMillis, boolean isolated, int heapMebibytes) {
    /** 2 s a question, 10 s to load, in this process. */
    public static final PluginLimits DEFAULT = new PluginLimits(2_000, 10_000, false, 256);

    /** Checks the ranges. */
    public PluginLimits {
        if (runMillis < 1 || loadMillis < 1 || heapMebibytes < 8) {
            throw new IllegalArgumentException("expected at least 1 ms and 8 MiB, got " + runMillis + ", " + loadMillis + " and " + heapMebibytes);
        }
    }

    /** The same, in processes of their own or not. */
    public PluginLimits isolated(boolean wanted) {
        return new PluginLimits(runMillis, loadMillis, wanted, heapMebibytes);
    }
}
