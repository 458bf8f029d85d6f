package proxymcp.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * Which request may begin when: the order of the items, the limit of each origin, the rate, the gaps of the recording, waits before another attempt,
 * and the time an origin is left alone. Decides only; whoever asks waits and sends.
 *
 * <p>Items wait in one lane an origin, so that an origin that is slow or left alone holds up no other. With a concurrency of 1 all share one lane, and
 * an item that is to be sent again holds up those behind it: they go out strictly in order.
 *
 * <p>Threads: guarded by the run's lock. Times are nanoseconds since the run began.
 */
final class RunSchedule {
    /** Never, as a time. */
    static final long NEVER = Long.MAX_VALUE;
    private static final int NONE = -1;

    private final List<PlanItem> items;
    private final int[] nextInLane;
    private final int[] laneOf;
    private final long[] dueAt;
    private final List<Lane> lanes = new ArrayList<>();
    private final Map<String, Lane> byOrigin = new HashMap<>();
    private final boolean strict;
    private final int laneLimit;
    private final int concurrency;
    private final Optional<TokenBucket> bucket;
    private final TreeSet<Lane> ready = new TreeSet<>(Comparator.comparingInt((Lane lane) -> lane.firstIndex).thenComparingInt(lane -> lane.number));
    private final TreeSet<Lane> later = new TreeSet<>(Comparator.comparingLong((Lane lane) -> lane.openAt).thenComparingInt(lane -> lane.number));
    private int inFlight;
    private int unsent;
    /** Items that are to be sent again. Each keeps its place among those in flight: another one, which may wait for its answer, must not take it. */
    private int held;

    /** What a worker does next. */
    sealed interface Step {
        /**
         * Sends an item.
         *
         * @param attempt from 1
         */
        record Send(PlanItem item, int attempt) implements Step {}

        /**
         * Asks again at {@code until}, or when something has changed.
         *
         * @param until {@link #NEVER} if only a change helps
         */
        record Wait(long until) implements Step {}

        /** Goes home: nothing is left, and nothing in flight that could come back. */
        record End() implements Step {}
    }

    /** An item that is sent again. */
    record Again(PlanItem item, int attempt, long at, SendResult last) {}

    /** What waits for one origin. */
    private static final class Lane {
        private final int number;
        private final PriorityQueue<Again> again =
                new PriorityQueue<>(Comparator.comparingLong(Again::at).thenComparingInt(waiting -> waiting.item().index()));
        private int head = NONE;
        private int tail = NONE;
        private int inFlight;
        private long closedUntil = Long.MIN_VALUE;
        private long closedAt = Long.MIN_VALUE;
        private int closedTimes;
        /** Keys of the two sets; changed only while it is in neither. */
        private int firstIndex;
        private long openAt;

        Lane(int number) {
            this.number = number;
        }
    }

    /** @param isPending which indexes are to be sent */
    RunSchedule(List<PlanItem> items, IntPredicate isPending, RunSettings settings) {
        this.items = items;
        this.strict = settings.concurrency() == 1;
        this.concurrency = settings.concurrency();
        this.laneLimit = settings.perHostConcurrency().orElse(settings.concurrency());
        this.bucket = settings.ratePerSecond().isPresent()
                ? Optional.of(new TokenBucket(settings.ratePerSecond().getAsDouble(), settings.burst())) : Optional.empty();
        this.nextInLane = new int[items.size()];
        this.laneOf = new int[items.size()];
        this.dueAt = settings.pacing() instanceof RunSettings.Pacing.Recorded(double speed) ? paced(items, isPending, speed) : new long[0];
        for (PlanItem item : items) {
            if (isPending.test(item.index())) {
                append(byOrigin.computeIfAbsent(strict ? "" : item.origin(), origin -> newLane()), item.index());
                unsent++;
            }
        }
        lanes.forEach(this::file);
    }

    /** Gaps count by their length, so that the newest first keeps them too. */
    private static long[] paced(List<PlanItem> items, IntPredicate isPending, double speed) {
        long[] due = new long[items.size()];
        double at = 0;
        PlanItem before = null;
        for (PlanItem item : items) {
            if (isPending.test(item.index())) {
                at += before == null ? 0 : Math.abs(item.startedAtMillis() - before.startedAtMillis()) * 1e6 / speed;
                due[item.index()] = (long) at;
                before = item;
            }
        }
        return due;
    }

    private Lane newLane() {
        Lane lane = new Lane(lanes.size());
        lanes.add(lane);
        return lane;
    }

    private void append(Lane lane, int index) {
        laneOf[index] = lane.number;
        nextInLane[index] = NONE;
        if (lane.tail == NONE) {
            lane.head = index;
        } else {
            nextInLane[lane.tail] = index;
        }
        lane.tail = index;
    }

    /** What to do now. A {@link Step.Send} is in flight from then on. */
    Step next(long now) {
        while (!later.isEmpty() && later.first().openAt <= now) {
            Lane lane = later.pollFirst();
            lane.firstIndex = indexToSend(lane, now);
            ready.add(lane);
        }
        if (ready.isEmpty()) {
            if (!later.isEmpty()) {
                return new Step.Wait(later.first().openAt);
            }
            return unsent == 0 && inFlight == 0 ? new Step.End() : new Step.Wait(NEVER);
        }
        Lane lane = ready.first();
        if (!isAgainDue(lane, now) && inFlight + held >= concurrency) {
            return heldOnly(now);
        }
        return taken(lane, now);
    }

