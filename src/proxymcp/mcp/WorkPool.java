package proxymcp.mcp;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The one bounded pool for jobs that keep a core busy or touch mapped files: as many platform threads as cores, at
 * least 2. Virtual threads are not time-sliced, so such a job on one of them would hold up every other.
 *
 * <p>Threads are started by the first job and end after 30 idle seconds. They are daemons and are never interrupted.
 */
public final class WorkPool implements AutoCloseable, Executor {
    private static final int THREADS_MIN = 2;
    private static final int IDLE_SECONDS = 30;

    private final ThreadPoolExecutor executor;

    /** A pool for this machine. */
    public WorkPool() {
        this(Math.max(THREADS_MIN, Runtime.getRuntime().availableProcessors()));
    }

    WorkPool(int threads) {
        AtomicInteger number = new AtomicInteger();
        executor = new ThreadPoolExecutor(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                job -> Thread.ofPlatform().daemon().name("work-" + number.incrementAndGet()).unstarted(job));
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs a job and waits for it. A job that still waits for a thread when the call is cancelled never runs; one that
     * runs goes on until it looks at {@link CallContext#cancelled}, so that nothing it uses is closed under it.
     *
     * @return what the job returned
     * @throws CancellationException if the call was cancelled before the job began
     * @throws Exception what the job threw
     */
    public <T> T run(CallContext context, Callable<T> job) throws Exception {
        FutureTask<T> task = new FutureTask<>(() -> {
            if (context.cancelled()) {
                throw new CancellationException("cancelled before it began");
            }
            return job.call();
        });
        executor.execute(task);
        CallContext.Registration registration = context.onCancel(() -> {
            if (executor.remove(task)) {
                task.cancel(false);
            }
        });
        try {
            return task.get();
        } catch (ExecutionException failed) {
            throw thrownBy(failed);
        } finally {
            registration.remove();
        }
    }

    /** How many jobs run at once at most. */
    public int threads() {
        return executor.getMaximumPoolSize();
    }

    /**
     * Runs {@code job} when a thread is free, and does not wait for it: for a job that divides its work. As such a job holds a thread itself, it
     * must get on when no other thread ever comes free, and must not wait for parts that none has begun.
     */
    @Override
    public void execute(Runnable job) {
        try {
            executor.execute(job);
        } catch (RejectedExecutionException closed) {
            return; // Whoever divides its work does the rest alone.
        }
    }

    private static Exception thrownBy(ExecutionException failed) {
        return switch (failed.getCause()) {
            case Exception exception -> exception;
            case Error error -> throw error;
            default -> failed;
        };
    }

    /** Takes no more jobs. Those that run are left alone: their calls are cancelled by whoever closes. */
    @Override
    public void close() {
        executor.shutdown();
    }
}
