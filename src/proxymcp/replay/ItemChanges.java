package proxymcp.replay;

import java.util.List;
import java.util.Optional;

/** What a run does to each request before it goes out, and takes from each answer. Any thread may call. */
public interface ItemChanges {
    /** Requests go out as recorded, and nothing is taken from answers. */
    ItemChanges NONE = new ItemChanges() {
        @Override
        public Outcome change(PlanItem item, OutgoingRequest request) {
            return new Outcome.Ready(new Changed(request, List.of()));
        }

        @Override
        public void answered(PlanItem item, OutgoingRequest sent, Answer answer) {
            // There is nobody to tell.
        }

        @Override
        public Optional<OutgoingRequest> redirected(PlanItem item, OutgoingRequest sent, Answer answer, int hop) {
            return Optional.empty();
        }
    };

    /** What came of a request. */
    sealed interface Outcome {
        /**
         * It can be sent.
         *
         * @param changed the request and what differs
         */
        record Ready(Changed changed) implements Outcome {}

        /**
         * It cannot.
         *
         * @param skip why
         */
        record Skipped(Skip skip) implements Outcome {}
    }

    /**
     * Makes the request of {@code item}, as recorded in {@code request}, the one that goes out: overrides, placeholders, cookies. Waits where it uses
     * a value from the answer to an earlier item that has no result yet.
     */
    Outcome change(PlanItem item, OutgoingRequest request);

    /** Takes captures and cookies from an answer; called for each answer, those that redirect too, before the item's result is known. */
    void answered(PlanItem item, OutgoingRequest sent, Answer answer);

    /** The request that follows a redirect; empty if the answer is none, or is not followed. {@code hop} counts from 1. */
    Optional<OutgoingRequest> redirected(PlanItem item, OutgoingRequest sent, Answer answer, int hop);

    /** Notes that an item has its result and is not sent again: whoever waits for a value of its answer waits no longer. */
    default void ended(PlanItem item) {
        // Nobody waits.
    }
}
