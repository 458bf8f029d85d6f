package proxymcp.replay;

import java.io.Closeable;
import java.util.List;
import java.util.Optional;

/** Sends requests of a plan. Any thread may call; each call blocks the thread that makes it. */
public interface ItemSender extends Closeable {
    /**
     * Sends the request of {@code item} and reads the answer to its end.
     *
     * @param attempt from 1
     * @return what came of it; a request that failed is a result, nothing is thrown
     */
    SendResult send(PlanItem item, int attempt);

    /**
     * Tells that an item has its result and is not sent again. Must be called for each item, skipped ones too: others may wait for a value of its
     * answer.
     */
    default void ended(PlanItem item) {
        // Nobody waits.
    }

    /** Id of the session that it records to; empty if it records nothing. */
    default Optional<String> recordsTo() {
        return Optional.empty();
    }

    /** How often an item was sent that {@link #send} was called for; {@code attempt} is the number that it was called with last. */
    default int attempts(PlanItem item, int attempt) {
        return attempt;
    }

    /** Tells that the run begins nothing more, as it was cancelled or aborted: what waits elsewhere is not to be sent. Returns at once. */
    default void withdraw() {
        // Nothing waits elsewhere.
    }

    /** Ends the calls in flight for good, as the run was cancelled. Returns at once. */
    default void cancel() {
        close();
    }

    /** What holds it up, in words; empty if nothing does. Returns at once. */
    default Optional<String> waitingFor() {
        return Optional.empty();
    }

    /** Why the results are not to be trusted, a sentence; asked for when all calls have returned. */
    default Optional<String> objection() {
        return Optional.empty();
    }

    /** What had no effect on all that was sent, a sentence each: asked for when every item of a run has been sent by this. */
    default List<String> unfound() {
        return List.of();
    }

    /**
     * Ends the calls in flight, which then return {@code client_aborted}, as do later ones. Returns at once; called again it does nothing.
     */
    @Override
    void close();
}
