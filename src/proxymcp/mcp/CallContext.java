package proxymcp.mcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a running call can ask and tell: where it came from, how far it got, whether it is still wanted.
 *
 * <p>Cancelling sets a flag and runs the callbacks, once, on the thread that cancels. It interrupts no thread: an
 * interrupt during file I/O would close the file for everyone. Work that takes long looks at {@link #cancelled}
 * about every 100 ms; what blocks on a socket closes it in a callback.
 *
 * <p>Threads: any. The monitor guards flag and callbacks; nothing blocks under it.
 */
public final class CallContext {
    private final CallOrigin origin;
    private final Optional<Progress> progress;
    private final List<Registration> callbacks = new ArrayList<>();
    private boolean cancelled;

    CallContext(CallOrigin origin, Optional<Progress> progress) {
        this.origin = origin;
        this.progress = progress;
    }

    /** A call from within this process: nobody hears its progress. */
    public static CallContext detached(CallOrigin origin) {
        return new CallContext(origin, Optional.empty());
    }

    /** A callback that waits for a cancellation. */
    public final class Registration {
        private final Runnable callback;

        private Registration(Runnable callback) {
            this.callback = callback;
        }

        /** Forgets the callback: what it would have stopped is over. */
        public void remove() {
            synchronized (callbacks) {
                callbacks.remove(this);
            }
        }
    }

    /** Where the call came from. */
    public CallOrigin origin() {
        return origin;
    }

    /**
     * Tells how far the work got. Passed on at most ten times a second, when {@code done} has grown, and only to a
     * caller who asked; call it as often as is convenient.
     *
     * @param done in any unit
     * @param total in the same unit
     * @param message for people
     */
    public void progress(long done, long total, String message) {
        if (progress.isPresent()) {
            progress.get().tell(done, OptionalLong.of(total), message);
        }
    }

    /** The same, when the total is not known. */
    public void progress(long done, String message) {
        if (progress.isPresent()) {
            progress.get().tell(done, OptionalLong.empty(), message);
        }
    }

    /** Whether nobody waits for the result any more. */
    public boolean cancelled() {
        synchronized (callbacks) {
            return cancelled;
        }
    }

    /** Runs {@code callback} when the call is cancelled; at once if it is already. */
    public Registration onCancel(Runnable callback) {
        Registration registration = new Registration(callback);
        synchronized (callbacks) {
            if (!cancelled) {
                callbacks.add(registration);
                return registration;
            }
        }
        callback.run();
        return registration;
    }

    /** Cancels the call. Doing it again changes nothing. */
    public void cancel() {
        List<Registration> waiting;
        synchronized (callbacks) {
            cancelled = true;
            waiting = List.copyOf(callbacks);
            callbacks.clear();
        }
        for (Registration registration : waiting) {
            try {
                registration.callback.run();
            } catch (RuntimeException fault) {
                // One callback's fault must not keep the others from stopping their work.
                Log.fault("a cancellation callback", fault);
            }
        }
    }

    /** Lets no more progress out: the response comes next. */
    void endProgress() {
        if (progress.isPresent()) {
            progress.get().end();
        }
    }
}
