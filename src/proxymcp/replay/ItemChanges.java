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

    /** What an answer is worth to an item. */
    sealed interface Verdict {
        /** A 2xx or 3xx is a success. */
        record Usual() implements Verdict {}

        /** It is a success, whatever its status. */
        record Expected() implements Verdict {}

        /**
         * It is none.
         *
         * @param sentence what it should have been
         */
        record Failed(String sentence) implements Verdict {}
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
         * The item goes on with another page, which has as much time as the first.
         *
         * @param request what is sent next
         */
        record Page(OutgoingRequest request) implements Next {}

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

    /** What the last answer of an item is worth; asked before the item's result is known, and after {@link #answered}. */
    default Verdict verdict(PlanItem item, Answer answer) {
        return new Verdict.Usual();
    }

    /** Whether a connection that turns into a WebSocket is an answer: it is closed then, in order. Otherwise it is a failure. */
    default boolean opensWebSockets() {
        return false;
    }

    /** What had no effect, or less than it could have, on the requests that were made so far, a sentence each. */
    default List<String> remarks() {
        return List.of();
    }

    /** Notes that an item has its result and is not sent again: whoever waits for a value of its answer waits no longer. */
    default void ended(PlanItem item) {
        // Nobody waits.
    }
}
