package proxymcp.tool;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.mcp.CallContext;
import proxymcp.store.IndexEntry;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;

/** Counts over a session: what proxy://sessions/{session_id}/summary holds. */
final class SessionSummary {
    private static final int HOSTS_MAX = 10;
    private static final int NAMES_MAX = 50;
    private static final int[] PERCENTILES = {50, 90, 95, 99};

    private final Ranking hosts = new Ranking();
    private final Ranking statuses = new Ranking();
    private final Ranking methods = new Ranking();
    private final Ranking states = new Ranking();
    private final Ranking errorClasses = new Ranking();
    private final Ranking contentTypes = new Ranking();
    private long[] durations = new long[256];
    private int ended;
    private long exchanges;
    private long requestBytes;
    private long responseBytes;

    private SessionSummary() {}

    static JsonObject of(Session session, SessionView view, CallContext context) throws IOException {
        SessionSummary summary = new SessionSummary();
        session.forEach(SessionQuery.ALL, entry -> {
            requireWanted(context, entry);
            summary.count(entry);
            return true;
        });
        return JsonObject.builder().put("manifest", view.whole(session.manifest())).put("totals", summary.totals())
                .put("streams", SessionStreams.of(session, context).totals())
                .putAll(SessionView.found(session.manifest(), session.damage())).build();
    }

    /** Ends the work of a call that was cancelled. */
    static void requireWanted(CallContext context, IndexEntry entry) {
        if ((entry.seq() & 0xFFF) == 0 && context.cancelled()) {
            throw new CancellationException("cancelled while a session was read");
        }
    }

    private void count(IndexEntry entry) {
        exchanges++;
        hosts.add(entry.host());
        methods.add(entry.method());
        states.add(entry.state().name().toLowerCase(Locale.ROOT));
        entry.status().ifPresent(status -> statuses.add(Integer.toString(status)));
        entry.errorClass().ifPresent(errorClass -> errorClasses.add(errorClass.id()));
        entry.contentType().ifPresent(contentTypes::add);
        requestBytes += entry.requestBytes();
        responseBytes += entry.responseBytes();
        if (entry.durationNanos().isPresent()) {
            durations = ended == durations.length ? Arrays.copyOf(durations, ended * 2) : durations;
            durations[ended++] = entry.durationNanos().getAsLong();
        }
    }

    private JsonObject totals() {
        return JsonObject.builder().put("exchanges", exchanges).put("avgDurationMs", average()).put("durationMs", durationMs())
                .put("requestBytes", requestBytes).put("responseBytes", responseBytes)
                .put("topHostnames", hosts.ranked("hostname", "count", HOSTS_MAX)).put("statuses", statuses.object(NAMES_MAX))
                .put("methods", methods.object(NAMES_MAX)).put("states", states.object(NAMES_MAX))
                .put("errorClasses", errorClasses.object(NAMES_MAX))
                .put("contentTypes", contentTypes.ranked("contentType", "count", HOSTS_MAX)).build();
    }

    private JsonValue average() {
        double sum = 0;
        for (int i = 0; i < ended; i++) {
            sum += durations[i];
        }
        return ended == 0 ? JsonNull.NULL : JsonNumber.of(Math.round(sum / ended / 1e6));
    }

    /** The smallest duration that so many of a hundred do not exceed (nearest rank), with the least and the longest; null without any. */
    private JsonValue durationMs() {
        if (ended == 0) {
            return JsonNull.NULL;
        }
        long[] sorted = Arrays.copyOf(durations, ended);
        Arrays.sort(sorted);
        JsonObject.Builder members = JsonObject.builder().put("min", millis(sorted[0]));
        for (int percentile : PERCENTILES) {
            long rank = ((long) percentile * ended + 99) / 100;
            members.put("p" + percentile, millis(sorted[(int) Math.max(0, rank - 1)]));
        }
        return members.put("max", millis(sorted[ended - 1])).build();
    }

    private static double millis(long nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }
}
