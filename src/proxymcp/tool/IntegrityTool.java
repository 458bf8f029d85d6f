package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import proxymcp.json.Args;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.mcp.WorkPool;
import proxymcp.store.Damage;
import proxymcp.store.SessionId;
import proxymcp.store.VerifyLevel;
import proxymcp.store.VerifyReport;

/** Whether a session is on the disk as it was written. */
final class IntegrityTool {
    static final Schema INPUT = Schema.of(SessionTools.SESSION_ID,
            Property.choice("level", "quick: ends of segments; standard: every checksum; deep: every record, body and row", "quick", "standard", "deep")
                    .defaultTo("standard"),
            Property.integer("offset", "", 0, Integer.MAX_VALUE).defaultTo(0), ListBudget.MAX_CHARS);

    /** Least room of a result; the lists beside the damage get a third of what is above it. */
    private static final int CHARS_MIN = 2_000;
    /** What those lists have at least, of the 1,000 characters that {@link ListBudget} keeps free. */
    private static final int BESIDE_CHARS_MIN = 500;
    private static final int NOTE_CHARS_MAX = 300;
    /** What {@link Shortened} and JSON add to a note. */
    private static final int NOTE_CHARS_ADDED = 30;
    private static final int EXCHANGES_MAX = 50;

    private final SessionControl sessions;
    private final WorkPool pool;

    IntegrityTool(SessionControl sessions, WorkPool pool) {
        this.sessions = sessions;
        this.pool = pool;
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_session_verify_integrity", "Verify a session", "Checks a session's files, also while it is recorded: exact "
                + "damaged ranges and the exchanges they touch. Changes nothing.", Tool.Hints.QUERY, SessionTools.TOOLSET, INPUT,
                ResultSchema.of(ResultSchema.flag("ok"), ResultSchema.text("state"), ResultSchema.text("level"), ResultSchema.flag("recording"),
                        ResultSchema.integer("recordsChecked"), ResultSchema.integer("bytesChecked"), ResultSchema.integer("segmentsTotal"),
                        ResultSchema.array("segments"), ResultSchema.integer("lostExchangesTotal"), ResultSchema.array("lostExchanges"),
                        ResultSchema.array("notes"), ResultSchema.integer("durationMs")).and(ListBudget.pageMembers("damage")
                                .members().toArray(new ResultSchema.Member[0])),
                new ToolCall(this::verify)));
    }

    private ToolOutcome verify(Args args, CallContext context) throws Exception {
        SessionId id = SessionControl.id("session_id", args.string("session_id"));
        VerifyLevel level = args.choice("level", VerifyLevel.class);
        VerifyReport report = pool.run(context, () -> sessions.catalog().verify(id, level, new CallWatch(context, "octets checked")));
        return ToolOutcome.success(render(report, args.integer("offset"), args.integer("max_chars")));
    }

    private static JsonObject render(VerifyReport report, int offset, int charsMax) {
        int share = (charsMax - CHARS_MIN) / 3;
        ListBudget damage = new ListBudget(charsMax - share);
        for (int i = offset; i < report.damage().size() && !damage.isFull(); i++) {
            damage.add(place(report.damage().get(i)));
        }
        int room = BESIDE_CHARS_MIN + share;
        JsonArray notes = notes(report.notes(), room / 2);
        room -= chars(notes);
        JsonArray segments = segments(report.segments(), room * 2 / 3);
        room -= chars(segments);
        List<JsonValue> lost = new ArrayList<>();
        for (long seq : report.lostExchanges().subList(0, Math.min(report.lostExchanges().size(), room))) {
            lost.add(JsonNumber.of(seq));
        }
        return JsonObject.builder().put("ok", report.isOk()).put("state", report.state().name().toLowerCase(Locale.ROOT))
                .put("level", report.level().name().toLowerCase(Locale.ROOT)).put("recording", report.recording())
                .put("recordsChecked", report.recordsChecked()).put("bytesChecked", report.bytesChecked())
                .put("segmentsTotal", report.segments().size()).put("segments", segments)
                .putAll(damage.page("damage", offset, report.damage().size()))
                .put("lostExchangesTotal", report.lostExchanges().size()).put("lostExchanges", fitting(lost, room)).put("notes", notes)
                .put("durationMs", report.durationNanos() / 1_000_000).build();
    }

    private static JsonArray notes(List<String> notes, int room) {
        List<JsonValue> shown = new ArrayList<>();
        for (String note : notes) {
            shown.add(new JsonString(Shortened.text(note, Math.clamp(room / notes.size() - NOTE_CHARS_ADDED, 1, NOTE_CHARS_MAX))));
        }
        return fitting(shown, room);
    }

    /** All segments where there is room, else those that are not whole; their number stands beside them. */
    private static JsonArray segments(List<VerifyReport.Segment> segments, int room) {
        List<JsonValue> all = new ArrayList<>();
        List<JsonValue> harmed = new ArrayList<>();
        for (VerifyReport.Segment segment : segments) {
            JsonValue shown = JsonObject.builder().put("number", segment.number()).put("state", segment.state())
                    .put("records", segment.records()).put("bytes", segment.bytes()).build();
            all.add(shown);
            if (!segment.state().equals("sealed") && !segment.state().equals("open")) {
                harmed.add(shown);
            }
        }
        JsonArray whole = new JsonArray(all);
        return chars(whole) <= room ? whole : fitting(harmed, room);
    }

    /** The first of the items, as many as have {@code room}. */
    private static JsonArray fitting(List<JsonValue> items, int room) {
        List<JsonValue> shown = new ArrayList<>();
        int chars = 0;
        for (JsonValue item : items) {
            chars += Json.text(item).length() + 1;
            if (chars > room) {
                break;
            }
            shown.add(item);
        }
        return new JsonArray(shown);
    }

    /** Characters of an array's items. */
    private static int chars(JsonArray array) {
        return Json.text(array).length() - 1;
    }

    private static JsonObject place(Damage place) {
        List<Long> touched = place.exchanges();
        JsonObject.Builder members = JsonObject.builder().put("segment", place.segment()).put("offset", place.offset())
                .put("length", place.length()).put("kind", place.kind())
                .put("firstSeq", touched.isEmpty() ? JsonNull.NULL : JsonNumber.of(touched.get(0)))
                .put("lastSeq", touched.isEmpty() ? JsonNull.NULL : JsonNumber.of(touched.get(touched.size() - 1)));
        List<JsonValue> exchanges = new ArrayList<>();
        for (long seq : touched.subList(0, Math.min(EXCHANGES_MAX, touched.size()))) {
            exchanges.add(JsonNumber.of(seq));
        }
        return members.put("exchangesTotal", touched.size()).put("exchanges", new JsonArray(exchanges)).build();
    }
}
