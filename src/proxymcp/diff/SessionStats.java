package proxymcp.diff;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What the fields of a session did, by endpoint. Bounded: fields beyond the first {@link #FIELDS_MAX} are not followed. Not for several threads. */
final class SessionStats {
    static final int FIELDS_MAX = 60_000;

    /**
     * How steady a field is.
     *
     * @param endpoints that have it
     * @param flapping those in which some exchanges have it and some have not
     */
    record Presence(int endpoints, int flapping) {}

    private final Map<Endpoint, EndpointStats> endpoints = new HashMap<>();
    /** Known once all exchanges were added. */
    private final Map<Location, Presence> presences = new HashMap<>();
    private final Provenance provenance = new Provenance();
    private final SameRequests requests = new SameRequests();
    private int fields;

    /** Takes an exchange; they come in the order of the session. */
    void add(Endpoint endpoint, ExchangeFields exchange, int status) {
        EndpointStats stats = endpoints.computeIfAbsent(endpoint, added -> new EndpointStats());
        stats.addExchange(status, exchange.requestUnknown().isPresent(), exchange.responseUnknown().isPresent());
        Iterable<Leaf> leaves = exchange.leaves();
        long request = requests.key(endpoint, leaves);
        for (Leaf leaf : leaves) {
            long hash = ValueHash.of(leaf.value());
            Optional<FieldStats> field = field(stats, leaf.location());
            if (field.isPresent()) {
                field.get().add(exchange.seq(), leaf, hash);
                if (leaf.location().side() == Side.REQUEST) {
                    provenance.find(leaf.value(), hash).ifPresent(field.get()::cameFrom);
                } else {
                    field.get().answers(request * 31 + leaf.at().hashCode(), hash);
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

    /**
     * In how many endpoints a field comes and goes, and in how many it is at all; those with one exchange tell nothing. A header that an origin sends
     * now and then does so everywhere, also where too few exchanges show it.
     */
    Presence presence(Location location) {
        return presences.computeIfAbsent(location, this::counted);
    }

    private Presence counted(Location location) {
        int has = 0;
        int flaps = 0;
        for (EndpointStats endpoint : endpoints.values()) {
            int exchanges = endpoint.field(location).exchanges();
            if (exchanges > 0 && endpoint.exchanges() > 1) {
                has++;
                flaps += exchanges < endpoint.exchanges() ? 1 : 0;
            }
        }
        return new Presence(has, flaps);
    }

    /** All endpoints that were asked for. */
    Iterable<Endpoint> endpoints() {
        return endpoints.keySet();
    }
}
