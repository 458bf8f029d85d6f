package proxymcp.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import proxymcp.exchange.ErrorClass;

/** An origin in place of a sender: answers by a script, and notes what it was sent, when, and how much at a time. */
final class ScriptedSender implements ItemSender {
    /** What a request comes to. */
    interface Script {
        SendResult answer(PlanItem item, int attempt) throws InterruptedException;
    }

    private final Script script;
    private final RunTime time;
    private final List<String> sent = new ArrayList<>();
    private final List<Long> sentAt = new ArrayList<>();
    private final Map<String, Integer> inFlight = new HashMap<>();
    private int most;
    private int mostOfOne;
    private boolean closed;

    ScriptedSender(RunTime time, Script script) {
        this.time = time;
        this.script = script;
    }

    @Override
    public SendResult send(PlanItem item, int attempt) {
        enter(item, attempt);
        try {
            return script.answer(item, attempt);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            exit(item);
        }
    }

    private synchronized void enter(PlanItem item, int attempt) {
        sent.add(item.seq() + "/" + attempt);
        sentAt.add(time.nanoTime());
        int now = inFlight.merge(item.origin(), 1, Integer::sum);
        mostOfOne = Math.max(mostOfOne, now);
        most = Math.max(most, inFlight.values().stream().mapToInt(count -> count).sum());
    }

    private synchronized void exit(PlanItem item) {
        inFlight.merge(item.origin(), -1, Integer::sum);
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Blocks as a request in flight does until the sender is closed. */
    synchronized SendResult untilClosed(boolean nothingSent) throws InterruptedException {
        while (!closed) {
            wait();
        }
        return failed(ErrorClass.CLIENT_ABORTED, nothingSent);
    }

    /** {@code seq/attempt} of each request, in order. */
    synchronized List<String> sent() {
        return List.copyOf(sent);
    }

    /** When each of them came. */
    synchronized List<Long> sentAt() {
        return List.copyOf(sentAt);
    }

    synchronized int most() {
        return most;
    }

    synchronized int mostOfOne() {
        return mostOfOne;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    static SendResult status(int status) {
        return answer(status, Optional.empty());
    }

    static SendResult answer(int status, Optional<String> retryAfter) {
        return new SendResult(OptionalInt.of(status), 3, Optional.empty(), false, "", false, 5, Optional.empty(), retryAfter, Optional.empty(), List.of(),
                Optional.empty(), Optional.empty());
    }

    static SendResult failed(ErrorClass errorClass, boolean nothingSent) {
        return new SendResult(OptionalInt.empty(), 0, Optional.of(errorClass), false, "it failed", nothingSent, 7, Optional.empty(), Optional.empty(),
                Optional.empty(), List.of(), Optional.empty(), Optional.empty());
    }

    /** Items that go to these hosts by turns, seqs from 1, a second apart. */
    static List<PlanItem> items(int count, String method, String... hosts) {
        List<PlanItem> items = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            items.add(item(index, method, hosts.length == 0 ? "a" : hosts[index % hosts.length]));
        }
        return items;
    }

    static PlanItem item(int index, String method, String host) {
        String url = "http://" + host + "/" + index;
        return new PlanItem(index, index + 1, new UUID(1, index), 1_000L * index, method, url, url, false, Optional.empty());
    }

    static Plan plan(List<PlanItem> items) {
        return new Plan("20260101000000_abcdefgh", items, List.of());
    }

    /** A time that jumps to where somebody waits for it. */
    static final class JumpTime implements RunTime {
        private long nanos = 42;

        @Override
        public synchronized long nanoTime() {
            return nanos;
        }

        @Override
        public long epochMillis() {
            return 1_700_000_000_000L + nanoTime() / 1_000_000;
        }

        synchronized void advance(long by) {
            nanos += by;
        }

        @Override
        public void await(Condition changed, long nanos) throws InterruptedException {
            if (nanos == Long.MAX_VALUE) {
                changed.await();
            } else {
                advance(nanos);
            }
        }
    }
}
