package proxymcp.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import proxymcp.diff.ChangeKind;
import proxymcp.diff.ChangedField;
import proxymcp.diff.DiffReport;
import proxymcp.diff.Endpoint;
import proxymcp.diff.EndpointDiff;
import proxymcp.diff.FirstDivergence;
import proxymcp.diff.Location;
import proxymcp.diff.PairReport;
import proxymcp.diff.Role;
import proxymcp.diff.Side;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.json.ListBudget;
import proxymcp.store.SessionId;

/** A comparison of two sessions as a result: in numbers always, and a page of what the level asks for. */
final class DiffView {
    /** What is listed. */
    enum Level {
        /** The fields that tell most, each once for all endpoints, and the endpoints that changed. */
        SUMMARY,
        /** All endpoints. */
        ENDPOINTS,
        /** All exchanges that differ or have no partner. */
        EXCHANGES,
        /** All fields that differ, by endpoint. */
        FIELDS
    }

    /**
     * Which part of it.
     *
     * @param level what is listed
     * @param endpoint part of the endpoint's text, lower case; all endpoints if empty
     * @param limit most items
     * @param offset items to skip
     * @param charsMax characters of the whole result
     */
    record Page(Level level, Optional<String> endpoint, int limit, int offset, int charsMax) {}

    private static final int WHY_CHARS = 200;
    private static final int ENDPOINT_CHARS = 200;
    private static final int LOCATION_CHARS = 250;
    private static final int EVIDENCE_CHARS = 300;
    private static final int EVIDENCE_CHARS_SUMMARY = 160;
    private static final int SAMPLE_CHARS = 250;
    private static final int SAMPLE_CHARS_SUMMARY = 40;
    private static final int SAMPLES_SUMMARY = 2;
    private static final int ENDPOINTS_SUMMARY = 8;
    private static final int CANDIDATES_MAX = 5;
    private static final int FIELDS_OF_PAIR = 10;
    /** Members of a page without its items, and the status. */
    private static final int PAGE_CHARS = 250;
    private static final int LIST_ENVELOPE_CHARS = 1_000;
    private static final int LIST_CHARS_LEAST = 2_000;
    /** From here on there is room for more than one list. */
    private static final int ROOMY_CHARS = 4_000;

    private final SessionId a;
    private final SessionId b;
    private final DiffReport report;
    private final Page page;

    DiffView(SessionId a, SessionId b, DiffReport report, Page page) {
        this.a = a;
        this.b = b;
        this.report = report;
        this.page = page;
    }

    JsonObject json() throws ToolFailure {
        requireEndpoint();
        JsonObject.Builder before = JsonObject.builder().put("sessionId", a.text()).put("otherSessionId", b.text())
                .put("level", page.level().name().toLowerCase(Locale.ROOT)).put("summary", counts());
        if (report.first().isPresent()) {
            before.put("firstDivergence", first(report.first().get()));
        }
        before.put("ignoredCount", report.counts().ignored()).put("suppressedCount", report.counts().suppressed());
        if (page.level() == Level.SUMMARY) {
            addLists(before);
        }
        JsonObject around = before.build();
        List<JsonObject> rows = rows();
        ListBudget list = new ListBudget(Math.max(LIST_CHARS_LEAST, page.charsMax() - Json.text(around).length() + LIST_ENVELOPE_CHARS - PAGE_CHARS));
        int end = Math.min(rows.size(), page.offset() + Math.min(page.limit(), rows.size()));
        for (int i = page.offset(); i < end && list.add(rows.get(i)); i++) {
            continue;
        }
        String name = switch (page.level()) {
            case SUMMARY, FIELDS -> "topChangedFields";
            case ENDPOINTS -> "endpoints";
            case EXCHANGES -> "exchanges";
        };
        return JsonObject.builder().putAll(around).putAll(list.page(name, page.offset(), rows.size())).build();
    }

    private boolean wanted(Endpoint endpoint) {
        return page.endpoint().isEmpty() || endpoint.toString().toLowerCase(Locale.ROOT).contains(page.endpoint().get());
    }

    private void requireEndpoint() throws ToolFailure {
        for (EndpointDiff endpoint : report.endpoints()) {
            if (wanted(endpoint.endpoint())) {
                return;
            }
        }
        if (page.endpoint().isPresent()) {
            throw new ToolFailure("unknown_endpoint", "no endpoint has \"" + Shortened.text(page.endpoint().get(), ENDPOINT_CHARS) + "\" in its text",
                    "level endpoints lists them");
        }
    }

