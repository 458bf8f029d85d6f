package proxymcp.tool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.TlsInfo;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Counts over the live buffer: what proxy://traffic/summary holds. */
final class TrafficSummary {
    private static final int HOSTS_MAX = 10;
    private static final int FINGERPRINTS_MAX = 5;
    /** Methods are words of strangers; a summary names so many of them. */
    private static final int METHODS_MAX = 20;
    private static final int NAME_CHARS = 255;

    private final Map<String, Integer> methods = new HashMap<>();
    private final Map<String, Integer> statuses = new TreeMap<>();
    private final Map<String, Integer> states = new TreeMap<>();
    private final Map<String, Integer> streams = new TreeMap<>();
    private final Map<String, Integer> hosts = new HashMap<>();
    private final Map<String, Integer> ja3 = new HashMap<>();
    private final Map<String, Integer> ja4 = new HashMap<>();
    private int withTls;
    private long durations;
    private long durationNanos;

    private TrafficSummary() {}

    static JsonObject of(List<Exchange> exchanges) {
        TrafficSummary summary = new TrafficSummary();
        for (Exchange exchange : exchanges) {
            summary.count(exchange);
        }
        return summary.json(exchanges.size());
    }

    private void count(Exchange exchange) {
        add(methods, exchange.start().head().method());
        if (exchange.response().isPresent()) {
            add(statuses, Integer.toString(exchange.response().get().status()));
        }
        add(states, switch (exchange.outcome()) {
            case Outcome.InFlight running -> "in_flight";
            case Outcome.Complete complete -> "complete";
            case Outcome.Incomplete ended -> ended.errorClass().id();
        });
        add(hosts, exchange.start().endpoint().host());
        if (exchange.timings().total() >= 0) {
            durations++;
            durationNanos += exchange.timings().total();
        }
        exchange.stream().ifPresent(stream -> add(streams, stream.kind().id()));
        Optional<TlsInfo> tls = exchange.start().clientTls();
        if (tls.isPresent()) {
            withTls++;
            tls.get().ja3().ifPresent(fingerprint -> add(ja3, fingerprint));
            tls.get().ja4().ifPresent(fingerprint -> add(ja4, fingerprint));
        }
    }

    private static void add(Map<String, Integer> counts, String name) {
        counts.merge(Shortened.text(name, NAME_CHARS), 1, Integer::sum);
    }

    private JsonObject json(int total) {
        JsonValue average = durations == 0 ? JsonNull.NULL : JsonNumber.of(Math.round(durationNanos / 1e6 / durations));
        JsonObject.Builder methodCounts = JsonObject.builder();
        for (Map.Entry<String, Integer> entry : top(methods, METHODS_MAX)) {
            methodCounts.put(entry.getKey(), entry.getValue());
        }
        return JsonObject.builder().put("totalExchanges", total).put("methods", methodCounts.build())
                .put("statuses", counts(statuses)).put("states", counts(states))
                .put("topHostnames", ranked(hosts, "host", HOSTS_MAX)).put("avgDurationMs", average)
                .put("tls", JsonObject.builder().put("exchangesWithTls", withTls)
                        .put("topJa3", ranked(ja3, "fingerprint", FINGERPRINTS_MAX))
                        .put("topJa4", ranked(ja4, "fingerprint", FINGERPRINTS_MAX)).build())
                .put("streams", counts(streams))
                .build();
    }

    private static JsonObject counts(Map<String, Integer> counts) {
        JsonObject.Builder members = JsonObject.builder();
        counts.forEach(members::put);
        return members.build();
    }

    private static List<JsonValue> ranked(Map<String, Integer> counts, String name, int max) {
        List<JsonValue> ranked = new ArrayList<>();
        for (Map.Entry<String, Integer> entry : top(counts, max)) {
            ranked.add(JsonObject.builder().put(name, entry.getKey()).put("count", entry.getValue()).build());
        }
        return ranked;
    }

    /** Most frequent first; of equally frequent ones in order of their names. */
    private static List<Map.Entry<String, Integer>> top(Map<String, Integer> counts, int max) {
        List<Map.Entry<String, Integer>> entries = new ArrayList<>(counts.entrySet());
        entries.sort(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()));
        return entries.subList(0, Math.min(max, entries.size()));
    }
}
