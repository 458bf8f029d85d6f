package proxymcp.exchange;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Which messages are wanted, in the order of their times. What is empty matches everything; texts ignore ASCII case.
 *
 * @param stream seq of an exchange
 * @param channel whole name
 * @param direction which way
 * @param types names as {@link MessageForm#type} gives them
 * @param fromMillis earliest, epoch ms, inclusive
 * @param toMillis latest, epoch ms, inclusive
 * @param text part of the payload as far as it is kept
 * @param control whether control frames are wanted too
 * @param descending newest first
 */
public record MessageQuery(OptionalLong stream, Optional<String> channel, Optional<Direction> direction, Set<String> types,
        OptionalLong fromMillis, OptionalLong toMillis, Optional<String> text, boolean control, boolean descending) {
    /** Everything, oldest first. */
    public static final MessageQuery ALL = new MessageQuery(OptionalLong.empty(), Optional.empty(), Optional.empty(), Set.of(),
            OptionalLong.empty(), OptionalLong.empty(), Optional.empty(), true, false);

    /** Keeps a copy of the set. */
    public MessageQuery {
        types = Set.copyOf(types);
    }

    /** Everything of one stream, oldest first. */
    public static MessageQuery of(long seq) {
        return new MessageQuery(OptionalLong.of(seq), Optional.empty(), Optional.empty(), Set.of(), OptionalLong.empty(), OptionalLong.empty(),
                Optional.empty(), true, false);
    }
}
