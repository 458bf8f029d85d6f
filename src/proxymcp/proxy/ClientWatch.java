package proxymcp.proxy;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import proxymcp.upstream.UpstreamCall;

/**
 * Notices a client that leaves while its origin is silent: without it, nothing reads from the client until the origin has answered.
 *
 * <p>An exchange that begins to wait says {@link #begin}. When that was over {@value #PATIENCE_MILLIS} ms ago and its request has been read whole,
 * a call of {@link #look} by the proxy's ticking thread starts a thread that reads ahead: it finds the end of the stream. A
 * pipelined request stays in the buffer; one that fills it ends the reading, and a client that leaves then is noticed later. {@link #await} hands the reader back to the connection's thread.
 */
final class ClientWatch {
    static final long PATIENCE_MILLIS = 1_000;

    private sealed interface State {
        /** Nobody waits. */
        record Idle() implements State {}

        /** An exchange waits for its origin, or because a rule says so. */
        record Waiting(BooleanSupplier requestRead, long sinceNanos) implements State {}

        /** A thread reads ahead. */
        record Reading(Thread thread) implements State {}
    }

    private static final State IDLE = new State.Idle();

    private final ClientStream client;
    private final LongSupplier nanoTime;
    private final AtomicReference<State> state = new AtomicReference<>(IDLE);
    private volatile boolean clientLeft;
    /** Another thread waits for the one that reads ahead. */
    private volatile boolean wanted;
    /** What is told that the client left. */
    private volatile Runnable wake = () -> { };

    ClientWatch(ClientStream client, LongSupplier nanoTime) {
        this.client = client;
        this.nanoTime = nanoTime;
    }

    /** The connection's thread waits for {@code call} from now on; once its request has been sent whole, nobody reads from the client. */
    void begin(UpstreamCall call) {
        begin(call::isRequestSent, call::close);
    }

    /**
     * The connection's thread waits from now on. May follow another wait of the same exchange.
     *
     * @param requestRead says that nobody reads from the client any more
     * @param whenLeft called once the client has left, by any thread
     */
    void begin(BooleanSupplier requestRead, Runnable whenLeft) {
        wake = whenLeft;
        State current = state.get();
        State waiting = new State.Waiting(requestRead, nanoTime.getAsLong());
        while (!(current instanceof State.Reading) && !state.compareAndSet(current, waiting)) {
            current = state.get();
        }
        if (clientLeft) {
            whenLeft.run(); // The thread that found out may have told the wait before this one.
        }
    }

    /** The wait is over; a reading thread may go on until {@link #await}. */
    void end() {
        State current = state.get();
        if (current instanceof State.Waiting) {
            state.compareAndSet(current, IDLE);
        }
    }

    /**
     * The thread that reads ahead, which must end before another reads: it does so when something comes, or has come. Empty if there is none. Called
     * after {@link #end}.
     */
    Optional<Thread> reader() {
        wanted = true;
        return state.get() instanceof State.Reading(Thread thread) ? Optional.of(thread) : Optional.empty();
    }

    /** Whether the client left during the wait. */
    boolean clientLeft() {
        return clientLeft;
    }

    /** Waits until no other thread reads from the client. Called before reading from it. */
    void await() throws ClientGoneException {
        if (state.get() instanceof State.Reading(Thread thread)) {
            wanted = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ClientGoneException("stopped", new IOException(e));
            }
            state.set(IDLE);
            wanted = false;
        }
    }

    /** Starts reading ahead if the wait is long. Called by the ticking thread. */
    void look() {
        State current = state.get();
        if (current instanceof State.Waiting(BooleanSupplier requestRead, long since) && requestRead.getAsBoolean()
                && nanoTime.getAsLong() - since > TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS)) {
            Thread reader = Thread.ofVirtual().name("client-watch").unstarted(this::readAhead);
            if (state.compareAndSet(current, new State.Reading(reader))) {
                reader.start();
            }
        }
    }

    private void readAhead() {
        boolean open;
        try {
            open = !client.awaitEnd(() -> wanted);
        } catch (IOException e) {
            open = false;
        }
        if (!open) {
            clientLeft = true;
            // Wakes the connection's thread, which finds out why.
            wake.run();
        }
    }
}
