package proxymcp.replay;

import java.time.Clock;
import java.util.Optional;
import java.util.function.LongSupplier;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Outcome;

/**
 * What all requests of a run share.
 *
 * @param session where they are recorded; empty for nowhere
 * @param rules what holds for them besides; empty for none
 * @param keepsAnswers whether the begin of each response body is kept in memory
 * @param opensWebSockets whether a WebSocket that opens is an answer
 * @param timeoutMillis bound of a whole item
 * @param clock wall clock
 * @param nanoTime monotonic clock
 */
record SendServices(Optional<ReplaySession> session, Optional<RunRules> rules, boolean keepsAnswers, boolean opensWebSockets, long timeoutMillis, Clock clock, LongSupplier nanoTime) {
    /**
     * How an exchange ended: what breaks after its end was asked for is no fault of the origin.
     *
     * @param dialling whether a connection was still being made
     */
    Outcome ended(InFlight inFlight, Outcome outcome, boolean dialling) {
        if (!(outcome instanceof Outcome.Incomplete incomplete) || !inFlight.isClosed()) {
            return outcome;
        }
        if (inFlight.isLate() && dialling) {
            return new Outcome.Incomplete(ErrorClass.CONNECT_TIMEOUT, "no connection within " + timeoutMillis + " ms: " + incomplete.reason());
        }
        return inFlight.isLate() ? new Outcome.Incomplete(ErrorClass.TIMEOUT, "no complete answer within " + timeoutMillis + " ms")
                : new Outcome.Incomplete(ErrorClass.CLIENT_ABORTED, "the run was cancelled while the request was under way");
    }
}
