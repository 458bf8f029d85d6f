package proxymcp.search;

import java.util.List;
import java.util.OptionalLong;
import proxymcp.store.IndexEntry;

/**
 * An exchange that matches.
 *
 * @param entry the exchange
 * @param place where the match is
 * @param frame number of the message in its stream that matches, from 0; empty in other places
 * @param whole whether all of what was searched there had been kept
 * @param snippets the first matches
 */
public record Hit(IndexEntry entry, Place place, OptionalLong frame, boolean whole, List<Snippet> snippets) {}
