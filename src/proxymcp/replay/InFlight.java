package proxymcp.replay;

import java.io.Closeable;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import proxymcp.upstream.UpstreamCall;

/** What has to be closed so that the sending of one item ends at once. Any thread may call; closing waits for nothing. */
final class InFlight implements Closeable {
    private volatile Optional<UpstreamCall> call = Optional.empty();
    private volatile boolean closed;
    private volatile boolean late;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** This call is the one that runs now. */
    void begin(UpstreamCall next) {
        call = Optional.of(next);
        if (closed) {
            next.close();
        }
    }

    /**
     * Waits so long, or until this is closed.
     *
     * @return whether it is still open
     */
    boolean pause(long nanos) throws InterruptedIOException {
        try {
            return !ended.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped while a rule had the run wait");
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Time is up. */
    void expire() {
        late = !closed;
        close();
    }

    /** Whether it was closed because time was up. */
    boolean isLate() {
        return late;
    }

    @Override
    public void close() {
        closed = true;
        ended.countDown();
        call.ifPresent(UpstreamCall::close);
    }
}
