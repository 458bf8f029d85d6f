package proxymcp.exchange;

/** Takes exchanges in while they happen: the live buffer, a session on disk, a console. */
public interface ExchangeSink {
    /**
     * A request head has been read.
     *
     * <p>Called by a connection's thread; must not throw, and may block for 2 s at most.
     *
     * @return where the rest of this exchange goes
     */
    Recording open(ExchangeStart start);
}
