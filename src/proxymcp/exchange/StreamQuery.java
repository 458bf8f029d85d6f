package proxymcp.exchange;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which streams are wanted, and in which order. What is empty matches everything; texts ignore ASCII case.
 *
 * @param kind what their messages are
 * @param hostContains part of the URL's host
 * @param pathContains part of what follows host and port in the URL, query included
 * @param channel whole name of a channel that has a message
 * @param open whether it has not ended
 * @param fromMillis earliest opening, epoch ms, inclusive
 * @param toMillis latest opening, epoch ms, inclusive
 * @param sort what they are ordered by
 * @param descending the newest, or largest, first
 */
public record StreamQuery(Optional<StreamKind> kind, Optional<String> hostContains, Optional<String> pathContains, Optional<String> channel,
        Optional<Boolean> open, OptionalLong fromMillis, OptionalLong toMillis, Sort sort, boolean descending) {
    /** What streams are ordered by. */
    public enum Sort {
        /** When they were opened. */
        OPENED,
        /** How many messages they have, both directions. */
        FRAMES,
        /** Their messages' octets on the wire, both directions. */
        BYTES
    }

    /** Everything, oldest first. */
    public static final StreamQuery ALL = new StreamQuery(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
            OptionalLong.empty(), OptionalLong.empty(), Sort.OPENED, false);
}
