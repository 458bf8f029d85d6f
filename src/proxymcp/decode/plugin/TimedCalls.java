package proxymcp.decode.plugin;

import java.io.Closeable;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs what nobody can vouch for on daemon platform threads, and waits for it so long and no longer. A thread that does not come back is interrupted
 * and otherwise left alone: Java has no way to end it. Any thread may call.
 */
final class TimedCalls implements Closeable {
    private static final int LOADING_FACTOR = 5;

    private final long millis;
    private final ExecutorService threads =
            Executors.newCachedThreadPool(job -> Thread.ofPlatform().daemon().name("decoder-plugin").unstarted(job));

    /** @param millis how long one call may take, 1 or more */
    TimedCalls(long millis) {
        this.millis = millis;
    }

    /**
     * Runs {@code job}.
     *
     * @param late called when its time is over, so that it may end
     * @throws Exception what the job threw
     * @throws PluginFailure if it took too long, or threw an {@link Error}
     */
    <T> T run(Callable<T> job, Runnable late) throws Exception {
        return run(job, late, millis);
    }

    /** The same for a job that loads classes, or starts a process: it may take {@value #LOADING_FACTOR} times as long. */
    <T> T load(Callable<T> job, Runnable late) throws Exception {
        return run(job, late, LOADING_FACTOR * millis);
    }

    private <T> T run(Callable<T> job, Runnable late, long millisMax) throws Exception {
        Future<T> running;
        try {
            running = threads.submit(job);
        } catch (RejectedExecutionException closed) {
            throw new PluginFailure("plugins are being closed", PluginFailure.Weight.COUNTED);
        }
        try {
            return running.get(millisMax, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            late.run();
            running.cancel(true);
            throw new PluginFailure("it took longer than " + millisMax + " ms and was disabled", PluginFailure.Weight.DISABLING);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception thrown) {
                throw thrown;
            }
            throw new PluginFailure("it threw " + PluginInfo.shortened(String.valueOf(e.getCause())), PluginFailure.Weight.COUNTED);
        } catch (CancellationException | InterruptedException e) {
            running.cancel(true);
            Thread.currentThread().interrupt();
            throw new PluginFailure("the call was ended", PluginFailure.Weight.COUNTED);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
