package proxymcp.tool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.mcp.CallContext;
import proxymcp.store.IndexEntry;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;

/** What stands out in a session: what proxy://sessions/{session_id}/findings holds. */
final class SessionFindings {
    private static final int TOP_MAX = 10;
    private static final int HOSTS_MAX = 100_000;
    private static final int URL_CHARS = 1_024;
    private static final int HOST_CHARS = 255;

    private static final class Host {
        private long total;
        private long errors;

        double rate() {
            return (double) errors / total;
        }
    }

    private final Ranking failing = new Ranking();
    private final Ranking errorClasses = new Ranking();
    private final Map<String, Host> hosts = new HashMap<>();
    /** The least slow one first. */
    private final PriorityQueue<IndexEntry> slowest =
            new PriorityQueue<>(Comparator.comparingLong((IndexEntry entry) -> entry.durationNanos().orElse(0)));

    private SessionFindings() {}

    static JsonObject of(Session session, SessionView view, CallContext context) throws IOException {
        SessionFindings findings = new SessionFindings();
        session.forEach(SessionQuery.ALL, entry -> {
            SessionSummary.requireWanted(context, entry);
            findings.count(entry);
            return true;
        });
        SessionStreams streams = SessionStreams.of(session, context);
        return JsonObject.builder().put("sessionId", session.manifest().id().text()).put("findings", findings.json(streams))
                .putAll(SessionView.found(session.manifest(), session.damage())).build();
    }

    private void count(IndexEntry entry) {
        boolean error = SessionTimeline.isError(entry);
        if (error) {
            failing.add(entry.host() + SessionRow.path(entry.url()));
        }
        entry.errorClass().ifPresent(errorClass -> errorClasses.add(errorClass.id()));
        if (hosts.size() < HOSTS_MAX || hosts.containsKey(entry.host())) {
            Host host = hosts.computeIfAbsent(entry.host(), name -> new Host());
            host.total++;
            host.errors += error ? 1 : 0;
        }
        if (entry.durationNanos().isPresent()) {
            slowest.add(entry);
            if (slowest.size() > TOP_MAX) {
                slowest.remove();
            }
        }
    }

    private JsonObject json(SessionStreams streams) {
        return JsonObject.builder().put("highErrorEndpoints", failing.ranked("endpoint", "errors", TOP_MAX))
                .put("slowestExchanges", slow()).put("hostErrorRates", rates())
                .put("errorClasses", errorClasses.ranked("errorClass", "count", TOP_MAX))
                .put("brokenStreams", streams.broken()).put("incompleteStreams", streams.incomplete())
                .put("busiestStreams", streams.busiest()).build();
    }

    private List<JsonValue> slow() {
        List<IndexEntry> entries = new ArrayList<>(slowest);
        entries.sort(slowest.comparator().reversed());
        List<JsonValue> rows = new ArrayList<>();
        for (IndexEntry entry : entries) {
            rows.add(JsonObject.builder().put("exchangeId", entry.id().toString()).put("seq", entry.seq())
                    .put("duration", Math.round(entry.durationNanos().orElse(0) / 1e6)).put("url", Shortened.text(entry.url(), URL_CHARS))
                    .build());
        }
        return rows;
    }

    private List<JsonValue> rates() {
        List<Map.Entry<String, Host>> entries = new ArrayList<>();
        for (Map.Entry<String, Host> entry : hosts.entrySet()) {
            if (entry.getValue().errors > 0) {
                entries.add(entry);
            }
        }
        entries.sort(Comparator.comparingDouble((Map.Entry<String, Host> entry) -> entry.getValue().rate())
                .thenComparingLong(entry -> entry.getValue().errors).reversed().thenComparing(Map.Entry::getKey));
        List<JsonValue> rows = new ArrayList<>();
        for (Map.Entry<String, Host> entry : entries.subList(0, Math.min(TOP_MAX, entries.size()))) {
            rows.add(JsonObject.builder().put("hostname", Shortened.text(entry.getKey(), HOST_CHARS)).put("total", entry.getValue().total)
                    .put("errors", entry.getValue().errors).put("errorRate", Math.round(entry.getValue().rate() * 1e4) / 1e4).build());
        }
        return rows;
    }
}
