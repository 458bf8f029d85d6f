package proxymcp.tool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.exchange.TlsInfo;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.json.ListBudget;
import proxymcp.tls.Ja3;

/** How often clients with which fingerprints asked for which hosts. */
final class FingerprintTally {
    private static final List<String> KINDS = List.of("ja3", "ja3n", "ja4");
    private static final int HOSTS_MAX = 5;
    /** Fingerprints counted one by one; what comes later under a new one is not. */
    private static final int FINGERPRINTS_MAX = 100_000;
    private static final int TEXT_CHARS = 100;

    private static final class Count {
        private final Set<String> hosts = new LinkedHashSet<>();
        private long count;
    }

    private final Map<String, Map<String, Count>> kinds = new HashMap<>();
    /** JA3N by JA3, which determines it: a client's hello is the same in all its exchanges. */
    private final Map<String, Optional<String>> normalized = new HashMap<>();
    private long total;

    FingerprintTally() {
        KINDS.forEach(kind -> kinds.put(kind, new HashMap<>()));
    }

    /** Counts an exchange of a client that used TLS. */
    void add(TlsInfo client, String host) {
        total++;
        client.ja3().ifPresent(ja3 -> count("ja3", ja3, host));
        normalized(client).ifPresent(ja3n -> count("ja3n", ja3n, host));
        client.ja4().ifPresent(ja4 -> count("ja4", ja4, host));
    }

    private Optional<String> normalized(TlsInfo client) {
        if (client.ja3().isEmpty() || normalized.size() >= FINGERPRINTS_MAX) {
            return ja3n(client);
        }
        Optional<String> known = normalized.get(client.ja3().get());
        if (known == null || known.isEmpty()) {
            known = ja3n(client);
            normalized.put(client.ja3().get(), known);
        }
        return known;
    }

    private static Optional<String> ja3n(TlsInfo client) {
        return TlsView.hello(client).map(hello -> Ja3.normalized(hello).md5());
    }

    private void count(String kind, String fingerprint, String host) {
        Map<String, Count> counts = kinds.get(kind);
        if (counts.size() >= FINGERPRINTS_MAX && !counts.containsKey(fingerprint)) {
            return;
        }
        Count count = counts.computeIfAbsent(fingerprint, key -> new Count());
        count.count++;
        if (count.hosts.size() < HOSTS_MAX) {
            count.hosts.add(Shortened.text(host, TEXT_CHARS));
        }
    }

    /** The members of the result: the most frequent ones of each kind, as many as there is room for. */
    JsonObject json(int limit, int charsMax) {
        Map<String, List<Map.Entry<String, Count>>> ranked = new HashMap<>();
        Map<String, List<JsonValue>> shown = new HashMap<>();
        for (String kind : KINDS) {
            ranked.put(kind, ranked(kinds.get(kind)));
            shown.put(kind, new ArrayList<>());
        }
        ListBudget budget = new ListBudget(charsMax);
        // Rank by rank, so that a long list of one kind does not leave another without its first.
        for (int rank = 0; rank < limit; rank++) {
            for (String kind : KINDS) {
                if (rank < ranked.get(kind).size() && budget.add(row(ranked.get(kind).get(rank)))) {
                    shown.get(kind).add(budget.items().values().get(budget.size() - 1));
                }
            }
        }
        JsonObject.Builder result = JsonObject.builder().put("totalExchangesWithTls", total);
        boolean complete = true;
        for (String kind : KINDS) {
            result.put(kind, new JsonArray(shown.get(kind)));
            complete &= shown.get(kind).size() == ranked.get(kind).size();
        }
        result.put("complete", complete);
        return complete ? result.build()
                : result.put("reason", budget.isFull() ? "max_chars reached; raise it or narrow with hostname_filter" : "limit reached").build();
    }

    private static JsonObject row(Map.Entry<String, Count> entry) {
        return JsonObject.builder().put("fingerprint", Shortened.text(entry.getKey(), TEXT_CHARS)).put("count", entry.getValue().count)
                .putStrings("hostnames", entry.getValue().hosts).build();
    }

    /** Most frequent first; of equally frequent ones in order of their text. */
    private static List<Map.Entry<String, Count>> ranked(Map<String, Count> counts) {
        List<Map.Entry<String, Count>> entries = new ArrayList<>(counts.entrySet());
        entries.sort(Comparator.comparingLong((Map.Entry<String, Count> entry) -> -entry.getValue().count).thenComparing(Map.Entry::getKey));
        return entries;
    }
}
