package proxymcp.proxy;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Where expressions are evaluated and bodies are changed, which keeps a core busy: on two platform threads. A virtual thread would hold up
 * every other connection meanwhile, and the pool that tools share may be busy for minutes.
 *
 * <p>Threads are started by the first job and end after 30 idle seconds; any thread may call.
 */
final class RuleThreads implements Closeable {
    private static final int THREADS = 2;
    private static final int IDLE_SECONDS = 30;

    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), job -> Thread.ofPlatform().daemon().name("proxy-rules").unstarted(job));

    RuleThreads() {
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs a job and waits for it. What the job throws is thrown here.
     *
     * @throws ClientGoneException if the proxy is being stopped
     */
    <T> T run(Supplier<T> job) throws ClientGoneException {
        FutureTask<T> task = new FutureTask<>(job::get);
        try {
            executor.execute(task);
            return task.get();
        } catch (RejectedExecutionException | InterruptedException e) {
            throw new ClientGoneException("the proxy was stopped", new IOException(e));
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException thrown -> throw thrown;
                case Error thrown -> throw thrown;
                default -> throw new IllegalStateException("a supplier throws nothing else", e);
            }
        }
    }

    /** Takes no more jobs; those that wait are done, each within its time limit. */
    @Override
    public void close() {
        executor.shutdown();
    }
}
