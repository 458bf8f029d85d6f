package proxymcp.replay;

import java.io.Closeable;
import java.util.Optional;
import proxymcp.upstream.UpstreamCall;

/** What has to be closed so that the sending of one item ends at once. Any thread may call; closing waits for nothing. */
final class InFlight implements Closeable {
    private volatile Optional<UpstreamCall> call = Optional.empty();
    private volatile boolean closed;
    private volatile boolean late;

    /** This call is the one that runs now. */
    void begin(UpstreamCall next) {
        call = Optional.of(next);
        if (closed) {
            next.close();
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
        call.ifPresent(UpstreamCall::close);
    }
}
