package proxymcp.template;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.diff.Endpoint;

/** Another recording of the same flow: tells which values of requests change. The n-th request of an endpoint answers to the n-th. Immutable. */
final class SecondCapture {
    private final List<FlowExchange> exchanges;
    private final Map<String, Map<String, String>> other = new HashMap<>();
    private final int[] occurrences;

    /** @param exchanges of the first recording, with endpoints that were learned from both */
    SecondCapture(List<FlowExchange> exchanges, List<FlowExchange> others) {
        this.exchanges = List.copyOf(exchanges);
        this.occurrences = new int[exchanges.size()];
        Map<Endpoint, Integer> counts = new HashMap<>();
        for (FlowExchange exchange : exchanges) {
            occurrences[exchange.index()] = counts.merge(exchange.endpoint(), 1, Integer::sum);
        }
        counts.clear();
        for (FlowExchange exchange : others) {
            Map<String, String> values = new HashMap<>();
            exchange.uses().forEach(use -> values.put(use.location(), use.value()));
            other.put(key(exchange.endpoint(), counts.merge(exchange.endpoint(), 1, Integer::sum)), values);
        }
    }

    private static String key(Endpoint endpoint, int occurrence) {
        return endpoint + " " + occurrence;
    }

    /** Whether the value of a field is another one there; empty if there is no such request or field. */
    Optional<Boolean> changes(int step, Use use) {
        Map<String, String> values = other.get(key(exchanges.get(step).endpoint(), occurrences[step]));
        return values == null ? Optional.empty() : Optional.ofNullable(values.get(use.location())).map(value -> !value.equals(use.value()));
    }

    /** Whether the request is there. */
    boolean has(int step) {
        return other.containsKey(key(exchanges.get(step).endpoint(), occurrences[step]));
    }
}
