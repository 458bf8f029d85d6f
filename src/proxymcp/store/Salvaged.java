package proxymcp.store;

import java.util.List;

/**
 * What came of a session into a new one.
 *
 * @param session manifest of the new session
 * @param source the session that it was copied from, which is as it was
 * @param exchangesTotal exchanges of the source that are known of: those it has, and those whose seq is missing
 * @param exchangesCopied how many the new session has, whole or not
 * @param lost what could not come, in the order of seq; the first {@value #LOST_MAX}
 * @param lostTotal how many there are
 */
public record Salvaged(Manifest session, SessionId source, long exchangesTotal, long exchangesCopied, List<Lost> lost, long lostTotal) {
    /** Most entries of {@link #lost}. */
    public static final int LOST_MAX = 100_000;

    /**
     * Something that could not come.
     *
     * @param seq exchange, by the same seq in both sessions
     * @param part {@code exchange} for all of it, {@code client}, {@code request_body}, {@code route}, {@code informational},
     *     {@code response_head}, {@code response_body}, {@code end}, or {@code records} where it is not known which
     * @param reason one sentence
     */
    public record Lost(long seq, String part, String reason) {}

    /** Keeps a copy of the list. */
    public Salvaged {
        lost = List.copyOf(lost);
    }
}
