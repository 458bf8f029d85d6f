package proxymcp.text;

/** The time that one piece of work has for its expressions. Once it is used up, no further one is tried. Not for several threads. */
public final class TimeBudget {
    private final TimeLimit limit;
    private final long endNanos;
    /** Kept, as hundreds of expressions may be asked about one text. */
    private final WatchedText watched;
    private String shown = "";

    TimeBudget(TimeLimit limit) {
        this.limit = limit;
        this.endNanos = limit.nanoTime().getAsLong() + limit.allNanos();
        this.watched = new WatchedText(() -> false, limit.nanoTime());
    }

    /**
     * A text that an evaluation beginning now may read, until the next one begins.
     *
     * @throws GivenUpException if the time is used up
     */
    WatchedText watch(String text) {
        long now = limit.nanoTime().getAsLong();
        if (endNanos - now <= 0) {
            throw new GivenUpException(GivenUpException.Reason.TOO_SLOW);
        }
        watched.endAt(now + Math.min(limit.eachNanos(), endNanos - now));
        if (!text.equals(shown)) {
            watched.show(text.toCharArray(), text.length());
            shown = text;
        }
        return watched;
    }
}
