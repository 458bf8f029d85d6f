package proxymcp.diff;

import proxymcp.decode.Decoders;
import proxymcp.store.StoredExchange;

/** Reads what can be compared of an exchange. Never throws at what the exchange holds. For one thread at a time. */
public final class FieldReader {
    private final Decoders decoders;

    /** A reader that looks into bodies with these decoders. */
    public FieldReader(Decoders decoders) {
        this.decoders = decoders;
    }

    /** The fields of an exchange; segments of its path are named by number. */
    public ExchangeFields read(StoredExchange exchange) {
        throw new UnsupportedOperationException(exchange + " " + decoders);
    }

    /** The fields of an exchange; segments of its path that are parameters of its endpoint are named by them. */
    public ExchangeFields read(StoredExchange exchange, Endpoint endpoint) {
        throw new UnsupportedOperationException(exchange + " " + endpoint);
    }
}
