package proxymcp.tool;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.LiveBuffer;
import proxymcp.json.Args;
import proxymcp.json.JsonObject;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.mcp.WorkPool;

/** One exchange in full, and its bodies. */
final class ExchangeTool {
    static final Schema INPUT = Schema.of(
            Property.text("exchange_id", "Id from proxy_list_traffic or proxy_search_traffic", 1, 100).required(),
            ListBudget.MAX_CHARS).and(BodyArgs.PROPERTIES);

    private final LiveBuffer live;
    private final FileAccess files;
    private final WorkPool pool;

    ExchangeTool(LiveBuffer live, FileAccess files, WorkPool pool) {
        this.live = live;
        this.files = files;
        this.pool = pool;
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_get_exchange", "Get one exchange",
                "One captured exchange: headers in wire order, TLS, timings, how it ended, and the start of each text body. "
                        + "Ask with body for more of a body, in parts or as a file.",
                new Tool.Hints(false, true, true, false), Toolbox.CORE, INPUT,
                ExchangeResult.SCHEMA,
                new ToolCall(this::get)));
    }

    private ToolOutcome get(Args args, CallContext context) throws Exception {
        BodyArgs body = BodyArgs.parse(args);
        Exchange exchange = find(live, args.string("exchange_id"));
        ExchangeResult result = new ExchangeResult(exchange, new BodySource.Live(exchange.requestBody()),
                new BodySource.Live(exchange.responseBody()), body.which());
        return pool.run(context, () -> ToolOutcome.success(result.render(body, JsonObject.EMPTY, args.integer("max_chars"), files, context)));
    }

    /** The exchange with this id. */
    static Exchange find(LiveBuffer live, String id) throws ToolFailure {
        Optional<Exchange> found;
        try {
            found = live.find(UUID.fromString(id));
        } catch (IllegalArgumentException notAnId) {
            found = Optional.empty();
        }
        if (found.isEmpty()) {
            throw new ToolFailure("unknown_exchange", "No exchange with this id is in the live buffer",
                    "proxy_list_traffic lists the ids; the buffer keeps the newest " + live.limits().exchangesMax());
        }
        return found.get();
    }
}
