package proxymcp.store;

import java.util.Optional;

/**
 * The exchange that a page ended with, by what it is sorted by.
 *
 * @param descending direction of the query it belongs to
 * @param startedAtMillis start of the exchange
 * @param seq its seq
 */
record QueryCursor(boolean descending, long startedAtMillis, long seq) {
    String text() {
        return (descending ? "d" : "a") + Long.toString(startedAtMillis, Character.MAX_RADIX) + "." + Long.toString(seq, Character.MAX_RADIX);
    }

    static Optional<QueryCursor> parse(String text) {
        int dot = text.indexOf('.');
        if (dot < 2 || text.charAt(0) != 'a' && text.charAt(0) != 'd') {
            return Optional.empty();
        }
        try {
            return Optional.of(new QueryCursor(text.charAt(0) == 'd', Long.parseLong(text.substring(1, dot), Character.MAX_RADIX),
                    Long.parseLong(text.substring(dot + 1), Character.MAX_RADIX)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Whether an exchange comes behind this one. */
    boolean isBefore(long otherStarted, long otherSeq) {
        int order = Long.compare(otherStarted, startedAtMillis);
        order = order == 0 ? Long.compare(otherSeq, seq) : order;
        return descending ? order < 0 : order > 0;
    }
}
