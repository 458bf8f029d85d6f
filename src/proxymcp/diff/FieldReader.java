package proxymcp.diff;

import java.util.Optional;
import proxymcp.decode.Decoders;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.store.StoredExchange;

/**
 * Reads what can be compared of an exchange: heads as they were sent, bodies with their content codings undone. Never throws at what the exchange
 * holds: a body that cannot be read whole is said to be unknown. Serves several threads.
 */
public final class FieldReader {
    private final Decoders decoders;
    private final InnerDocuments inner;

    /** A reader that looks into bodies with these decoders. */
    public FieldReader(Decoders decoders) {
        this.decoders = decoders;
        this.inner = new InnerDocuments(decoders);
    }

    /** The fields of an exchange; segments of its path are named by number. */
    public ExchangeFields read(StoredExchange exchange) {
        return read(exchange, Optional.empty());
    }

    /** The fields of an exchange; segments of its path that are parameters of its endpoint are named by them. */
    public ExchangeFields read(StoredExchange exchange, Endpoint endpoint) {
        return read(exchange, Optional.of(endpoint));
    }

    private ExchangeFields read(StoredExchange stored, Optional<Endpoint> endpoint) {
        Exchange exchange = stored.exchange();
        FieldList fields = new FieldList(inner);
        HeadFields heads = new HeadFields(fields);
        BodyFields bodies = new BodyFields(decoders, inner, fields);
        heads.request(exchange, endpoint);
        Optional<String> requestUnknown = bodies.read(Side.REQUEST, stored.requestBody(), exchange, stored.isRequestDamaged());
        heads.response(exchange);
        Optional<String> responseUnknown = exchange.response().isEmpty() ? Optional.of("there was no response" + reason(exchange))
                : bodies.read(Side.RESPONSE, stored.responseBody(), exchange, stored.isResponseDamaged());
        return fields.done(exchange.seq(), requestUnknown, responseUnknown);
    }

    private static String reason(Exchange exchange) {
        return exchange.outcome() instanceof Outcome.Incomplete early ? ": " + early.reason() : "";
    }
}
