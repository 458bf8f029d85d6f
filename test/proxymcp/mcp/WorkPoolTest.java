package proxymcp.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs run on platform threads, few at a time, and give way to cancellation. */
@Timeout(30)
final class WorkPoolTest {
    private final WorkPool pool = new WorkPool(2);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void letJobsGo() {
        release.countDown();
        pool.close();
    }

    private static CallContext call() {
        return CallContext.detached(CallOrigin.STDIO);
    }

    private <T> FutureTask<T> start(CallContext context, Callable<T> job) {
        FutureTask<T> waiting = new FutureTask<>(() -> pool.run(context, job));
        Thread.ofVirtual().start(waiting);
        return waiting;
    }

    /** Starts as many jobs as there are threads, and returns when they run. */
    private void occupy() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            start(call(), () -> {
                running.countDown();
                release.await();
                return true;
            });
        }
        running.await();
    }

    @Test
    void jobRunsOnADaemonPlatformThreadAndItsResultComesBack() throws Exception {
        assertEquals("work-1 true false", pool.run(call(), () -> Thread.currentThread().getName() + " "
                + Thread.currentThread().isDaemon() + " " + Thread.currentThread().isVirtual()));
    }

    @Test
    void whatAJobThrowsComesOutAsItWasThrown() {
        IOException broken = new IOException("broken");
        assertSame(broken, assertThrows(IOException.class, () -> pool.run(call(), () -> {
            throw broken;
        })));
        assertThrows(StackOverflowError.class, () -> pool.run(call(), () -> {
            throw new StackOverflowError();
        }));
    }

    @Test
    void jobThatStillWaitsIsDroppedWhenItsCallIsCancelled() throws Exception {
        occupy();
        AtomicBoolean ran = new AtomicBoolean();
        CallContext context = call();
        FutureTask<Boolean> waiting = start(context, () -> {
            ran.set(true);
            return true;
        });
        context.cancel();
        assertTrue(assertThrows(ExecutionException.class, waiting::get).getCause() instanceof CancellationException);
        release.countDown();
        assertEquals(1, pool.run(call(), () -> 1));
        assertFalse(ran.get());
    }

    @Test
    void jobThatRunsIsWaitedForAndNotInterrupted() throws Exception {
        CallContext context = call();
        CountDownLatch running = new CountDownLatch(1);
        FutureTask<Boolean> waiting = start(context, () -> {
            running.countDown();
            release.await();
            return Thread.currentThread().isInterrupted();
        });
        running.await();
        context.cancel();
        assertThrows(TimeoutException.class, () -> waiting.get(50, TimeUnit.MILLISECONDS));
        release.countDown();
        assertFalse(waiting.get());
    }

    @Test
    void jobOfACancelledCallNeverRuns() {
        CallContext context = call();
        context.cancel();
        AtomicBoolean ran = new AtomicBoolean();
        assertThrows(CancellationException.class, () -> pool.run(context, () -> {
            ran.set(true);
            return true;
        }));
        assertFalse(ran.get());
    }

    @Test
    void partsOfAJobRunOnFreeThreadsAndAreDroppedOnceThePoolIsClosed() throws Exception {
        CountDownLatch ran = new CountDownLatch(2);
        start(call(), () -> {
            pool.execute(ran::countDown);
            ran.countDown();
            return "done";
        });
        assertTrue(ran.await(20, TimeUnit.SECONDS));
        assertEquals(2, pool.threads());
        pool.close();
        pool.execute(() -> {
            throw new AssertionError("it ran in a closed pool");
        });
    }
}
