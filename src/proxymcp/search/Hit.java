package proxymcp.search;

import java.util.List;
import proxymcp.store.IndexEntry;

/**
 * An exchange that matches.
 *
 * @param entry the exchange
 * @param place where the match is
 * @param whole whether all of what was searched there had been kept
 * @param snippets the first matches
 */
public record Hit(IndexEntry entry, Place place, boolean whole, List<Snippet> snippets) {}
