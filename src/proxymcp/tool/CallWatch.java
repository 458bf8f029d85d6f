package proxymcp.tool;

import proxymcp.mcp.CallContext;
import proxymcp.store.WorkWatch;

/**
 * Tells a caller how far long work got, and the work whether the caller has gone.
 *
 * @param context the call
 * @param unit what is counted, for people
 */
record CallWatch(CallContext context, String unit) implements WorkWatch {
    @Override
    public void done(long done, long total) {
        context.progress(done, total, unit);
    }

    @Override
    public boolean cancelled() {
        return context.cancelled();
    }
}