    private JsonObject counts() {
        DiffReport.Counts counts = report.counts();
        JsonObject.Builder json = JsonObject.builder().put("exchangesA", counts.exchangesA()).put("exchangesB", counts.exchangesB())
                .put("matched", counts.matched()).put("onlyA", counts.onlyA()).put("onlyB", counts.onlyB()).put("moved", counts.moved())
                .put("repeated", counts.repeated()).put("endpointsChanged", counts.endpointsChanged()).put("statusChanges", counts.statusChanges())
                .put("unknown", counts.unknown());
        if (counts.damaged() > 0) {
            json.put("damaged", counts.damaged());
        }
        if (counts.untold() > 0) {
            json.put("untoldChanges", counts.untold());
        }
        return json.build();
    }

    private static JsonObject first(FirstDivergence first) {
        JsonObject.Builder json = JsonObject.builder();
        first.seqA().ifPresent(seq -> json.put("seqA", seq));
        first.seqB().ifPresent(seq -> json.put("seqB", seq));
        return json.put("why", fitted(first.why(), WHY_CHARS)).build();
    }

    /** Shortened until its JSON has no more than twice as many characters. */
    private static String fitted(String text, int chars) {
        String shown = Shortened.text(text, chars);
        for (int fewer = chars / 2; Json.text(new JsonString(shown)).length() > 2 * chars && fewer > 0; fewer /= 2) {
            shown = Shortened.text(text, fewer);
        }
        return shown;
    }

    /** The lists of a summary beside the one that is paged, as far as there is room. */
    private void addLists(JsonObject.Builder before) {
        int room = page.charsMax() < ROOMY_CHARS ? 0 : page.charsMax() / 4;
        List<JsonObject> endpoints = new ArrayList<>();
        for (EndpointDiff endpoint : report.endpoints()) {
            if (endpoint.verdict().isChange() && wanted(endpoint.endpoint()) && endpoints.size() < ENDPOINTS_SUMMARY) {
                endpoints.add(endpoint(endpoint));
            }
        }
        List<JsonObject> candidates = candidates();
        JsonArray candidatesShown = fitting(candidates, room / 2);
        JsonArray endpointsShown = fitting(endpoints, room);
        if (!candidates.isEmpty()) {
            before.put("authCandidates", candidatesShown);
        }
        before.put("endpoints", endpointsShown);
        if (candidatesShown.values().size() < candidates.size() || endpointsShown.values().size() < endpoints.size()) {
            // An empty list would look as if there were nothing.
            before.put("listsNote", "max_chars has no room for all authCandidates and endpoints");
        }
    }

    /** Fields that a server may refuse a request for, noise or not: a signature is noise and matters all the same. */
    private List<JsonObject> candidates() {
        List<JsonObject> candidates = new ArrayList<>();
        List<Location> seen = new ArrayList<>();
        for (ChangedField field : report.fields()) {
            Role role = field.role().role();
            boolean auth = role == Role.SIGNATURE || role == Role.CSRF || role == Role.SESSION || role == Role.TOKEN;
            if (auth && field.location().side() == Side.REQUEST && candidates.size() < CANDIDATES_MAX && wanted(field.endpoint())
                    && !seen.contains(field.location())) {
                seen.add(field.location());
                candidates.add(JsonObject.builder().put("location", fitted(field.location().toString(), LOCATION_CHARS)).put("role", role.word())
                        .put("volatility", rounded(field.volatility().score())).put("evidence", fitted(field.role().evidence(), EVIDENCE_CHARS_SUMMARY))
                        .build());
            }
        }
        return candidates;
    }

    private static JsonArray fitting(List<JsonObject> items, int room) {
        List<JsonValue> shown = new ArrayList<>();
        int chars = 0;
        for (JsonObject item : items) {
            chars += Json.text(item).length() + 1;
            if (chars > room) {
                break;
            }
            shown.add(item);
        }
        return new JsonArray(shown);
    }

    private List<JsonObject> rows() {
        List<JsonObject> rows = new ArrayList<>();
        switch (page.level()) {
            case SUMMARY -> collapsed(rows);
            case FIELDS -> {
                for (ChangedField field : report.shown()) {
                    if (wanted(field.endpoint())) {
                        rows.add(field(field, field.count(), 1));
                    }
                }
            }
            case ENDPOINTS -> {
                for (EndpointDiff endpoint : report.endpoints()) {
                    if (wanted(endpoint.endpoint())) {
                        rows.add(endpoint(endpoint));
                    }
                }
            }
            case EXCHANGES -> exchanges(rows);
        }
        return rows;
    }

    /** Each field once, for the first of the endpoints that it changed in. */
    private void collapsed(List<JsonObject> rows) {
        record Key(Location location, ChangeKind kind) {}
        Map<Key, List<ChangedField>> groups = new LinkedHashMap<>();
        for (ChangedField field : report.shown()) {
            if (wanted(field.endpoint())) {
                groups.computeIfAbsent(new Key(field.location(), field.kind()), added -> new ArrayList<>()).add(field);
            }
        }
        for (List<ChangedField> group : groups.values()) {
            long count = 0;
            for (ChangedField field : group) {
                count += field.count();
            }
            rows.add(field(group.get(0), count, group.size()));
        }
    }

