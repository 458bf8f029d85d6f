package proxymcp.store;

import java.util.List;
import java.util.Optional;

/**
 * Part of what a query found.
 *
 * @param total exchanges that match, over the whole session
 * @param items the ones of this page, in the order asked for
 * @param nextCursor where the next page begins, unless this is the last; stays right while the session grows
 */
public record SessionPage(long total, List<IndexEntry> items, Optional<String> nextCursor) {}
