package proxymcp.tool;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.JsonObject;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.mcp.WorkPool;
import proxymcp.store.IndexEntry;
import proxymcp.store.Session;
import proxymcp.store.SessionId;
import proxymcp.store.SessionPage;
import proxymcp.store.SessionQuery;

/** Finding exchanges of a session. */
final class SessionQueryTool {
    private static final int LIMIT_MAX = 5_000;
    /** What a list keeps free around its rows, and the comma. */
    private static final int ENVELOPE_CHARS = 1_001;

    static final Schema INPUT = Schema.of(SessionTools.SESSION_ID).and(SessionFilter.PROPERTIES).and(List.of(
            Property.choice("sort", "By start", "asc", "desc").defaultTo("desc"),
            Property.integer("limit", "", 1, LIMIT_MAX).defaultTo(50),
            Property.integer("offset", "Matches to skip, from the cursor on if one is given", 0, Integer.MAX_VALUE).defaultTo(0),
            Property.text("cursor", "nextCursor of the page before; stays right while the session grows", 1, 100),
            Property.texts("fields", "Only these members of each row, such as seq, url, statusCode", 40),
            ListBudget.MAX_CHARS));

    private final SessionControl sessions;
    private final WorkPool pool;

    SessionQueryTool(SessionControl sessions, WorkPool pool) {
        this.sessions = sessions;
        this.pool = pool;
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_query_session", "Query a session",
                "Exchanges of a session that match all filters, newest first unless told, with their exact number. "
                        + "Details: proxy_get_session_exchange.",
                Tool.Hints.QUERY, SessionTools.TOOLSET, INPUT,
                ResultSchema.of(ResultSchema.integer("total"), ResultSchema.integer("limit"), ResultSchema.integer("offset"),
                        ResultSchema.integer("showing"), ResultSchema.flag("complete"), ResultSchema.text("reason").optional(),
                        ResultSchema.integer("nextOffset").optional(), ResultSchema.text("nextCursor").optional(),
                        ResultSchema.flag("recovered").optional(), ResultSchema.array("items")),
                new ToolCall(this::query)));
    }

    private ToolOutcome query(Args args, CallContext context) throws Exception {
        SessionId id = SessionControl.id("session_id", args.string("session_id"));
        SessionQuery query = SessionFilter.parse(args, args.string("sort").equals("desc"));
        Set<String> fields = SessionRow.parse(args.strings("fields"));
        return pool.run(context, () -> sessions.catalog().read(id, session -> page(session, query, fields, args)));
    }

    private static ToolOutcome page(Session session, SessionQuery query, Set<String> fields, Args args) throws Exception {
        int offset = args.integer("offset");
        int charsMax = args.integer("max_chars");
        Optional<String> cursor = args.optString("cursor");
        SessionPage found;
        try {
            found = session.query(query, offset, args.integer("limit"), cursor);
        } catch (IllegalArgumentException notACursor) {
            throw new BadArgument("cursor", "expected nextCursor of a page with the same filters and sort");
        }
        ListBudget rows = new ListBudget(charsMax);
        SessionRow row = new SessionRow(session, fields);
        for (IndexEntry entry : found.items()) {
            if (!rows.add(row.of(entry, charsMax - ENVELOPE_CHARS))) {
                break;
            }
        }
        boolean more = rows.isFull() || found.nextCursor().isPresent();
        JsonObject.Builder result = JsonObject.builder().put("total", found.total()).put("limit", args.integer("limit")).put("offset", offset)
                .put("showing", rows.size()).put("complete", !more && offset == 0 && cursor.isEmpty());
        if (more) {
            result.put("reason", (rows.isFull() ? "max_chars" : "limit") + " reached; continue with cursor nextCursor")
                    .put("nextCursor", session.cursor(query, found.items().get(rows.size() - 1)));
            if (cursor.isEmpty()) {
                result.put("nextOffset", (long) offset + rows.size());
            }
        } else if (offset > 0 || cursor.isPresent()) {
            result.put("reason", "earlier matches are not shown");
        }
        if (SessionView.isRecovered(session.manifest(), session.damage())) {
            result.put("recovered", true);
        }
        return ToolOutcome.success(result.put("items", rows.items()).build());
    }
}