    private JsonObject field(ChangedField field, long count, int endpoints) {
        boolean brief = page.level() == Level.SUMMARY;
        JsonObject.Builder row = JsonObject.builder().put("endpoint", fitted(field.endpoint().toString(), ENDPOINT_CHARS))
                .put("location", fitted(field.location().toString(), LOCATION_CHARS)).put("kind", field.kind().word())
                .put("role", field.role().role().word()).put("volatility", rounded(field.volatility().score()))
                .put("evidence", fitted(field.evidence(), brief ? EVIDENCE_CHARS_SUMMARY : EVIDENCE_CHARS))
                .put("samplesA", samples(field.samplesA(), brief)).put("samplesB", samples(field.samplesB(), brief)).put("count", count);
        if (endpoints > 1) {
            row.put("endpointsTotal", endpoints);
        }
        if (field.separates()) {
            row.put("separates", true);
        }
        return row.build();
    }

    private static JsonArray samples(List<String> samples, boolean brief) {
        List<JsonValue> shown = new ArrayList<>();
        for (String sample : samples.subList(0, brief ? Math.min(SAMPLES_SUMMARY, samples.size()) : samples.size())) {
            shown.add(new JsonString(brief ? Shortened.text(sample, SAMPLE_CHARS_SUMMARY) : Shortened.text(sample, SAMPLE_CHARS)));
        }
        return new JsonArray(shown);
    }

    private static JsonValue rounded(double score) {
        return JsonNumber.of(Math.round(score * 100) / 100.0);
    }

    private static JsonObject endpoint(EndpointDiff endpoint) {
        return JsonObject.builder().put("endpoint", fitted(endpoint.endpoint().toString(), ENDPOINT_CHARS)).put("countA", endpoint.countA())
                .put("countB", endpoint.countB()).put("matched", endpoint.matched()).put("statusA", statuses(endpoint.statusA()))
                .put("statusB", statuses(endpoint.statusB())).put("verdict", endpoint.verdict().word()).put("changedFields", endpoint.changedFields()).build();
    }

    private static JsonObject statuses(Map<Integer, Integer> statuses) {
        JsonObject.Builder json = JsonObject.builder();
        statuses.forEach((status, count) -> json.put(status == 0 ? "none" : Integer.toString(status), count));
        return json.build();
    }

    /** Pairs that differ, then exchanges without a partner, then repeats. */
    private void exchanges(List<JsonObject> rows) {
        for (PairReport pair : report.pairs()) {
            if (wanted(pair.endpoint())) {
                pair(pair).ifPresent(rows::add);
            }
        }
        for (DiffReport.Single single : report.onlyA()) {
            if (wanted(single.endpoint())) {
                rows.add(single("only_a", "A", single.seq(), single.endpoint(), single.status()).build());
            }
        }
        for (DiffReport.Single single : report.onlyB()) {
            if (wanted(single.endpoint())) {
                rows.add(single("only_b", "B", single.seq(), single.endpoint(), single.status()).build());
            }
        }
        for (DiffReport.Repeated repeat : report.repeated()) {
            if (wanted(repeat.endpoint())) {
                rows.add(single("repeated", repeat.inA() ? "A" : "B", repeat.seq(), repeat.endpoint(), repeat.status()).put("repeats", repeat.of()).build());
            }
        }
    }

    private static JsonObject.Builder single(String state, String side, long seq, Endpoint endpoint, int status) {
        return JsonObject.builder().put("state", state).put("seq" + side, seq).put("endpoint", fitted(endpoint.toString(), ENDPOINT_CHARS))
                .put("status" + side, status);
    }

    private Optional<JsonObject> pair(PairReport pair) {
        List<String> locations = new ArrayList<>();
        int shown = 0;
        for (int index : pair.fields()) {
            ChangedField field = report.fields().get(index);
            if (!field.suppressed()) {
                shown++;
                if (locations.size() < FIELDS_OF_PAIR) {
                    locations.add(fitted(field.location() + " " + field.kind().word(), LOCATION_CHARS));
                }
            }
        }
        if (shown == 0 && !pair.moved() && !pair.isUnknown() && pair.statusA() == pair.statusB()) {
            return Optional.empty();
        }
        JsonObject.Builder row = JsonObject.builder().put("state", "matched").put("seqA", pair.seqA()).put("seqB", pair.seqB())
                .put("endpoint", fitted(pair.endpoint().toString(), ENDPOINT_CHARS)).put("statusA", pair.statusA()).put("statusB", pair.statusB())
                .put("changedFields", shown).putStrings("fields", locations);
        if (pair.moved()) {
            row.put("moved", true);
        }
        if (pair.isUnknown()) {
            row.put("bodiesUnknown", true);
        }
        return Optional.of(row.build());
    }
}
