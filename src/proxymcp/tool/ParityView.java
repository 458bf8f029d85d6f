package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.json.ListBudget;
import proxymcp.parity.Drift;
import proxymcp.parity.EndpointParity;
import proxymcp.parity.PairParity;
import proxymcp.parity.ParityJson;
import proxymcp.parity.ParityReport;
import proxymcp.parity.Verdict;

/** A report as a result shows it: the verdict, a page of its endpoints, and the first exchanges that are blocked, unknown or without a partner. */
final class ParityView {
    /** What {@link ListBudget} takes at least, for its items and what stands around them. */
    private static final int PAGE_CHARS_LEAST = 2_000;
    private static final int ROW_CHARS_MAX = 1_000;
    /** What it keeps of that for what stands around. */
    private static final int ENVELOPE_CHARS = 1_000;
    private static final int DRIFT_CHARS_LEAST = 600;
    private static final int ENDPOINT_CHARS = 400;
    /** Below this much room there are only the verdict and endpoints. */
    private static final int ROOMY_CHARS = 4_000;
    private static final int FIRST_MAX = 20;
    private static final int NOTES_MAX = 3;
    private static final int NOTE_CHARS = 150;
    private static final String REST = "; output_file has all";

    private final ParityReport report;
    private final int charsMax;
    private final List<String> missing = new ArrayList<>();

    /** @param charsMax characters of the whole result */
    ParityView(ParityReport report, int charsMax) {
        this.report = report;
        this.charsMax = charsMax;
    }

    /**
     * The result.
     *
     * @param offset of the first endpoint
     * @param limit endpoints that are listed at most
     * @param text the report in another form, which is left out if it does not fit
     * @param written members about the file that it was written to
     */
    JsonObject json(int offset, int limit, Optional<String> text, JsonObject written) {
        JsonObject head = head();
        int room = charsMax - Json.text(head).length() - Json.text(written).length();
        JsonObject other = other(text, room);
        room -= Json.text(other).length();
        List<JsonValue> unmatched = new ArrayList<>();
        for (ParityReport.Unmatched one : report.unmatched().subList(0, Math.min(FIRST_MAX, report.unmatched().size()))) {
            unmatched.add(ParityJson.unmatched(one));
        }
        int share = room < ROOMY_CHARS ? 0 : room / 8;
        JsonObject.Builder first = JsonObject.builder();
        put(first, "unmatched", unmatched, report.unmatched().size(), share);
        put(first, "blocked", pairs(Verdict.BLOCKED), report.count(Verdict.BLOCKED), share);
        put(first, "unknown", pairs(Verdict.UNKNOWN), report.count(Verdict.UNKNOWN), share);
        if (!missing.isEmpty()) {
            first.put("listsNote", "shown " + String.join(", ", missing) + REST);
        }
        JsonObject lists = first.build();
        JsonObject page = page(offset, limit, room - Json.text(lists).length());
        return JsonObject.builder().putAll(head).putAll(page).putAll(lists).putAll(other).putAll(written).build();
    }

    private JsonObject head() {
        JsonObject.Builder head = JsonObject.builder();
        for (JsonObject.Member member : ParityJson.summary(report).members()) {
            if (!member.name().equals("notes")) {
                head.put(member.name(), member.value());
            }
        }
        List<String> notes = new ArrayList<>();
        for (String note : report.notes().subList(0, Math.min(NOTES_MAX, report.notes().size()))) {
            notes.add(Shortened.text(note, NOTE_CHARS));
        }
        if (!notes.isEmpty()) {
            head.putStrings("notes", notes);
        }
        return head.build();
    }

    /** All of it or nothing: a part of a document is none. */
    private JsonObject other(Optional<String> text, int room) {
        if (text.isEmpty()) {
            return JsonObject.EMPTY;
        }
        JsonObject whole = JsonObject.builder().put("text", new JsonString(text.get())).build();
        if (Json.text(whole).length() <= room - PAGE_CHARS_LEAST) {
            return whole;
        }
        missing.add("nothing of the text of " + text.get().length() + " characters");
        return JsonObject.EMPTY;
    }

    private List<JsonValue> pairs(Verdict verdict) {
        List<JsonValue> rows = new ArrayList<>();
        for (PairParity pair : report.findings(verdict)) {
            if (rows.size() == FIRST_MAX) {
                return rows;
            }
            rows.add(ParityJson.pair(pair));
        }
        return rows;
    }

    private void put(JsonObject.Builder lists, String name, List<JsonValue> rows, long total, int room) {
        List<JsonValue> shown = new ArrayList<>();
        int chars = 0;
        for (JsonValue row : rows) {
            JsonObject fitting = Shortened.within((JsonObject) row, ROW_CHARS_MAX);
            chars += Json.text(fitting).length() + 1;
            if (chars > room) {
                break;
            }
            shown.add(fitting);
        }
        lists.put(name, new JsonArray(shown));
        if (shown.size() < total) {
            missing.add(shown.size() + " of " + total + " " + name);
        }
    }

    private JsonObject page(int offset, int limit, int room) {
        List<EndpointParity> endpoints = report.endpoints();
        int budget = Math.max(PAGE_CHARS_LEAST, room);
        ListBudget list = new ListBudget(budget);
        int begin = Math.min(offset, endpoints.size());
        int end = begin + Math.min(limit, endpoints.size() - begin);
        // One endpoint that drifted in a hundred ways must not hide the others, and has all the room if it is alone.
        int each = Math.max(DRIFT_CHARS_LEAST, (budget - ENVELOPE_CHARS) / Math.max(1, end - begin) - ENDPOINT_CHARS);
        for (int i = begin; i < end && list.add(row(endpoints.get(i), each)); i++) {
            continue;
        }
        return list.page("endpoints", offset, endpoints.size());
    }

    /** How many of its drifts it has stands beside those that are shown. */
    private static JsonObject row(EndpointParity endpoint, int room) {
        List<Drift> shown = new ArrayList<>();
        int chars = 0;
        for (Drift drift : endpoint.drift()) {
            chars += Json.text(ParityJson.drift(drift)).length() + 1;
            if (chars > room && !shown.isEmpty()) {
                break;
            }
            shown.add(drift);
        }
        return ParityJson.endpoint(new EndpointParity(endpoint.endpoint(), endpoint.compared(), endpoint.samples(), endpoint.verdicts(), endpoint.severity(),
                endpoint.score(), shown, endpoint.driftTotal()));
    }
}
