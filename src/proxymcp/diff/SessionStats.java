package proxymcp.diff;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What the fields of a session did, by endpoint. Bounded: fields beyond the first {@link #FIELDS_MAX} are not followed. Not for several threads. */
final class SessionStats {
    static final int FIELDS_MAX = 60_000;

    private final Map<Endpoint, EndpointStats> endpoints = new HashMap<>();
    private final Provenance provenance = new Provenance();
    private int fields;

    /** Takes an exchange; they come in the order of the session. */
    void add(Endpoint endpoint, ExchangeFields exchange, int status) {
        EndpointStats stats = endpoints.computeIfAbsent(endpoint, added -> new EndpointStats());
        stats.addExchange(status);
        Iterable<Leaf> leaves = exchange.leaves();
        for (Leaf leaf : leaves) {
            long hash = ValueHash.of(leaf.value());
            Optional<FieldStats> field = field(stats, leaf.location());
            if (field.isPresent()) {
                field.get().add(exchange.seq(), leaf, hash);
                if (leaf.location().side() == Side.REQUEST) {
                    provenance.find(leaf.value(), hash).ifPresent(field.get()::cameFrom);
                }
            }
        }
        for (Leaf leaf : leaves) {
            if (leaf.location().side() == Side.RESPONSE) {
                provenance.add(exchange.seq(), leaf, ValueHash.of(leaf.value()));
            }
        }
    }

    private Optional<FieldStats> field(EndpointStats stats, Location location) {
        FieldStats known = stats.fields().get(location);
        if (known == null && fields < FIELDS_MAX) {
            known = new FieldStats();
            stats.fields().put(location, known);
            fields++;
        }
        return Optional.ofNullable(known);
    }

    /** The statistics of an endpoint; empty ones if there are none. */
    EndpointStats of(Endpoint endpoint) {
        return endpoints.getOrDefault(endpoint, EndpointStats.NONE);
    }

    /** All endpoints that were asked for. */
    Iterable<Endpoint> endpoints() {
        return endpoints.keySet();
    }
}
