package proxymcp.replay.queue;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Leave to begin requests of one run, which all workers share. Tokens of the rate are asked for by as many at a time as wait for one; those of an origin
 * one by one, as each is held while its request is in flight. Any thread may call.
 */
final class RunTokens {
    /** How long to wait, and whether it makes sense. */
    interface Patience {
        /** Waits so many milliseconds; false if there is nothing to wait for any more. */
        boolean pause(long millis);
    }

    private static final long RETRY_MILLIS_MAX = 250;
    /** What a run may be late with and catch up, as a part of a second, and begin too many of at first: the queue's answers take their time, and tokens that come up meanwhile must not be lost. */
    private static final double LATE_SECONDS = 0.1;
    private static final double NANOS = 1e9;

    private final JobQueue queue;
    private final WorkerId worker;
    private final RunHeader run;
    private final LongSupplier nanoTime;
    private final AtomicInteger waiting = new AtomicInteger();
    /** Held while the queue is asked, so that those who come meanwhile take from the same grant. */
    private final ReentrantLock lock = new ReentrantLock();
    /** All guarded by {@link #lock}. */
    private Optional<TokenGrant> grant = Optional.empty();
    private int left;
    private long goodUntil;
    /** When the next request would begin if all began evenly, by {@link #nanoTime}. */
    private long even;

    RunTokens(JobQueue queue, WorkerId worker, RunHeader run, LongSupplier nanoTime) {
        this.queue = queue;
        this.worker = worker;
        this.run = run;
        this.nanoTime = nanoTime;
        this.even = nanoTime.getAsLong();
    }

    /** The burst of the bucket that a run with this rate and burst has in a queue. Workers see to it that no more than {@code burst} of theirs begin at once. */
    static int bucket(double ratePerSecond, int burst) {
        return burst + late(ratePerSecond);
    }

    private static int late(double ratePerSecond) {
        return (int) Math.min(Integer.MAX_VALUE / 2, Math.ceil(ratePerSecond * LATE_SECONDS));
    }

    /** Takes leave to begin a request; false if the caller lost its patience. */
    boolean begin(Patience patience) throws QueueException {
        if (run.ratePerSecond().isEmpty()) {
            return true;
        }
        waiting.incrementAndGet();
        try {
            while (true) {
                long retry = ask();
                if (retry <= 0) {
                    return spread(patience);
                }
                if (!patience.pause(Math.clamp(retry, 1, RETRY_MILLIS_MAX))) {
                    return false;
                }
            }
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** Tokens come several at once where the bucket had more than the run's own burst: their requests begin at its rate all the same. */
    private boolean spread(Patience patience) {
        double rate = run.ratePerSecond().orElseThrow();
        long gap = (long) (NANOS / rate);
        long begin;
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            even = now - even > 0 ? now : even;
            begin = even - gap * (Math.max(1, run.burst() - late(rate)) - 1L);
            even += gap;
        } finally {
            lock.unlock();
        }
        for (long left = begin - nanoTime.getAsLong(); left > 0; left = begin - nanoTime.getAsLong()) {
            if (!patience.pause(Math.clamp(TimeUnit.NANOSECONDS.toMillis(left + 999_999), 1, RETRY_MILLIS_MAX))) {
                return false;
            }
        }
        return true;
    }

    /** 0 if a token was taken; else when to ask again. */
    private long ask() throws QueueException {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            if (left == 0 || now - goodUntil >= 0) {
                TokenGrant given = queue.tokens(worker, run.run(), Optional.empty(), Math.max(1, waiting.get()));
                grant = Optional.of(given);
                left = given.count();
                goodUntil = now + TimeUnit.MILLISECONDS.toNanos(given.validMillis());
                if (left == 0) {
                    return Math.max(1, given.retryMillis());
                }
            }
            left--;
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /** Takes leave to have a request in flight to an origin; empty if the caller lost its patience. */
    Optional<TokenGrant> enter(String origin, Patience patience) throws QueueException {
        while (true) {
            TokenGrant given = run.perOrigin().isEmpty() ? new TokenGrant(0, run.run(), worker, Optional.of(origin), 1, Long.MAX_VALUE, 0)
                    : queue.tokens(worker, run.run(), Optional.of(origin), 1);
            if (given.count() > 0) {
                return Optional.of(given);
            }
            if (!patience.pause(Math.clamp(given.retryMillis(), 1, RETRY_MILLIS_MAX))) {
                return Optional.empty();
            }
        }
    }

    /** The request has ended. */
    void leave(TokenGrant held) throws QueueException {
        if (held.number() != 0) {
            queue.giveBack(held, 1);
        }
    }

    /** Gives tokens of the rate back that nobody took. */
    void close() throws QueueException {
        lock.lock();
        try {
            if (left > 0 && grant.isPresent() && grant.get().number() != 0) {
                queue.giveBack(grant.get(), left);
            }
            left = 0;
        } finally {
            lock.unlock();
        }
    }
}
