package proxymcp.store;

import java.util.List;
import java.util.Optional;
import proxymcp.exchange.Exchange;

/**
 * An exchange of a session.
 *
 * @param entry what the index knows of it
 * @param exchange heads, route, timings and outcome; its captured bodies hold sizes and digests, no octets
 * @param requestBody request body
 * @param responseBody response body
 * @param damage parts that could not be read, one sentence each; empty for an intact exchange
 */
public record StoredExchange(IndexEntry entry, Exchange exchange, StoredBody requestBody, StoredBody responseBody, List<String> damage) {
    /** Whether something of the request's body or end could not be read. */
    public boolean isRequestDamaged() {
        for (String sentence : damage) {
            Optional<ExchangePart> part = ExchangePart.of(sentence);
            if (part.isPresent() && (part.get() == ExchangePart.REQUEST_BODY || part.get() == ExchangePart.REQUEST_END)) {
                return true;
            }
        }
        return false;
    }

    /** Whether something of the response's head, its body or the exchange's end could not be read. */
    public boolean isResponseDamaged() {
        for (String sentence : damage) {
            Optional<ExchangePart> part = ExchangePart.of(sentence);
            if (part.isPresent() && (part.get() == ExchangePart.RESPONSE_HEAD || part.get() == ExchangePart.RESPONSE_BODY
                    || part.get() == ExchangePart.END)) {
                return true;
            }
        }
        return false;
    }
}
