package proxymcp.tool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.StreamEntry;
import proxymcp.exchange.StreamPage;
import proxymcp.exchange.StreamQuery;
import proxymcp.exchange.StreamSummary;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.mcp.CallContext;
import proxymcp.store.Session;

/** Streams of a session, counted for its summary and looked through for its findings; and what proxy://sessions/{session_id}/ws holds. */
final class SessionStreams {
    private static final int PAGE = 1_000;
    private static final int CHANNELS_MAX = 100_000;
    private static final int TOP_MAX = 10;
    private static final int URL_CHARS = 1_024;
    private static final int REASON_CHARS = 200;
    private static final int CHARS_MAX = 200_000;
    /** Codes of a close that is none of an error's: 1005 stands for none (RFC 6455 section 7.4.1). */
    private static final Set<Integer> FINE = Set.of(1000, 1001, 1005);

    private final Ranking kinds = new Ranking();
    private final Ranking endings = new Ranking();
    private final Map<String, Long> channels = new HashMap<>();
    private final List<StreamEntry> broken = new ArrayList<>();
    private final List<StreamEntry> incomplete = new ArrayList<>();
    /** The least busy one first. */
    private final PriorityQueue<StreamEntry> busiest = new PriorityQueue<>(Comparator.comparingLong(SessionStreams::messages)
            .thenComparing(Comparator.comparingLong(StreamEntry::seq).reversed()));
    private long total;
    private long open;
    private long lacking;
    private long framesIn;
    private long framesOut;
    private long bytesIn;
    private long bytesOut;

    private SessionStreams() {}

    /** Reads them all. */
    static SessionStreams of(Session session, CallContext context) throws IOException {
        SessionStreams streams = new SessionStreams();
        long offset = 0;
        StreamPage page;
        do {
            if (context.cancelled()) {
                throw new CancellationException("cancelled while streams were read");
            }
            page = session.streams().list(StreamQuery.ALL, offset, PAGE);
            page.items().forEach(streams::count);
            offset += PAGE;
        } while (page.items().size() == PAGE);
        return streams;
    }

    private static long messages(StreamEntry entry) {
        return entry.summary().framesIn() + entry.summary().framesOut();
    }

    private void count(StreamEntry entry) {
        StreamSummary summary = entry.summary();
        total++;
        open += summary.closedAt().isEmpty() ? 1 : 0;
        framesIn += summary.framesIn();
        framesOut += summary.framesOut();
        bytesIn += summary.bytesIn();
        bytesOut += summary.bytesOut();
        kinds.add(summary.kind().id());
        summary.endedBy().ifPresent(side -> endings.add(side.id()));
        summary.channels().forEach(this::count);
        if (why(summary).isPresent() && broken.size() < TOP_MAX) {
            broken.add(entry);
        }
        lacking += entry.missing().isPresent() ? 1 : 0;
        if (entry.missing().isPresent() && incomplete.size() < TOP_MAX) {
            incomplete.add(entry);
        }
        busiest.add(entry);
        if (busiest.size() > TOP_MAX) {
            busiest.remove();
        }
    }

    private void count(String channel, long messages) {
        if (channels.size() < CHANNELS_MAX || channels.containsKey(channel)) {
            channels.merge(channel, messages, Long::sum);
        }
    }

    /** What is wrong with a stream; empty if nothing is. */
    private static Optional<String> why(StreamSummary summary) {
        Optional<Integer> code = summary.closeCode().filter(known -> !FINE.contains(known));
        if (code.isPresent()) {
            return Optional.of("close code " + code.get() + (summary.closeReason().isEmpty() ? "" : ": " + summary.closeReason()));
        }
        return summary.endedBy().filter(EndedBy.CUT::equals).map(cut -> "the connection broke");
    }

    /** Counts for a summary. */
    JsonObject totals() {
        return JsonObject.builder().put("total", total).put("open", open).put("incomplete", lacking).put("kinds", kinds.object(TOP_MAX))
                .put("endedBy", endings.object(TOP_MAX))
                .put("framesIn", framesIn).put("framesOut", framesOut).put("bytesIn", bytesIn).put("bytesOut", bytesOut)
                .put("topChannels", topChannels()).build();
    }

    private List<JsonValue> topChannels() {
        List<Map.Entry<String, Long>> entries = new ArrayList<>(channels.entrySet());
        entries.sort(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()));
        List<JsonValue> rows = new ArrayList<>();
        for (Map.Entry<String, Long> entry : entries.subList(0, Math.min(TOP_MAX, entries.size()))) {
            rows.add(JsonObject.builder().put("channel", Shortened.text(entry.getKey(), REASON_CHARS)).put("count", entry.getValue()).build());
        }
        return rows;
    }

    /** The first streams that broke, and why. */
    List<JsonValue> broken() {
        List<JsonValue> rows = new ArrayList<>();
        for (StreamEntry entry : broken) {
            rows.add(row(entry).put("reason", Shortened.text(why(entry.summary()).orElseThrow(), REASON_CHARS)).build());
        }
        return rows;
    }

    /** The first streams that messages are missing of, and how many. */
    List<JsonValue> incomplete() {
        List<JsonValue> rows = new ArrayList<>();
        for (StreamEntry entry : incomplete) {
            rows.add(row(entry).put("reason", entry.missing().orElseThrow()).build());
        }
        return rows;
    }

    /** Streams with the most messages, the most first. */
    List<JsonValue> busiest() {
        List<StreamEntry> entries = new ArrayList<>(busiest);
        entries.sort(busiest.comparator().reversed());
        List<JsonValue> rows = new ArrayList<>();
        for (StreamEntry entry : entries) {
            rows.add(row(entry).put("messages", messages(entry)).build());
        }
        return rows;
    }

    private static JsonObject.Builder row(StreamEntry entry) {
        return JsonObject.builder().put("streamId", entry.exchangeId().toString()).put("seq", entry.seq()).put("kind", entry.summary().kind().id())
                .put("url", Shortened.text(entry.url(), URL_CHARS));
    }

    /** The streams of a session, the newest first, as proxy_list_ws_streams has them. */
    static JsonObject list(Session session, SessionView view, CallContext context) throws IOException {
        StreamQuery query = new StreamQuery(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                OptionalLong.empty(), OptionalLong.empty(), StreamQuery.Sort.OPENED, true);
        return JsonObject.builder().put("sessionId", session.manifest().id().text()).put("totals", of(session, context).totals())
                .putAll(StreamTools.page(StreamSource.of(session), query, 0, PAGE, CHARS_MAX)).build();
    }
}
