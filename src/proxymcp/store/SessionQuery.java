package proxymcp.store;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Source;

/**
 * Which exchanges of a session are wanted, and in which order. What is empty matches everything; texts match anywhere, ignoring ASCII case.
 *
 * @param method whole method
 * @param hostContains part of the host
 * @param urlContains part of the URL
 * @param text part of URL, host, path, exchange id or target id
 * @param contentTypeContains part of the response's media type
 * @param targetId whole target id
 * @param statusMin smallest status code; exchanges without a response match only without both bounds
 * @param statusMax largest status code
 * @param fromMillis earliest start, inclusive
 * @param toMillis latest start, inclusive
 * @param minDurationMillis shortest duration; exchanges in flight match only without it
 * @param minBytes smallest sum of both bodies
 * @param state how far it came
 * @param errorClass how it ended
 * @param source how it came
 * @param descending newest first
 */
public record SessionQuery(Optional<String> method, Optional<String> hostContains, Optional<String> urlContains, Optional<String> text,
        Optional<String> contentTypeContains, Optional<String> targetId, OptionalInt statusMin, OptionalInt statusMax, OptionalLong fromMillis,
        OptionalLong toMillis, OptionalLong minDurationMillis, OptionalLong minBytes, Optional<State> state, Optional<ErrorClass> errorClass,
        Optional<Source> source, boolean descending) {
    /** How far an exchange came. */
    public enum State {
        /** Still running. */
        IN_FLIGHT,
        /** Both messages passed. */
        COMPLETE,
        /** It ended early. */
        INCOMPLETE
    }

    /** Everything, oldest first. */
    public static final SessionQuery ALL = new SessionQuery(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
            Optional.empty(), Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), OptionalLong.empty(), OptionalLong.empty(),
            OptionalLong.empty(), OptionalLong.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);

    /** The same for responses of any media type. */
    public SessionQuery ofAnyContentType() {
        return new SessionQuery(method, hostContains, urlContains, text, Optional.empty(), targetId, statusMin, statusMax, fromMillis, toMillis,
                minDurationMillis, minBytes, state, errorClass, source, descending);
    }
}