    private static boolean isAgainDue(Lane lane, long now) {
        return !lane.again.isEmpty() && lane.again.peek().at() <= now;
    }

    /** All places are taken: only what holds one may begin. */
    private Step heldOnly(long now) {
        long until = NEVER;
        for (Lane lane : lanes) {
            if (!lane.again.isEmpty() && !isFull(lane)) {
                long at = Math.max(lane.again.peek().at(), lane.closedUntil);
                if (at <= now) {
                    return taken(lane, now);
                }
                until = Math.min(until, at);
            }
        }
        return new Step.Wait(until);
    }

    private Step taken(Lane lane, long now) {
        long token = tokenAt(now);
        if (token > now) {
            return new Step.Wait(token);
        }
        bucket.ifPresent(tokens -> tokens.take(now));
        return take(lane, now);
    }

    /** When the rate lets another request begin. */
    long tokenAt(long now) {
        return bucket.isPresent() ? bucket.get().nextAt(now) : now;
    }

    /** Whether another request may go to an origin. */
    boolean hasRoom(String origin) {
        Lane lane = byOrigin.get(strict ? "" : origin);
        return lane == null || !isFull(lane);
    }

    /** Counts a request that is no item's; there must be a token and room. {@link #extraEnded} when it has ended. */
    void beginExtra(String origin, long now) {
        bucket.ifPresent(tokens -> tokens.take(now));
        count(origin, 1);
    }

    /** A request that is no item's has ended. */
    void extraEnded(String origin) {
        count(origin, -1);
    }

    private void count(String origin, int by) {
        inFlight += by;
        Lane lane = byOrigin.get(strict ? "" : origin);
        if (lane != null) {
            lane.inFlight += by;
            file(lane);
        }
    }

    private boolean isFull(Lane lane) {
        return lane.inFlight >= (strict ? 1 : laneLimit);
    }

    private Step take(Lane lane, long now) {
        Again waiting = lane.again.peek();
        Step.Send send;
        if (waiting != null && waiting.at() <= now) {
            lane.again.poll();
            held--;
            send = new Step.Send(waiting.item(), waiting.attempt());
        } else {
            send = new Step.Send(items.get(lane.head), 1);
            lane.head = nextInLane[lane.head];
            lane.tail = lane.head == NONE ? NONE : lane.tail;
            unsent--;
        }
        lane.inFlight++;
        inFlight++;
        file(lane);
        return send;
    }

    private int indexToSend(Lane lane, long now) {
        Again waiting = lane.again.peek();
        return waiting != null && waiting.at() <= now ? waiting.item().index() : lane.head;
    }

    /** Puts a lane where it belongs: none of the sets if nothing of it can be sent before something changes. */
    private void file(Lane lane) {
        ready.remove(lane);
        later.remove(lane);
        if (isFull(lane) || lane.head == NONE && lane.again.isEmpty()) {
            return;
        }
        long at = lane.again.isEmpty() ? NEVER : lane.again.peek().at();
        if (lane.head != NONE && !(strict && !lane.again.isEmpty())) {
            at = Math.min(at, dueAt.length == 0 ? 0 : dueAt[lane.head]);
        }
        lane.openAt = Math.max(at, lane.closedUntil);
        later.add(lane);
    }

    /** The item is no longer in flight. */
    void ended(PlanItem item) {
        Lane lane = lanes.get(laneOf[item.index()]);
        lane.inFlight--;
        inFlight--;
        file(lane);
    }

    /** The item, which is no longer in flight, is sent again at {@code at}; {@code last} is what it came to if it is not. */
    void again(PlanItem item, int attempt, long at, SendResult last) {
        Lane lane = lanes.get(laneOf[item.index()]);
        lane.again.add(new Again(item, attempt, at, last));
        held++;
        file(lane);
    }

    /**
     * Leaves the item's origin alone. What was in flight when that was last decided tells nothing new about it.
     *
     * @param begunAt when the request began that it is about
     * @param wait how long, by how many times running it was decided
     */
    void close(PlanItem item, long begunAt, long now, CloseFor wait) {
        Lane lane = lanes.get(laneOf[item.index()]);
        if (begunAt > lane.closedAt || lane.closedTimes == 0) {
            lane.closedAt = now;
            lane.closedTimes++;
        }
        lane.closedUntil = Math.max(lane.closedUntil, now + wait.nanos(lane.number, lane.closedTimes));
        file(lane);
    }

    /** How long an origin is left alone. */
    interface CloseFor {
        /** Nanoseconds. */
        long nanos(int lane, int times);
    }

    /** The item's origin answers as it should. */
    void open(PlanItem item) {
        lanes.get(laneOf[item.index()]).closedTimes = 0;
    }

    /** Gives up everything that is not in flight. {@code tried} gets the items that had been sent and waited to be sent again. */
    void stop(Consumer<Again> tried) {
        for (Lane lane : lanes) {
            lane.again.forEach(tried);
            held -= lane.again.size();
            lane.again.clear();
            lane.head = NONE;
            file(lane);
        }
        unsent = 0;
    }
}
