package proxymcp.diff;

import java.util.concurrent.CancellationException;
import proxymcp.store.WorkWatch;

/** Counts steps towards an end that becomes known on the way. Not for several threads. */
public final class DiffProgress {
    private static final int TOLD_EVERY = 64;

    private final WorkWatch watch;
    private long total;
    private long done;

    /** Nothing is done yet. */
    public DiffProgress(WorkWatch watch) {
        this.watch = watch;
    }

    /** There is more to do than was known. */
    public void expect(long more) {
        total += more;
    }

    /**
     * One step is done.
     *
     * @throws CancellationException if nobody waits for the rest
     */
    public void step() {
        if (++done % TOLD_EVERY == 0) {
            if (watch.cancelled()) {
                throw new CancellationException("cancelled while sessions were compared");
            }
            watch.done(done, Math.max(done, total));
        }
    }
}
