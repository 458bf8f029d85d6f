package proxymcp.diff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the fields of one endpoint did in one session. Not for several threads. */
final class EndpointStats {
    /** An endpoint that a session does not ask for. */
    static final EndpointStats NONE = new EndpointStats();
    /** More than one sibling is not needed to tell that there is another. */
    private static final int SIBLINGS = 2;
    private static final double VARIES = 0.5;

    private final Map<Location, FieldStats> fields = new HashMap<>();
    private final SortedMap<Integer, Integer> statuses = new TreeMap<>();
    private long exchanges;
    private long requestBodiesUnknown;
    private long responseBodiesUnknown;
    private List<Location> varying = List.of();
    private boolean varyingKnown;

    void addExchange(int status, boolean requestUnknown, boolean responseUnknown) {
        exchanges++;
        requestBodiesUnknown += requestUnknown ? 1 : 0;
        responseBodiesUnknown += responseUnknown ? 1 : 0;
        statuses.merge(status, 1, Integer::sum);
    }

    /** The statistics of a field; empty ones if there are none. */
    FieldStats field(Location location) {
        return fields.getOrDefault(location, FieldStats.NONE);
    }

    Map<Location, FieldStats> fields() {
        return fields;
    }

    long exchanges() {
        return exchanges;
    }

    /** Exchanges that would have shown a field: those whose body is known, for what is in it. */
    long exchangesThatTell(Location location) {
        return switch (location.part()) {
            case FORM, MULTIPART, JSON, JWT, LAYER, BODY -> exchanges - (location.side() == Side.REQUEST ? requestBodiesUnknown : responseBodiesUnknown);
            case METHOD, PATH, QUERY, HEADER, COOKIE, STATUS, HEADER_ORDER, HEADER_CASE, VERSION, TLS, TIMING -> exchanges;
        };
    }

    SortedMap<Integer, Integer> statuses() {
        return statuses;
    }

    /** Whether another value of the request than this field changes from one to the next. Known once all exchanges were added. */
    boolean siblingsChange(Location location) {
        if (!varyingKnown) {
            varyingKnown = true;
            varying = varying();
        }
        for (Location other : varying) {
            if (!other.equals(location)) {
                return true;
            }
        }
        return false;
    }

    private List<Location> varying() {
        List<Location> found = new ArrayList<>();
        for (Map.Entry<Location, FieldStats> entry : fields.entrySet()) {
            Location location = entry.getKey();
            if (location.side() == Side.REQUEST && isArgument(location.part()) && entry.getValue().changeRate() >= VARIES && found.size() < SIBLINGS) {
                found.add(location);
            }
        }
        return found;
    }

    private static boolean isArgument(Part part) {
        return switch (part) {
            case PATH, QUERY, FORM, MULTIPART, JSON, BODY, LAYER -> true;
            case METHOD, HEADER, COOKIE, JWT, STATUS, HEADER_ORDER, HEADER_CASE, VERSION, TLS, TIMING -> false;
        };
    }
}
