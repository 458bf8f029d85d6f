package proxymcp.search;

import java.util.Optional;
import proxymcp.store.SessionQuery;

/**
 * One search.
 *
 * @param wanted what is looked for
 * @param in where
 * @param filter which exchanges, but for their media type
 * @param contentTypeContains part of the response's media type, lower case; exchanges without one are searched too
 * @param afterSeq begins behind this exchange; 0 for the first
 * @param scanMax exchanges to look at, at most
 * @param hitsMax hits to return, at most
 * @param stopsWhenFull whether the search ends with the last hit to return; else it goes on counting
 * @param contextChars characters to show on each side of a match
 */
public record SearchRequest(Wanted wanted, SearchIn in, SessionQuery filter, Optional<String> contentTypeContains, long afterSeq, long scanMax,
        int hitsMax, boolean stopsWhenFull, int contextChars) {}
