package proxymcp.replay;

import proxymcp.exchange.ExchangeSink;

/**
 * The session that a run is recorded to.
 *
 * @param id its id
 * @param sink takes the exchanges
 */
public record ReplaySession(String id, ExchangeSink sink) {}
