package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The clock is stepped by the tests; only the ticks are real. What did not happen is known after two further ticks. */
@Timeout(60)
class DeadlinesTest {
    // Near the point where nanoTime wraps, as it may start anywhere.
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(2));
    private final Deadlines deadlines = new Deadlines(nanos::get);

    private static final class Resource implements Closeable {
        final CountDownLatch closed = new CountDownLatch(1);
        final AtomicInteger closes = new AtomicInteger();

        @Override
        public void close() throws IOException {
            closes.incrementAndGet();
            closed.countDown();
        }
    }

    @AfterEach
    void close() {
        deadlines.close();
    }

    @Test
    void closesWhatIsLateAndNothingElse() throws Exception {
        Resource late = new Resource();
        Resource early = new Resource();
        Resource unarmed = new Resource();
        Deadlines.Deadline lateDeadline = deadlines.watch(late);
        Deadlines.Deadline earlyDeadline = deadlines.watch(early);
        Deadlines.Deadline unarmedDeadline = deadlines.watch(unarmed);
        lateDeadline.arm(3_000);
        earlyDeadline.arm(10_000);
        assertEquals(3, deadlines.watchedCount());
        ticksPass(); // The clock stands before its wrap, the deadlines lie behind it.
        assertFalse(lateDeadline.expired());
        step(2_999);
        ticksPass();
        assertFalse(lateDeadline.expired());
        step(1);
        late.closed.await();
        ticksPass();
        assertTrue(lateDeadline.expired());
        assertFalse(earlyDeadline.expired());
        assertFalse(unarmedDeadline.expired());
        assertEquals("1 0 0", late.closes + " " + early.closes + " " + unarmed.closes);
        assertEquals(2, deadlines.watchedCount(), "what was closed is watched no longer");
    }

    @Test
    void armingAgainAndDisarmingMoveTheDeadline() throws Exception {
        Resource resource = new Resource();
        Deadlines.Deadline deadline = deadlines.watch(resource);
        deadline.arm(1_000);
        step(900);
        deadline.arm(1_000);
        step(900);
        ticksPass();
        assertFalse(deadline.expired());
        deadline.disarm();
        step(1_000_000);
        ticksPass();
        assertFalse(deadline.expired());
        deadline.arm(0);
        resource.closed.await();
    }

    /** A machine that slept, or a ticker that got no processor: limits run from the moment of arming. */
    @Test
    void aLimitRunsFromArmingHoweverOldTheLastTickIs() throws Exception {
        Resource resource = new Resource();
        Deadlines.Deadline deadline = deadlines.watch(resource);
        ticksPass();
        step(60_000);
        deadline.arm(30_000);
        ticksPass();
        assertFalse(deadline.expired());
        step(30_000);
        resource.closed.await();
    }

    @Test
    void whatIsNotWatchedAnyMoreIsNotClosed() throws Exception {
        Resource resource = new Resource();
        Deadlines.Deadline deadline = deadlines.watch(resource);
        deadline.arm(1_000);
        deadline.close();
        step(10_000);
        ticksPass();
        assertEquals(0, resource.closes.get());
        assertEquals(0, deadlines.watchedCount());
    }

    @Test
    void aResourceThatFailsToCloseDoesNotStopTheOthers() throws Exception {
        for (Exception failure : new Exception[] {new IOException("broken"), new IllegalStateException("broken")}) {
            CountDownLatch tried = new CountDownLatch(1);
            Deadlines.Deadline broken = deadlines.watch(() -> {
                tried.countDown();
                if (failure instanceof RuntimeException unchecked) {
                    throw unchecked;
                }
                throw (IOException) failure;
            });
            broken.arm(0);
            tried.await();
            ticksPass();
            assertTrue(broken.expired());
        }
        assertEquals(0, deadlines.watchedCount());
    }

    @Test
    void aReadThatBlocksOnASocketEnds() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept()) {
            Deadlines.Deadline deadline = deadlines.watch(accepted);
            deadline.arm(1_000);
            step(1_000);
            Assertions.assertThrows(SocketException.class, () -> accepted.getInputStream().read());
            assertTrue(deadline.expired());
            assertEquals(-1, client.getInputStream().read());
        }
    }

    private void step(long millis) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** Waits until every watched deadline has been looked at once more: two resources due one after the other take two ticks. */
    private void ticksPass() throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            Resource marker = new Resource();
            deadlines.watch(marker).arm(0);
            marker.closed.await();
        }
    }
}
