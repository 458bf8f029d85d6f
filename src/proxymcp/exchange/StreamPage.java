package proxymcp.exchange;

import java.util.List;

/**
 * Part of the streams that match.
 *
 * @param total how many match
 * @param items the ones of this page
 */
public record StreamPage(long total, List<StreamEntry> items) {
    /** Keeps a copy of the list. */
    public StreamPage {
        items = List.copyOf(items);
    }
}
