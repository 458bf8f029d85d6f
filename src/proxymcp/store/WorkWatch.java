package proxymcp.store;

/** Follows work that takes long, and may end it. */
public interface WorkWatch {
    /** Told as the work goes on; both numbers are of one unit. */
    void done(long done, long total);

    /** Whether nobody wants the result any more. */
    boolean cancelled();
}
