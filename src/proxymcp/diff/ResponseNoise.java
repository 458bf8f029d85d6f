package proxymcp.diff;

import java.util.HashMap;
import java.util.Map;

/**
 * How likely fields of responses are noise, by what they did on both sides. Bounded: fields beyond the first {@link #FIELDS_MAX} are judged by their format
 * alone. Not for several threads.
 */
public final class ResponseNoise {
    static final int FIELDS_MAX = 40_000;

    /** Of one side. */
    private static final class Stats {
        private final Map<Location, FieldStats> fields = new HashMap<>();
        private long exchanges;
    }

    private record Key(boolean baseline, Endpoint endpoint) {}

    private final Map<Key, Stats> stats = new HashMap<>();
    private int fields;

    /**
     * Takes the response of an exchange.
     *
     * @param baseline whether it is one of what works
     */
    public void add(boolean baseline, Endpoint endpoint, ExchangeFields exchange) {
        Stats side = stats.computeIfAbsent(new Key(baseline, endpoint), added -> new Stats());
        side.exchanges++;
        for (Leaf leaf : exchange.leaves()) {
            if (leaf.location().side() == Side.RESPONSE) {
                FieldStats known = side.fields.get(leaf.location());
                if (known == null && fields < FIELDS_MAX) {
                    known = new FieldStats();
                    side.fields.put(leaf.location(), known);
                    fields++;
                }
                if (known != null) {
                    known.add(exchange.seq(), leaf, ValueHash.of(leaf.value()));
                }
            }
        }
    }

    /**
     * How likely it is noise that a field has another value.
     *
     * @param madeUpOnly whether nothing but made-up words within the values differs
     */
    public Volatility of(Endpoint endpoint, Location location, boolean madeUpOnly) {
        Stats a = stats.getOrDefault(new Key(true, endpoint), new Stats());
        Stats b = stats.getOrDefault(new Key(false, endpoint), new Stats());
        FieldFacts facts = new FieldFacts(location, ChangeKind.CHANGED, a.fields.getOrDefault(location, FieldStats.NONE),
                b.fields.getOrDefault(location, FieldStats.NONE), a.exchanges, b.exchanges, 1, 1, 0, madeUpOnly, false, false, false);
        return Volatility.of(facts, Roles.of(facts).role());
    }
}
