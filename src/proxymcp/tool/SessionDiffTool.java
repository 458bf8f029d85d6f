package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.decode.Decoders;
import proxymcp.diff.ArrayMode;
import proxymcp.diff.DiffException;
import proxymcp.diff.DiffReport;
import proxymcp.diff.DiffRequest;
import proxymcp.diff.IgnorePatterns;
import proxymcp.diff.SessionDiff;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.mcp.WorkPool;
import proxymcp.store.Session;
import proxymcp.store.SessionId;
import proxymcp.store.WorkWatch;

/** Comparing two sessions. */
final class SessionDiffTool {
    private static final int BASELINES_MAX = 8;
    private static final int PATTERNS_MAX = 200;
    private static final int SUMMARY_FIELDS = 10;
    private static final int LIMIT = 50;

    static final Schema INPUT = Schema.of(
            Property.text("session_id", "A: the session that works", 1, 100).required(),
            Property.text("other_session_id", "B: the one to compare it with", 1, 100).required(),
            Property.texts("more_baselines", "Ids of more sessions that work: what varies among those is noise", BASELINES_MAX),
            Property.integer("seq_a", "With seq_b: compare just these two exchanges", 1, Long.MAX_VALUE >> 20),
            Property.integer("seq_b", "See seq_a", 1, Long.MAX_VALUE >> 20),
            Property.texts("ignore", "Fields to leave out, * and ** as wildcards: response.json.$.items[*].id, GET host/path/**: request.header.x-*",
                    PATTERNS_MAX),
            Property.flag("suppress_volatile", "Leave out noise; it is counted").defaultTo(true),
            Property.choice("level", "What is listed", "summary", "endpoints", "exchanges", "fields").defaultTo("summary"),
            Property.text("endpoint", "Only endpoints with this in their text", 1, 2_000),
            Property.choice("array_mode", "How array elements are paired", "auto", "ordered", "set", "keyed").defaultTo("auto"),
            Property.integer("limit", "10 at level summary, else 50", 1, 5_000),
            Property.integer("offset", "", 0, Integer.MAX_VALUE).defaultTo(0),
            ListBudget.MAX_CHARS).and(SessionFilter.FEW).andUntold(SessionFilter.OTHERS);

    private final SessionControl sessions;
    private final WorkPool pool;
    private final SessionDiff diff;

    SessionDiffTool(SessionControl sessions, WorkPool pool, Decoders decoders) {
        this.sessions = sessions;
        this.pool = pool;
        this.diff = new SessionDiff(decoders);
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_diff_sessions", "Compare two sessions",
                "What differs between a session that works and another one: exchanges aligned, fields ranked with role, volatility and "
                        + "evidence. Filters as in proxy_query_session. Begin with the summary.",
                Tool.Hints.QUERY, DecodeTools.TOOLSET, INPUT,
                ResultSchema.of(ResultSchema.text("sessionId"), ResultSchema.text("otherSessionId"), ResultSchema.text("level"), ResultSchema.object("summary"),
                        ResultSchema.object("firstDivergence").optional(), ResultSchema.array("topChangedFields").optional(),
                        ResultSchema.array("authCandidates").optional(), ResultSchema.array("endpoints").optional(),
                        ResultSchema.text("listsNote").optional(),
                        ResultSchema.array("exchanges").optional(), ResultSchema.integer("ignoredCount"), ResultSchema.integer("suppressedCount"),
                        ResultSchema.integer("total"), ResultSchema.integer("offset"), ResultSchema.integer("showing"), ResultSchema.flag("complete"),
                        ResultSchema.text("reason").optional(), ResultSchema.integer("nextOffset").optional()),
                new ToolCall(this::diff)));
    }

    private ToolOutcome diff(Args args, CallContext context) throws Exception {
        SessionId a = SessionControl.id("session_id", args.string("session_id"));
        SessionId b = SessionControl.id("other_session_id", args.string("other_session_id"));
        List<SessionId> baselines = new ArrayList<>();
        for (String text : args.strings("more_baselines")) {
            SessionId id = SessionControl.id("more_baselines", text);
            if (id.equals(b)) {
                throw new BadArgument("more_baselines", "expected sessions that work, not other_session_id");
            }
            if (!id.equals(a) && !baselines.contains(id)) {
                baselines.add(id);
            }
        }
        DiffRequest request = request(args);
        DiffView.Level level = args.choice("level", DiffView.Level.class);
        int limit = args.optInteger("limit").orElse(level == DiffView.Level.SUMMARY ? SUMMARY_FIELDS : LIMIT);
        DiffView.Page page = new DiffView.Page(level, args.optString("endpoint").map(text -> text.toLowerCase(Locale.ROOT)), limit, args.integer("offset"),
                args.integer("max_chars"));
        DiffReport report = pool.run(context, () -> compare(a, b, baselines, request, new CallWatch(context, "exchanges")));
        return ToolOutcome.success(new DiffView(a, b, report, page).json());
    }

    private static DiffRequest request(Args args) throws BadArgument {
        OptionalLong seqA = args.optLong("seq_a");
        OptionalLong seqB = args.optLong("seq_b");
        if (seqA.isPresent() != seqB.isPresent()) {
            throw new BadArgument(seqA.isPresent() ? "seq_b" : "seq_a", "expected it too: two exchanges are compared");
        }
        IgnorePatterns ignored;
        try {
            ignored = IgnorePatterns.parse(args.strings("ignore"));
        } catch (IllegalArgumentException refused) {
            throw new BadArgument("ignore", Shortened.text(refused.getMessage(), 300));
        }
        Optional<DiffRequest.Couple> only = seqA.isPresent() ? Optional.of(new DiffRequest.Couple(seqA.getAsLong(), seqB.getAsLong())) : Optional.empty();
        return new DiffRequest(SessionFilter.parse(args, false), only, ignored, args.flag("suppress_volatile"), args.choice("array_mode", ArrayMode.class));
    }

    /** Opens the sessions one within the other, so that each is there as long as it is read. */
    DiffReport compare(SessionId a, SessionId b, List<SessionId> baselines, DiffRequest request, WorkWatch watch) throws Exception {
        List<SessionId> ids = new ArrayList<>(List.of(a, b));
        ids.addAll(baselines);
        return opened(ids, new ArrayList<>(), request, watch);
    }

    private DiffReport opened(List<SessionId> ids, List<Session> open, DiffRequest request, WorkWatch watch) throws Exception {
        if (open.size() < ids.size()) {
            return sessions.catalog().read(ids.get(open.size()), session -> {
                List<Session> more = new ArrayList<>(open);
                more.add(session);
                return opened(ids, more, request, watch);
            });
        }
        if (request.only().isPresent()) {
            SessionExchangeTool.find(open.get(0), OptionalLong.of(request.only().get().seqA()));
            SessionExchangeTool.find(open.get(1), OptionalLong.of(request.only().get().seqB()));
        }
        try {
            return diff.run(open.get(0), open.get(1), open.subList(2, open.size()), request, watch);
        } catch (DiffException refused) {
            throw new ToolFailure(refused.code(), refused.getMessage(), refused.hint());
        }
    }
}
