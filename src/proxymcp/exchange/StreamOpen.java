package proxymcp.exchange;

import java.util.Optional;

/**
 * The beginning of a stream; its exchange has had its response head.
 *
 * @param time epoch ms
 * @param kind what its messages are
 * @param subprotocol the sub-protocol that both ends agreed on, or the protocol of an {@code Upgrade}; empty for none
 * @param extensions the extensions that both ends agreed on, as the server wrote them; empty for none
 * @param lastEventId the {@code Last-Event-ID} that the client asked with; empty for a stream that continues none
 */
public record StreamOpen(long time, StreamKind kind, String subprotocol, String extensions, Optional<String> lastEventId) {}
