package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import proxymcp.json.Args;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
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
            Property.integer("offset", "Places of damage to skip", 0, Integer.MAX_VALUE).defaultTo(0), ListBudget.MAX_CHARS);

    /** Shares of the room: segments that are whole give way first. */
    private static final int SEGMENT_CHARS = 70;
    private static final int SEQ_CHARS = 12;
    private static final int EXCHANGES_MAX = 50;
    private static final int NOTES_CHARS = 300;

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
                        ResultSchema.array("notes"), ResultSchema.number("durationMs")).and(ListBudget.pageMembers("damage")
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
        int third = charsMax / 3;
        List<JsonValue> segments = segments(report, third / SEGMENT_CHARS);
        List<JsonValue> lost = new ArrayList<>();
        for (long seq : report.lostExchanges().subList(0, Math.min(report.lostExchanges().size(), third / 2 / SEQ_CHARS))) {
            lost.add(JsonNumber.of(seq));
        }
        ListBudget damage = new ListBudget(Math.max(2_000, third));
        for (int i = offset; i < report.damage().size() && !damage.isFull(); i++) {
            damage.add(place(report.damage().get(i)));
        }
        List<String> notes = report.notes().stream().map(note -> Shortened.text(note, NOTES_CHARS)).limit(10).toList();
        return JsonObject.builder().put("ok", report.isOk()).put("state", report.state().name().toLowerCase(Locale.ROOT))
                .put("level", report.level().name().toLowerCase(Locale.ROOT)).put("recording", report.recording())
                .put("recordsChecked", report.recordsChecked()).put("bytesChecked", report.bytesChecked())
                .put("segmentsTotal", report.segments().size()).put("segments", new JsonArray(segments))
                .putAll(damage.page("damage", offset, report.damage().size()))
                .put("lostExchangesTotal", report.lostExchanges().size()).put("lostExchanges", new JsonArray(lost)).putStrings("notes", notes)
                .put("durationMs", JsonNumber.of(report.durationNanos() / 1_000_000)).build();
    }

    /** All segments where there is room, else those that are not whole; their number stands beside them. */
    private static List<JsonValue> segments(VerifyReport report, int most) {
        List<JsonValue> shown = new ArrayList<>();
        boolean all = report.segments().size() <= most;
        for (VerifyReport.Segment segment : report.segments()) {
            boolean whole = segment.state().equals("sealed") || segment.state().equals("open");
            if ((all || !whole) && shown.size() < most) {
                shown.add(JsonObject.builder().put("number", segment.number()).put("state", segment.state()).put("records", segment.records())
                        .put("bytes", segment.bytes()).build());
            }
        }
        return shown;
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
