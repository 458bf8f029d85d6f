package proxymcp.tool;

import java.util.List;
import proxymcp.json.Args;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.mcp.WorkPool;
import proxymcp.store.Salvaged;
import proxymcp.store.SessionId;

/** Copying what is sound of a damaged session. */
final class SalvageTool {
    static final Schema INPUT = Schema.of(SessionTools.SESSION_ID,
            Property.text("name", "", 1, 200), ListBudget.MAX_CHARS);

    private final SessionControl sessions;
    private final WorkPool pool;
    private final SessionView view;

    SalvageTool(SessionControl sessions, WorkPool pool) {
        this.sessions = sessions;
        this.pool = pool;
        this.view = new SessionView(sessions);
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_session_salvage", "Salvage a session",
                "Copies what is sound of a damaged session into a new one, with the same seqs, and lists what is lost.",
                Tool.Hints.ADD, SessionTools.TOOLSET, INPUT,
                ResultSchema.of(ResultSchema.object("session"), ResultSchema.text("sourceSessionId"), ResultSchema.integer("exchangesTotal"),
                        ResultSchema.integer("exchangesCopied"), ResultSchema.integer("lostTotal"), ResultSchema.flag("complete"),
                        ResultSchema.text("reason").optional(), ResultSchema.array("lost")),
                new ToolCall(this::salvage)));
    }

    private ToolOutcome salvage(Args args, CallContext context) throws Exception {
        SessionId id = SessionControl.id("session_id", args.string("session_id"));
        Salvaged salvaged = pool.run(context, () -> sessions.catalog().salvage(id, args.optString("name"), new CallWatch(context, "exchanges copied")));
        JsonObject session = view.whole(salvaged.session());
        ListBudget lost = new ListBudget(Math.max(2_000, args.integer("max_chars") - Json.text(session).length()));
        for (Salvaged.Lost one : salvaged.lost()) {
            if (!lost.add(JsonObject.builder().put("seq", one.seq()).put("part", one.part()).put("reason", one.reason()).build())) {
                break;
            }
        }
        boolean complete = lost.size() == salvaged.lostTotal();
        JsonObject.Builder result = JsonObject.builder().put("session", session).put("sourceSessionId", id.text())
                .put("exchangesTotal", salvaged.exchangesTotal()).put("exchangesCopied", salvaged.exchangesCopied())
                .put("lostTotal", salvaged.lostTotal()).put("complete", complete);
        if (!complete) {
            result.put("reason", "max_chars reached; lost holds the first " + lost.size());
        }
        return ToolOutcome.success(result.put("lost", lost.items()).build());
    }
}
