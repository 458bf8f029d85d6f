package proxymcp.decode.plugin;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Daemon threads that plugins run on. One whose time is over is left behind with its work: it is interrupted, which most code that waits heeds, and
 * never waited for. No file of ours is read on them.
 */
final class PluginThreads implements AutoCloseable {
    private static final long IDLE_SECONDS = 10;

    private final AtomicInteger made = new AtomicInteger();
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(),
            this::thread);

    private Thread thread(Runnable work) {
        Thread thread = new Thread(work, "decoder-plugin-" + made.incrementAndGet());
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        return thread;
    }

    /**
     * Runs something, and waits for it no longer than {@code millis}.
     *
     * @throws PluginFault if its time is over, which lasts, or the caller was interrupted
     * @throws ExecutionException with whatever it threw
     */
    <T> T within(long millis, ClassLoader context, Callable<T> work) throws PluginFault, ExecutionException {
        FutureTask<T> task = new FutureTask<>(() -> {
            Thread.currentThread().setContextClassLoader(context);
            return work.call();
        });
        try {
            threads.execute(task);
            return task.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            task.cancel(true);
            throw new PluginFault("took longer than " + millis + " ms", true);
        } catch (InterruptedException interrupted) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw new PluginFault("the call was interrupted", false);
        } catch (RuntimeException | OutOfMemoryError noThread) {
            throw new PluginFault("there is no thread for it: " + Reason.of(noThread), false);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
