package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.LiveBuffer;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;
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

/** One exchange in full, and its bodies. */
final class ExchangeTool {
    static final Schema INPUT = Schema.of(
            Property.text("exchange_id", "Id from proxy_list_traffic or proxy_search_traffic", 1, 100).required(),
            ListBudget.MAX_CHARS).and(BodyArgs.PROPERTIES);

    /** Characters kept free for the members around exchange and bodies. */
    private static final int ENVELOPE_CHARS = 200;

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
                ResultSchema.of(ResultSchema.object("exchange"), ResultSchema.flag("complete"), ResultSchema.text("reason").optional(),
                        ResultSchema.object("requestBody").optional(), ResultSchema.object("responseBody").optional()),
                new ToolCall(this::get)));
    }

    private ToolOutcome get(Args args, CallContext context) throws Exception {
        BodyArgs body = BodyArgs.parse(args);
        Exchange exchange = find(args.string("exchange_id"));
        return pool.run(context, () -> render(exchange, body, args.integer("max_chars"), context));
    }

    private Exchange find(String id) throws ToolFailure {
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

    private ToolOutcome render(Exchange exchange, BodyArgs body, int charsMax, CallContext context) throws ToolFailure {
        List<NamedBlock> blocks = blocks(exchange, body);
        int charsLeft = charsMax - ENVELOPE_CHARS;
        JsonObject shown = Shortened.within(ExchangeView.full(exchange, body.which()), blocks.isEmpty() ? charsLeft : charsLeft / 3);
        charsLeft -= Json.text(shown).length();
        JsonObject.Builder result = JsonObject.builder().put("exchange", shown).put("complete", !Shortened.isShorter(shown));
        if (Shortened.isShorter(shown)) {
            result.put("reason", "exchange is shortened to fit; raise max_chars" + (blocks.isEmpty() ? "" : " or leave body out"));
        }
        for (int i = 0; i < blocks.size(); i++) {
            BodyBlock block = blocks.get(i).block();
            JsonObject rendered = body.outputFile().isPresent() ? block.write(files, context.origin())
                    : block.render(charsLeft / (blocks.size() - i));
            result.put(blocks.get(i).name(), rendered);
            charsLeft -= Json.text(rendered).length();
        }
        return ToolOutcome.success(result.build());
    }

    private record NamedBlock(String name, BodyBlock block) {}

    private static List<NamedBlock> blocks(Exchange exchange, BodyArgs body) {
        List<NamedBlock> blocks = new ArrayList<>();
        if (body.which().hasRequest()) {
            blocks.add(new NamedBlock("requestBody", new BodyBlock(body, exchange.requestBody(), exchange.start().head().fields())));
        }
        if (body.which().hasResponse()) {
            Fields fields = exchange.response().map(ResponseHead::fields).orElse(Fields.EMPTY);
            blocks.add(new NamedBlock("responseBody", new BodyBlock(body, exchange.responseBody(), fields)));
        }
        return blocks;
    }
}
