package proxymcp.replay;

import java.util.List;

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
        public Next redirected(PlanItem item, OutgoingRequest sent, Answer answer, int hop) {
            return new Next.Nothing();
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

    /** What comes after an answer. */
    sealed interface Next {
        /** Nothing: it is the result. */
        record Nothing() implements Next {}

        /**
         * It redirects.
         *
         * @param request what is sent next
         */
        record Follow(OutgoingRequest request) implements Next {}

        /**
         * It redirects where the run does not go: the item has failed.
         *
         * @param sentence why
         */
        record Refused(String sentence) implements Next {}
    }

    /**
     * Makes the request of {@code item}, as recorded in {@code request}, the one that goes out: overrides, placeholders, cookies. Waits where it uses
     * a value from the answer to an earlier item that has no result yet.
     */
    Outcome change(PlanItem item, OutgoingRequest request);

    /** Takes captures and cookies from an answer; called for each answer, those that redirect too, before the item's result is known. */
    void answered(PlanItem item, OutgoingRequest sent, Answer answer);

    /** What comes after an answer, which may redirect; redirects that lead on for ever are refused in time. {@code hop} counts from 1. */
    Next redirected(PlanItem item, OutgoingRequest sent, Answer answer, int hop);

    /** Notes that an item has its result and is not sent again: whoever waits for a value of its answer waits no longer. */
    default void ended(PlanItem item) {
        // Nobody waits.
    }
}
