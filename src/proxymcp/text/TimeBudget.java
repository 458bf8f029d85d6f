package proxymcp.text;

/** The time that one piece of work has for its expressions. Once it is used up, no further one is tried. */
public final class TimeBudget {
    private final TimeLimit limit;
    private final long endNanos;

    TimeBudget(TimeLimit limit) {
        this.limit = limit;
        this.endNanos = limit.nanoTime().getAsLong() + limit.allNanos();
    }

    /**
     * A text that an evaluation beginning now may read.
     *
     * @throws GivenUpException if the time is used up
     */
    WatchedText watch(String text) {
        WatchedText watched = new WatchedText(() -> false, limit.nanoTime());
        long left = endNanos - limit.nanoTime().getAsLong();
        if (left <= 0) {
            throw new GivenUpException(GivenUpException.Reason.TOO_SLOW);
        }
        watched.begin(Math.min(limit.eachNanos(), left));
        watched.show(text.toCharArray(), text.length());
        return watched;
    }
}
