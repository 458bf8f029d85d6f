package proxymcp.store;

/** Who waits for long work: told how far it got, asked whether it is still wanted. */
public interface WorkWatch {
    /** Tells how far the work got; cheap, may be called often. */
    void done(long done, long total);

    /** Whether nobody waits for the result any more. */
    boolean cancelled();
}
