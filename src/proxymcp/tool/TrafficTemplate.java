package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.LiveBuffer;
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.ResourceTemplate;
import proxymcp.mcp.UriTemplate;
import proxymcp.mcp.WorkPool;

/** Exchanges of the live buffer as resources, whose ids are completed, the newest first. */
final class TrafficTemplate implements ResourceTemplate.Family {
    private static final String VARIABLE = "exchange_id";
    private static final int CHARS_MAX = 24_000;
    private static final int VALUES_MAX = 100;

    private final LiveBuffer live;
    private final WorkPool pool;

    TrafficTemplate(LiveBuffer live, WorkPool pool) {
        this.live = live;
        this.pool = pool;
    }

    ResourceTemplate template() {
        return new ResourceTemplate(new UriTemplate("proxy://traffic/{" + VARIABLE + "}"), "proxy_traffic_exchange", "Captured exchange",
                "Member exchange of proxy_get_exchange", Optional.of("application/json"), this);
    }

    @Override
    public Optional<ResourceContents> read(Map<String, String> variables, CallContext context) throws Exception {
        Optional<Exchange> exchange = parse(variables.get(VARIABLE)).flatMap(live::find);
        if (exchange.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(ResourceContents.json(pool.run(context, () -> render(exchange.get()))));
    }

    @Override
    public List<String> complete(String variable, String typed, Map<String, String> chosen) {
        List<Exchange> exchanges = live.snapshot();
        List<String> values = new ArrayList<>();
        for (int i = exchanges.size() - 1; i >= 0 && values.size() < VALUES_MAX; i--) {
            if (exchanges.get(i).id().startsWith(typed)) {
                values.add(exchanges.get(i).id());
            }
        }
        return values;
    }

    private static JsonObject render(Exchange exchange) {
        return JsonObject.builder().put("exchange", Shortened.within(ExchangeView.full(exchange, BodyArgs.Which.NONE), CHARS_MAX)).build();
    }

    private static Optional<UUID> parse(String id) {
        try {
            return Optional.of(UUID.fromString(id));
        } catch (IllegalArgumentException notAnId) {
            return Optional.empty();
        }
    }
}
