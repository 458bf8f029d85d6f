package proxymcp.replay.queue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A lease as its worker has it: how long it holds by the worker's own clock, which counts from before the queue was asked. Any thread may call. */
final class HeldLease {
    private final LongSupplier nanoTime;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Lease lease;
    private volatile long askedNanos;
    private volatile boolean sending;

    HeldLease(Lease lease, long askedNanos, LongSupplier nanoTime) {
        this.lease = lease;
        this.askedNanos = askedNanos;
        this.nanoTime = nanoTime;
    }

    Lease lease() {
        return lease;
    }

    /** Whether it still holds: another worker cannot have the job. */
    boolean holds() {
        return over.getCount() > 0 && spentMillis() < lease.validMillis();
    }

    /** Whether a third of its time is over. */
    boolean isRenewalDue() {
        return spentMillis() * 3 >= lease.validMillis();
    }

    private long spentMillis() {
        return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - askedNanos);
    }

    /** The queue gave it its whole time again. */
    void renewed(Lease newLease, long askedAtNanos) {
        askedNanos = askedAtNanos;
        lease = newLease;
    }

    /** It has ended: nothing more is sent for it. */
    void lost() {
        over.countDown();
    }

    /** The queue knows that the request goes out. */
    void isSending() {
        sending = true;
    }

    /** Whether the queue knows that the request goes out. */
    boolean wasSending() {
        return sending;
    }

    /** Waits so long, or until it has ended; whether it still holds. */
    boolean pause(long millis) {
        try {
            return !over.await(millis, TimeUnit.MILLISECONDS) && holds();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
