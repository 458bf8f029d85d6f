package proxymcp.replay;

import java.util.UUID;

/**
 * Where the exchange of a sent request was recorded.
 *
 * @param sessionId session
 * @param exchangeId its id there
 * @param seq its seq there; 0 where only the id is known
 */
public record RecordedAs(String sessionId, UUID exchangeId, long seq) {}
