package proxymcp.rule;

import java.io.Closeable;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import proxymcp.text.TimeLimit;

/**
 * Where expressions are evaluated and bodies are changed, which keeps a core busy: on platform threads. A virtual thread would hold up every
 * other connection meanwhile, and the pool that tools share may be busy for minutes.
 *
 * <p>Two threads do what is soon done. What turns out to take long is given up there and begun again on two others: an ordinary edit does not
 * wait behind expressions that never end, however many requests run into those.
 *
 * <p>Threads are started by the first job and end after 30 idle seconds; any thread may call.
 */
public final class RuleThreads implements Closeable {
    private static final int THREADS = 2;
    private static final int IDLE_SECONDS = 30;
    /** An edit is tried within this part of its time first: longer than ordinary expressions take. */
    private static final int SOON_PART = 10;

    private final ThreadPoolExecutor soon = threads("proxy-rules");
    private final ThreadPoolExecutor late = threads("proxy-rules-late");

    private static ThreadPoolExecutor threads(String name) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                job -> Thread.ofPlatform().daemon().name(name).unstarted(job));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /**
     * Makes an edit and waits for it.
     *
     * @param edit is called again with all of {@code limit} where a part of it was not enough
     * @throws RulesStoppedException if these threads are being stopped
     */
    public <T> Edited<T> edit(TimeLimit limit, Function<TimeLimit, Edited<T>> edit) throws RulesStoppedException {
        return run(() -> Optional.of(edit.apply(limit.part(SOON_PART))).filter(made -> !made.timedOut()), () -> edit.apply(limit));
    }

    /**
     * Runs {@code quick}, and {@code thorough} if nothing came of it, and waits. What they throw is thrown here.
     *
     * @param quick is soon done, or gives up
     * @throws RulesStoppedException if these threads are being stopped
     */
    public <T> T run(Supplier<Optional<T>> quick, Supplier<T> thorough) throws RulesStoppedException {
        Optional<T> done = run(soon, quick);
        return done.isPresent() ? done.get() : run(late, thorough);
    }

    private static <T> T run(ThreadPoolExecutor executor, Supplier<T> job) throws RulesStoppedException {
        FutureTask<T> task = new FutureTask<>(job::get);
        try {
            executor.execute(task);
            return task.get();
        } catch (RejectedExecutionException | InterruptedException e) {
            throw new RulesStoppedException(e);
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
        soon.shutdown();
        late.shutdown();
    }
}
