package proxymcp.tool;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import proxymcp.json.Json;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.json.ListBudget;
import proxymcp.replay.Changed;
import proxymcp.replay.ItemChanges;
import proxymcp.replay.OutgoingRequest;
import proxymcp.replay.Plan;
import proxymcp.replay.PlanItem;
import proxymcp.replay.RecordedAs;
import proxymcp.replay.RequestMaker;
import proxymcp.replay.RunItem;
import proxymcp.replay.RunReport;
import proxymcp.replay.RunView;
import proxymcp.replay.Skip;

/** Plans and runs as results show them. */
final class ReplayView {
    private static final int URL_CHARS = 2_000;
    private static final int SENTENCE_CHARS = 500;

    private static final String REFRESH_NOTE = "sent when an answer has one of the statuses of on_auth_expired, whatever allow_unsafe and unsafe_methods say";

    private ReplayView() {}

    /** A run in numbers. */
    static JsonObject report(RunReport report) {
        List<String> sessions = report.replaySessions();
        JsonObject.Builder all = JsonObject.builder().put("replayId", report.replayId().text()).put("state", report.state().id());
        if (!report.reason().isEmpty()) {
            all.put("stateReason", Shortened.text(report.reason(), SENTENCE_CHARS));
        }
        all.put("sessionId", report.sessionId()).putIf("replaySessionId", newest(sessions));
        if (sessions.size() > 1) {
            all.putStrings("replaySessionIds", sessions);
        }
        all.put("selectedCount", report.selectedCount())
                .put("executedCount", report.executedCount()).put("successCount", report.successCount()).put("errorCount", report.errorCount())
                .put("skippedCount", report.skippedCount()).put("pendingCount", report.pendingCount()).put("retryCount", report.retryCount())
                .put("statusCounts", counts(report.statusCounts())).put("errorBuckets", counts(report.errorBuckets()))
                .put("skippedBuckets", counts(report.skippedBuckets()))
                .put("latencyMs", JsonObject.builder().put("p50", report.latency().p50()).put("p90", report.latency().p90())
                        .put("p99", report.latency().p99()).put("max", report.latency().max()).build())
                .put("requestsPerSecond", JsonNumber.of(Math.round(report.requestsPerSecond() * 10) / 10.0))
                .put("startedAt", report.startedAtMillis())
                .put("endedAt", report.endedAtMillis().isPresent() ? JsonNumber.of(report.endedAtMillis().get()) : JsonNull.NULL);
        putNotes(all, report.selectionNotes());
        return all.putIf("waitingFor", report.waitingFor()).putIf("note", report.note()).build();
    }

    /** Where the answers of now go; earlier ones are elsewhere if the run was resumed. */
    private static Optional<String> newest(List<String> sessions) {
        return sessions.isEmpty() ? Optional.empty() : Optional.of(sessions.get(sessions.size() - 1));
    }

    /** Counts of a plan that is not sent, as a run tells them. */
    static JsonObject planned(Plan plan) {
        Map<String, Integer> skipped = new TreeMap<>();
        for (PlanItem item : plan.items()) {
            item.skipped().ifPresent(skip -> skipped.merge(skip.reason().id(), 1, Integer::sum));
        }
        return JsonObject.builder().put("selectedCount", plan.items().size()).put("executedCount", 0).put("successCount", 0).put("errorCount", 0)
                .put("skippedCount", plan.skippedCount()).put("pendingCount", plan.items().size() - plan.skippedCount())
                .put("skippedBuckets", counts(skipped)).build();
    }

    /** What the selection asked for and the plan lacks, if anything. */
    static void putNotes(JsonObject.Builder result, List<String> notes) {
        if (!notes.isEmpty()) {
            result.putStrings("selectionNotes", shortened(notes));
        }
    }

    private static JsonObject counts(Map<?, Integer> counts) {
        JsonObject.Builder members = JsonObject.builder();
        counts.forEach((name, count) -> members.put(String.valueOf(name), count));
        return members.build();
    }

    /** Items of a run, as many as fit. */
    static JsonObject items(RunView run, RunItem.Only only, int offset, int limit, int charsMax) {
        ListBudget rows = new ListBudget(charsMax);
        Optional<String> newest = newest(run.report().replaySessions());
        for (RunItem item : run.items(only, offset, limit)) {
            if (!rows.add(item(item, newest))) {
                break;
            }
        }
        return rows.page("items", offset, run.total(only));
    }

