package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
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

/** Listing, searching and forgetting what the live buffer holds. */
final class TrafficTools {
    private static final int LIMIT_MAX = 5_000;
    /** Characters of the query that a result repeats. */
    private static final int ECHO_CHARS = 60;
    /** What a list keeps free around its rows, and the comma. */
    private static final int ENVELOPE_CHARS = 1_001;

    static final Schema LIST = Schema.of(page(50)).and(TrafficFilter.PROPERTIES);
    static final Schema SEARCH = Schema.of(
            Property.text("query", "Text to look for, ignoring case", 1, 10_000).required()).and(page(20));

    private final LiveBuffer live;
    private final WorkPool pool;

    TrafficTools(LiveBuffer live, WorkPool pool) {
        this.live = live;
        this.pool = pool;
    }

    private static List<Property> page(int limit) {
        return List.of(Property.integer("limit", "", 1, LIMIT_MAX).defaultTo(limit),
                Property.integer("offset", "", 0, Integer.MAX_VALUE).defaultTo(0), ListBudget.MAX_CHARS);
    }

    List<Tool> tools() {
        Tool list = new Tool("proxy_list_traffic", "List captured traffic",
                "Captured exchanges, oldest first, also those in flight. The newest "
                        + live.limits().exchangesMax() + " are kept. Details: proxy_get_exchange.",
                Tool.Hints.QUERY, Toolbox.CORE, LIST,
                ResultSchema.of(pageMembers()).and(ResultSchema.integer("limit"), ResultSchema.array("exchanges")),
                new ToolCall(this::list));
        Tool search = new Tool("proxy_search_traffic", "Search captured traffic",
                "Finds exchanges that hold a text in URL, header values or decoded bodies, oldest first.",
                Tool.Hints.QUERY, Toolbox.CORE, SEARCH,
                ResultSchema.of(pageMembers()).and(ResultSchema.text("query"), ResultSchema.integer("matches"),
                        ResultSchema.integer("bodiesNotWhole"), ResultSchema.array("results")),
                new ToolCall(this::search));
        Tool clear = new Tool("proxy_clear_traffic", "Forget captured traffic",
                "Empties the live buffer. What is in flight goes on, unseen.", Tool.Hints.REMOVE, Toolbox.CORE, Schema.EMPTY,
                ResultSchema.of(ResultSchema.integer("cleared")), new ToolCall(this::clear));
        return List.of(list, search, clear);
    }

    private static ResultSchema.Member[] pageMembers() {
        return new ResultSchema.Member[] {ResultSchema.integer("total"), ResultSchema.integer("offset"),
            ResultSchema.integer("showing"), ResultSchema.flag("complete"), ResultSchema.text("reason").optional(),
            ResultSchema.integer("nextOffset").optional()};
    }

    private ToolOutcome list(Args args, CallContext context) throws Exception {
        TrafficFilter filter = TrafficFilter.parse(args);
        return pool.run(context, () -> list(args, filter));
    }

    private ToolOutcome list(Args args, TrafficFilter filter) {
        List<Exchange> accepted = new ArrayList<>();
        for (Exchange exchange : live.snapshot()) {
            if (filter.accepts(exchange)) {
                accepted.add(exchange);
            }
        }
        int offset = args.integer("offset");
        int limit = args.integer("limit");
        int charsMax = args.integer("max_chars");
        ListBudget page = new ListBudget(charsMax);
        for (int i = offset; i < accepted.size() && page.size() < limit && !page.isFull(); i++) {
            page.add(ExchangeView.listed(accepted.get(i), rowChars(charsMax)));
        }
        return ToolOutcome.success(JsonObject.builder().put("limit", limit)
                .putAll(page.page("exchanges", offset, accepted.size())).build());
    }

    private ToolOutcome search(Args args, CallContext context) throws Exception {
        String query = args.string("query");
        TrafficSearch.Found found = pool.run(context, () -> TrafficSearch.in(live.snapshot(), query, context));
        int offset = args.integer("offset");
        int limit = args.integer("limit");
        int charsMax = args.integer("max_chars");
        ListBudget page = new ListBudget(charsMax);
        List<TrafficSearch.Hit> hits = found.hits();
        for (int i = offset; i < hits.size() && page.size() < limit && !page.isFull(); i++) {
            page.add(ExchangeView.found(hits.get(i), rowChars(charsMax)));
        }
        return ToolOutcome.success(JsonObject.builder().put("query", Shortened.text(query, ECHO_CHARS)).put("matches", hits.size())
                .put("bodiesNotWhole", found.bodiesNotWhole()).putAll(page.page("results", offset, hits.size())).build());
    }

    /** What a list surely has room for in one row: below that, its own shortening would cut ids. */
    private static int rowChars(int charsMax) {
        return charsMax - ENVELOPE_CHARS;
    }

    private ToolOutcome clear(Args args, CallContext context) {
        return ToolOutcome.success(JsonObject.builder().put("cleared", live.clear()).build());
    }
}
