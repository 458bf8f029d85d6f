package proxymcp.exchange;

import java.util.Optional;

/**
 * What went out on both sides of an exchange, where a rule changed it.
 *
 * @param request what the origin got; empty if it was what the client sent, or nothing was sent
 * @param response what the client got; empty if it was what the origin sent, or nothing was sent
 */
public record SentMessages(Optional<SentMessage> request, Optional<SentMessage> response) {
    /** Both went on as they came. */
    public static final SentMessages NONE = new SentMessages(Optional.empty(), Optional.empty());

    /** Whether both went on as they came. */
    public boolean isNone() {
        return request.isEmpty() && response.isEmpty();
    }
}
