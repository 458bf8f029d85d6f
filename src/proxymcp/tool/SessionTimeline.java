package proxymcp.tool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.mcp.CallContext;
import proxymcp.store.IndexEntry;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;

/**
 * Exchanges over time: what proxy://sessions/{session_id}/timeline holds. A bucket is a minute long, or as many times two as keep their
 * number within bounds.
 */
final class SessionTimeline {
    private static final long BUCKET_MILLIS = 60_000;
    private static final int BUCKETS_MAX = 1_500;
    /** From this status code on an exchange counts as an error. */
    private static final int ERROR_STATUS = 400;

    private static final class Bucket {
        private long count;
        private long errors;

        void add(Bucket more) {
            count += more.count;
            errors += more.errors;
        }
    }

    private TreeMap<Long, Bucket> buckets = new TreeMap<>();
    private long bucketMillis = BUCKET_MILLIS;

    private SessionTimeline() {}

    static JsonObject of(Session session, SessionView view, CallContext context) throws IOException {
        SessionTimeline timeline = new SessionTimeline();
        session.forEach(SessionQuery.ALL, entry -> {
            SessionSummary.requireWanted(context, entry);
            timeline.count(entry);
            return true;
        });
        return JsonObject.builder().put("sessionId", session.manifest().id().text()).put("bucketMs", timeline.bucketMillis)
                .put("timeline", timeline.rows()).build();
    }

    /** Whether an exchange failed: with an error status, or without an answer. */
    static boolean isError(IndexEntry entry) {
        return entry.status().isPresent() ? entry.status().getAsInt() >= ERROR_STATUS : entry.errorClass().isPresent();
    }

    private void count(IndexEntry entry) {
        Bucket bucket = buckets.computeIfAbsent(Math.floorDiv(entry.startedAtMillis(), bucketMillis), start -> new Bucket());
        bucket.count++;
        bucket.errors += isError(entry) ? 1 : 0;
        while (buckets.size() > BUCKETS_MAX) {
            widen();
        }
    }

    private void widen() {
        TreeMap<Long, Bucket> wider = new TreeMap<>();
        for (Map.Entry<Long, Bucket> entry : buckets.entrySet()) {
            wider.computeIfAbsent(Math.floorDiv(entry.getKey(), 2L), start -> new Bucket()).add(entry.getValue());
        }
        buckets = wider;
        bucketMillis *= 2;
    }

    private List<JsonValue> rows() {
        List<JsonValue> rows = new ArrayList<>();
        for (Map.Entry<Long, Bucket> entry : buckets.entrySet()) {
            rows.add(JsonObject.builder().put("bucketStart", entry.getKey() * bucketMillis).put("count", entry.getValue().count)
                    .put("errorCount", entry.getValue().errors).build());
        }
        return rows;
    }
}