    private static JsonObject item(RunItem item, Optional<String> newest) {
        JsonObject.Builder row = planned(item.item()).put("status", item.state().id());
        if (item.state() == RunItem.State.SUCCESS || item.state() == RunItem.State.ERROR) {
            row.put("attempts", item.attempts()).put("durationMs", item.durationMillis());
        }
        if (item.status().isPresent()) {
            row.put("responseStatus", item.status().getAsInt()).put("responseSize", item.responseBytes());
        }
        if (item.recorded().isPresent()) {
            RecordedAs recorded = item.recorded().get();
            row.put("replayExchangeId", recorded.exchangeId().toString()).put("replaySeq", recorded.seq());
            if (!newest.equals(Optional.of(recorded.sessionId()))) {
                row.put("replaySessionId", recorded.sessionId());
            }
        }
        item.sentAs().ifPresent(as -> row.put("sentMethod", as.method()).put("sentUrl", Shortened.text(as.url(), URL_CHARS)));
        row.putIf("errorClass", item.errorClass());
        if (item.state() == RunItem.State.ERROR) {
            row.put("error", Shortened.text(item.reason().isEmpty() ? "status " + item.status().orElse(0) : item.reason(), SENTENCE_CHARS));
        }
        putSkipped(row, item.skipped());
        return row.build();
    }

    private static JsonObject.Builder planned(PlanItem item) {
        return JsonObject.builder().put("seq", item.seq()).put("exchangeId", item.exchangeId().toString()).put("method", item.method())
                .put("originalUrl", Shortened.text(item.originalUrl(), URL_CHARS)).put("targetUrl", Shortened.text(item.targetUrl(), URL_CHARS))
                .put("hostname", hostname(item.originalUrl())).put("hasRequestBody", item.hasRequestBody());
    }

    private static String hostname(String url) {
        int from = url.indexOf("://") + 3;
        int end = from;
        while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        String authority = url.substring(Math.min(from, end), end);
        int port = authority.lastIndexOf(':');
        return Shortened.text(port > authority.lastIndexOf(']') ? authority.substring(0, port) : authority, SENTENCE_CHARS);
    }

    private static void putSkipped(JsonObject.Builder row, Optional<Skip> skipped) {
        skipped.ifPresent(skip -> row.put("skippedReason", skip.reason().id()).put("skippedBecause", Shortened.text(skip.sentence(), SENTENCE_CHARS)));
    }

    /** A plan that is not sent: its requests as they would go out. Reads bodies: work for the pool. */
    static JsonObject plan(Plan plan, RequestMaker maker, int charsMax) throws IOException {
        JsonObject.Builder shown = JsonObject.builder();
        int room = charsMax;
        if (!plan.refreshItems().isEmpty()) {
            ListBudget refreshing = new ListBudget(charsMax / 4);
            for (PlanItem item : plan.refreshItems()) {
                if (!refreshing.add(preview(item, maker))) {
                    break;
                }
            }
            shown.put("refreshItems", refreshing.items()).put("refreshNote", REFRESH_NOTE);
            room = Math.max(2_000, charsMax - Json.text(refreshing.items()).length());
        }
        return shown.putAll(rows(plan, maker, room)).build();
    }

    private static JsonObject rows(Plan plan, RequestMaker maker, int charsMax) throws IOException {
        ListBudget rows = new ListBudget(charsMax);
        for (PlanItem item : plan.items()) {
            if (!rows.add(preview(item, maker))) {
                break;
            }
        }
        return rows.page("items", 0, plan.items().size());
    }

    private static JsonObject preview(PlanItem item, RequestMaker maker) throws IOException {
        JsonObject.Builder row = planned(item);
        switch (maker.make(item)) {
            case ItemChanges.Outcome.Skipped(Skip skip) -> {
                row.put("status", RunItem.State.SKIPPED.id());
                putSkipped(row, Optional.of(skip));
            }
            case ItemChanges.Outcome.Ready(Changed changed) -> {
                OutgoingRequest request = changed.request();
                // As it goes out: overrides may have changed both.
                JsonObject out = JsonObject.builder().put("status", RunItem.State.PENDING.id())
                        .put("sends", request.head().method() + " " + Shortened.text(request.url(), URL_CHARS))
                        .put("headers", ExchangeView.fields(request.head().fields())).put("bodyBytes", request.body().size()).build();
                row.putAll(out);
                if (request.body().size() > 0) {
                    row.put("bodySha256", sha256(request));
                }
                row.putStrings("changes", shortened(changed.changes()));
            }
        }
        return row.build();
    }

    private static List<String> shortened(List<String> sentences) {
        return sentences.stream().map(sentence -> Shortened.text(sentence, SENTENCE_CHARS)).toList();
    }

    private static JsonValue sha256(OutgoingRequest request) throws IOException {
        try (InputStream in = request.body().open()) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[16 << 10];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return new JsonString(HexFormat.of().formatHex(digest.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
