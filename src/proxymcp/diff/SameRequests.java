package proxymcp.diff;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Tells requests that ask for the same: equal but for times, made-up values and cache busters, with nothing between them at their host that may have
 * changed the answer. Not for several threads.
 */
public final class SameRequests {
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
    private static final int NUMBER_CHARS_MIN = 6;

    /** How often something may have changed at a host, and by which endpoint last. */
    private static final class State {
        private long changes;
        private Endpoint by = new Endpoint("", "", "", "");
    }

    private final Map<String, State> hosts = new HashMap<>();

    /** A hash that requests which ask for the same share; they come in the order of the session. */
    public long key(Endpoint endpoint, Iterable<Leaf> leaves) {
        State state = hosts.computeIfAbsent(endpoint.host(), added -> new State());
        if (!SAFE.contains(endpoint.method()) && !endpoint.equals(state.by)) {
            state.changes++;
            state.by = endpoint;
        }
        long key = state.changes + 1;
        for (Leaf leaf : leaves) {
            if (isArgument(leaf.location()) && !isFleeting(leaf.value())) {
                // A sum, as the order of arguments does not matter.
                key += (ValueHash.of(leaf.value()) + 31 * ValueHash.of(leaf.location().name()) + leaf.location().part().ordinal()) * 0x9E37_79B9_7F4A_7C15L;
            }
        }
        return key;
    }

    private static boolean isFleeting(String value) {
        ValueFormat format = ValueFormat.of(value);
        return format.isMadeUp() || format.isTime() || format == ValueFormat.INTEGER && value.length() >= NUMBER_CHARS_MIN;
    }

    private static boolean isArgument(Location location) {
        return location.side() == Side.REQUEST && switch (location.part()) {
            case PATH, MULTIPART, JSON, BODY, LAYER -> true;
            case QUERY, FORM -> !location.name().isEmpty(); // Else all of it, cache busters too.
            case METHOD, HEADER, COOKIE, JWT, STATUS, HEADER_ORDER, HEADER_CASE, VERSION, TLS, TIMING -> false;
        };
    }
}
