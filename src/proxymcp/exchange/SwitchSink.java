package proxymcp.exchange;

import java.util.List;

/**
 * Hands every exchange to a sink that is always there, and to a second one that comes and goes while exchanges run: a session on disk.
 * An exchange in flight keeps the sinks that it began with.
 */
public final class SwitchSink implements ExchangeSink {
    private final ExchangeSink first;
    /** What new exchanges go to. */
    private volatile ExchangeSink current;

    /** @param first takes every exchange */
    public SwitchSink(ExchangeSink first) {
        this.first = first;
        this.current = first;
    }

    /** Exchanges that begin from now on go to {@code second} too, in place of an earlier second one. */
    public void switchTo(ExchangeSink second) {
        current = new TeeSink(List.of(first, second));
    }

    /** Exchanges that begin from now on go to the first sink alone. */
    public void switchOff() {
        current = first;
    }

    @Override
    public Recording open(ExchangeStart start) {
        return current.open(start);
    }
}
