package proxymcp.exchange;

import java.util.List;
import java.util.Optional;

/**
 * Part of the messages that match.
 *
 * @param total how many match; where {@code complete} is false, how many were found so far by this call
 * @param complete whether all that match were counted, which a search in payloads does not do
 * @param items the ones of this page, in the order asked for
 * @param nextCursor where the next page begins, unless this is the last; stays right while messages come
 */
public record MessagePage(long total, boolean complete, List<MessageEntry> items, Optional<String> nextCursor) {
    /** Keeps a copy of the list. */
    public MessagePage {
        items = List.copyOf(items);
    }
}
