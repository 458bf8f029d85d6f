package proxymcp.exchange;

import java.util.List;
import java.util.Optional;

/**
 * Part of the messages that match.
 *
 * @param total how many match; where {@code complete} is false, how many were found so far by this call
 * @param complete whether all that match were counted, which a search in payloads does not do
 * @param items the ones of this page, in the order asked for
 * @param cursor where the page begins
 * @param next where the next page begins, unless this is the last; stays right while messages come
 */
public record MessagePage(long total, boolean complete, List<MessageEntry> items, MessageCursor cursor, Optional<MessageCursor> next) {
    /** Keeps a copy of the list. */
    public MessagePage {
        items = List.copyOf(items);
    }

    /** The text of {@link #next}, to ask for it. */
    public Optional<String> nextCursor() {
        return next.map(MessageCursor::text);
    }

    /** The cursor behind {@code entry}, for a caller that shows fewer items than it asked for. */
    public String cursorBehind(MessageEntry entry) {
        return cursor.at(entry.time(), entry.place()).text();
    }
}
