package proxymcp.store;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Records on their way from the connections' threads to the writer: two buffers, one being filled, one being written.
 *
 * <p>The lock guards everything here and is held for a copy in memory at most. Producers wait in {@link #put} while the buffer is full; the
 * writer waits in {@link #take} while it is empty.
 */
final class Handover {
    /** {@link #put} could not hand over in time. */
    static final long REFUSED = -1;

    /** Records in the order they were handed over. Owner: producers under the lock, then the writer. */
    static final class Batch {
        final byte[] bytes;
        int used;
        /** Smallest seq that began or ended in this batch; {@link Long#MAX_VALUE} if none did. */
        long smallestSeq = Long.MAX_VALUE;

        Batch(int capacity) {
            bytes = new byte[capacity];
        }

        private void clear() {
            used = 0;
            smallestSeq = Long.MAX_VALUE;
        }
    }

    /**
     * The writer is woken when so much waits for it, and looks by itself every few milliseconds: woken for each record, it and the producers
     * would do little but change places on few cores.
     */
    private static final int WAKE_BYTES_MAX = 256 << 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final Condition notFull = lock.newCondition();
    private final int wakeBytes;
    private Batch filling;
    private Batch spare;
    /** Smallest seq that began or ended in the batch that is being written. */
    private long writingSmallestSeq = Long.MAX_VALUE;
    private boolean writing;
    private long lastSeq;
    private boolean closed;
    private boolean wakeWriter;
    /** A producer waited in vain, and the writer has taken nothing since: nobody else waits. */
    private boolean stalled;
    /** Whether anything was written since the last {@link #beginForce}, and the smallest seq that began or ended in it. */
    private boolean unforced;
    private long unforcedSmallestSeq = Long.MAX_VALUE;
    /** Smallest seq that began or ended in what is being forced. */
    private long forcingSmallestSeq = Long.MAX_VALUE;
    private final Condition written = lock.newCondition();
    private boolean writerGone;
    private long bytesPut;
    private long bytesWritten;

    Handover(int capacity, long lastSeq) {
        this.wakeBytes = Math.min(WAKE_BYTES_MAX, capacity / 4);
        this.filling = new Batch(capacity);
        this.spare = new Batch(capacity);
        this.lastSeq = lastSeq;
    }

    /**
     * Hands records over.
     *
     * @param records one or several records, headers begun
     * @param firstSeqAt offset of a START record whose seq is to be assigned, or -1
     * @param bounds whether an exchange begins or ends with them, so that {@link #writtenThrough} waits for them
     * @param seq seq of the exchange, where it has one already
     * @param waitMillis how long to wait for room
     * @return the seq, or {@link #REFUSED} if there was no room, or the session ends
     */
    long put(PayloadWriter records, int firstSeqAt, boolean bounds, long seq, long waitMillis) {
        lock.lock();
        try {
            if (!awaitRoom(records.used(), waitMillis)) {
                return REFUSED;
            }
            Batch batch = filling;
            int at = batch.used;
            System.arraycopy(records.bytes(), 0, batch.bytes, at, records.used());
            batch.used += records.used();
            bytesPut += records.used();
            long assigned = seq;
            if (firstSeqAt >= 0) {
                assigned = ++lastSeq;
                RecordLayout.putLong(batch.bytes, at + firstSeqAt + RecordLayout.SEQ_OFFSET, assigned);
            }
            if (bounds) {
                batch.smallestSeq = Math.min(batch.smallestSeq, assigned);
            }
            if (at < wakeBytes && batch.used >= wakeBytes) {
                notEmpty.signal();
            }
            return assigned;
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitRoom(int bytes, long waitMillis) {
        if (bytes > filling.bytes.length) {
            return false;
        }
        long nanos = TimeUnit.MILLISECONDS.toNanos(waitMillis);
        boolean interrupted = false;
        try {
            while (!closed && filling.used + bytes > filling.bytes.length) {
                if (nanos <= 0 || stalled) {
                    // Only waiting in vain tells that the disk is stuck; a writer that never waits does not.
                    stalled |= waitMillis > 0;
                    return false;
                }
                try {
                    nanos = notFull.awaitNanos(nanos);
                } catch (InterruptedException e) {
                    interrupted = true; // The connection is being ended; its last records are worth the wait.
                }
            }
            return !closed;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Takes what was handed over, waiting up to {@code waitMillis} for something. The batch taken before is done with, and reused.
     *
     * @return a batch, perhaps empty
     */
    Batch take(long waitMillis) throws InterruptedException {
        lock.lock();
        try {
            if (writing) {
                bytesWritten += spare.used;
                written.signalAll();
                unforced = true;
                unforcedSmallestSeq = Math.min(unforcedSmallestSeq, writingSmallestSeq);
            }
            stalled = false;
            writing = false;
            writingSmallestSeq = Long.MAX_VALUE;
            long nanos = TimeUnit.MILLISECONDS.toNanos(waitMillis);
            while (filling.used < wakeBytes && !closed && !wakeWriter && nanos > 0) {
                nanos = notEmpty.awaitNanos(nanos);
            }
            wakeWriter = false;
            Batch taken = filling;
            filling = spare;
            filling.clear();
            spare = taken;
            writing = taken.used > 0;
            writingSmallestSeq = taken.smallestSeq;
            notFull.signalAll();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until what was handed over before the call is written, so that a reader finds it; {@code waitMillis} at most. */
    void awaitWritten(long waitMillis) {
        lock.lock();
        try {
            long wanted = bytesPut;
            long nanos = TimeUnit.MILLISECONDS.toNanos(waitMillis);
            while (bytesWritten < wanted && nanos > 0 && !writerGone) {
                nanos = written.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The reader sees what there is.
        } finally {
            lock.unlock();
        }
    }

    /** Nobody takes any more. */
    void end() {
        lock.lock();
        try {
            writerGone = true;
            written.signalAll();
        } finally {
            lock.unlock();
        }
        close();
    }

    /** Has a waiting {@link #take} return. */
    void wake() {
        lock.lock();
        try {
            wakeWriter = true;
            notEmpty.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Refuses records from now on. */
    void close() {
        lock.lock();
        try {
            closed = true;
            notEmpty.signal();
            notFull.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Seq of the newest exchange. */
    long lastSeq() {
        lock.lock();
        try {
            return lastSeq;
        } finally {
            lock.unlock();
        }
    }

    /** Highest seq up to which everything that began or ended has been written. */
    long writtenThrough() {
        lock.lock();
        try {
            return throughWritten();
        } finally {
            lock.unlock();
        }
    }

    /** Highest seq up to which everything that began or ended has been forced to the disk. */
    long forcedThrough() {
        lock.lock();
        try {
            return Math.min(throughWritten(), Math.min(unforcedSmallestSeq, forcingSmallestSeq) - 1);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The writer has written what it took and forced all that it ever wrote.
     *
     * @return seq up to which everything that began or ended is on the disk
     */
    long writerForced() {
        lock.lock();
        try {
            writingSmallestSeq = Long.MAX_VALUE;
            unforced = false;
            unforcedSmallestSeq = Long.MAX_VALUE;
            forcingSmallestSeq = Long.MAX_VALUE;
            return throughWritten();
        } finally {
            lock.unlock();
        }
    }

    /** The next exchange has this seq; those before it that were not handed over stay a gap. */
    void continueAt(long seq) {
        lock.lock();
        try {
            if (seq <= lastSeq) {
                throw new IllegalArgumentException("exchange " + seq + " cannot follow exchange " + lastSeq);
            }
            lastSeq = seq - 1;
        } finally {
            lock.unlock();
        }
    }

    private long throughWritten() {
        long through = Math.min(lastSeq, filling.smallestSeq - 1);
        return writing ? Math.min(through, writingSmallestSeq - 1) : through;
    }

    /**
     * What is written now is about to be forced.
     *
     * @return whether there is anything
     */
    boolean beginForce() {
        lock.lock();
        try {
            boolean any = unforced;
            forcingSmallestSeq = unforcedSmallestSeq;
            unforcedSmallestSeq = Long.MAX_VALUE;
            unforced = false;
            return any;
        } finally {
            lock.unlock();
        }
    }

    /** Forcing is over; if it was in vain, all of it is still to be done. */
    void endForce(boolean forced) {
        lock.lock();
        try {
            if (!forced) {
                unforced = true;
                unforcedSmallestSeq = Math.min(unforcedSmallestSeq, forcingSmallestSeq);
            }
            forcingSmallestSeq = Long.MAX_VALUE;
        } finally {
            lock.unlock();
        }
    }
}
