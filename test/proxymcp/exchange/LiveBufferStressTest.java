package proxymcp.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.http.Fields;

/** Many connections and readers at once: readers see nothing that never was, and in the end the accounts fit to the octet. */
@Timeout(100)
class LiveBufferStressTest {
    private static final int WRITERS = 8;
    private static final int EXCHANGES = 1_500;

    @Test
    void inALongRingTheBoundOfBodiesHolds() throws Exception {
        hammer(new LiveBuffer(new LiveBuffer.Limits(20_000, 50_000, 700)), false);
    }

    @Test
    void inAShortRingNothingStaysOfWhatLeft() throws Exception {
        hammer(new LiveBuffer(new LiveBuffer.Limits(3, 1_000_000, 700)), false);
    }

    @Test
    void whileOthersClear() throws Exception {
        hammer(new LiveBuffer(new LiveBuffer.Limits(50, 20_000, 700)), true);
    }

    @Test
    void whileOthersClearAndHeadsHaveNoRoom() throws Exception {
        hammer(new LiveBuffer(new LiveBuffer.Limits(50, 20_000, 700), 20_000), true);
    }

    private static void hammer(LiveBuffer buffer, boolean clearing) throws Exception {
        AtomicBoolean writing = new AtomicBoolean(true);
        List<Future<?>> writers = new ArrayList<>();
        List<Future<?>> others = new ArrayList<>();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            for (int i = 0; i < WRITERS; i++) {
                long seed = i;
                writers.add(threads.submit(() -> write(buffer, new Random(seed))));
            }
            others.add(threads.submit(whileTrue(writing, () -> checkSnapshot(buffer))));
            if (clearing) {
                others.add(threads.submit(whileTrue(writing, buffer::clear)));
            }
            try {
                for (Future<?> writer : writers) {
                    writer.get(80, TimeUnit.SECONDS);
                }
            } finally {
                writing.set(false);
            }
            for (Future<?> other : others) {
                other.get(80, TimeUnit.SECONDS);
            }
        }
        checkSnapshot(buffer);
        List<Exchange> kept = buffer.snapshot();
        long sum = 0;
        for (Exchange exchange : kept) {
            sum += exchange.requestBody().bytes().length + exchange.responseBody().bytes().length;
            assertEquals(new Outcome.Complete(), exchange.outcome());
        }
        assertEquals(sum, buffer.bytesKept(), "what is accounted for is what is kept");
        assertTrue(sum <= buffer.limits().bodyBytesTotalMax(), sum + " octets are kept");
        assertEquals(kept.size(), buffer.size());
        if (!clearing) {
            int total = WRITERS * EXCHANGES;
            assertEquals(Math.min(total, buffer.limits().exchangesMax()), kept.size());
            assertEquals(total, kept.get(kept.size() - 1).seq());
        }
        assertEquals(kept.size(), buffer.clear());
        assertEquals(0, buffer.bytesKept());
        assertEquals(0, buffer.headBytesKept());
    }

    /** Each body is one letter over and over, so that a reader can tell octets of another body or another time. */
    private static Void write(LiveBuffer buffer, Random random) {
        for (int i = 0; i < EXCHANGES; i++) {
            char letter = (char) ('a' + random.nextInt(26));
            Recording recording = buffer.open(Exchanges.start("/" + letter));
            byte[] octets = Exchanges.octets(String.valueOf(letter).repeat(400));
            int size = 0;
            for (int pieces = random.nextInt(5); pieces > 0; pieces--) {
                int length = 1 + random.nextInt(400);
                recording.requestBody(octets, 0, length / 2);
                recording.responseBody(octets, 400 - length, length);
                size += length;
            }
            recording.requestEnd(Exchanges.bodyEnd("", true, Fields.EMPTY));
            recording.response(Exchanges.OK);
            recording.responseEnd(Exchanges.bodyEnd(String.valueOf(letter).repeat(size), true, Fields.EMPTY));
            recording.end(Exchanges.complete());
        }
        return null;
    }

    private static Void checkSnapshot(LiveBuffer buffer) {
        long last = 0;
        for (Exchange exchange : buffer.snapshot()) {
            assertTrue(exchange.seq() > last, "seq " + exchange.seq() + " behind " + last);
            last = exchange.seq();
            char letter = exchange.start().path().charAt(1);
            checkBody(exchange.requestBody(), letter, buffer.limits());
            checkBody(exchange.responseBody(), letter, buffer.limits());
            if (exchange.outcome() instanceof Outcome.Complete) {
                assertEquals(CapturedBody.State.COMPLETE, exchange.responseBody().state());
                assertTrue(exchange.response().isPresent());
            }
        }
        return null;
    }

    private static void checkBody(CapturedBody body, char letter, LiveBuffer.Limits limits) {
        for (byte octet : body.bytes()) {
            assertEquals(letter, (char) octet);
        }
        long expected = body.evicted() ? 0 : Math.min(body.size(), limits.bodyBytesMax());
        assertEquals(expected, body.bytes().length, "of " + body.size() + " octets");
    }

    private static Callable<Void> whileTrue(AtomicBoolean condition, Callable<?> task) {
        return () -> {
            while (condition.get()) {
                task.call();
            }
            return null;
        };
    }
}
