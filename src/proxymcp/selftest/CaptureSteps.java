package proxymcp.selftest;

import java.util.ArrayList;
import java.util.List;
import proxymcp.codec.Codings;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Capturing, and reading what was captured. */
final class CaptureSteps {
    private static final String SAID = "{\"topic\":\"prices\",\"item\":4711}";
    private static final List<String> CAPTURED = List.of("capture");

    private CaptureSteps() {}

    static List<Plan> plans() {
        return List.of(
                new Plan("start", "Does a proxy start and record, trusting an origin's private CA?", List.of(), CaptureSteps::start),
                new Plan("capture", "Does a client behind it log in, read JSON, talk on a WebSocket and read events, all over TLS?",
                        List.of("start"), CaptureSteps::capture),
                new Plan("summary", "Do the sums of the session agree with what was sent?", CAPTURED, CaptureSteps::summary),
                new Plan("query", "Which requests went to /api/, oldest first?", CAPTURED, CaptureSteps::query),
                new Plan("streams", "What passed on the WebSocket and as events?", CAPTURED, CaptureSteps::streams),
                new Plan("search", "Which body, compressed with Brotli, holds a word?", CAPTURED, CaptureSteps::search),
                new Plan("decode", "What do the layers of that body hide?", List.of("query"), CaptureSteps::decode));
    }

    private static String start(Bench bench) throws Exception {
        String shop = bench.startShop().url();
        Facts started = bench.call("proxy_start", JsonObject.builder().put("port", 0).put("upstream_ca_file", bench.originAuthorityFile().toString())
                .put("persistence_enabled", true).put("session_name", "a run that works").put("capture_profile", "full").build());
        bench.good = started.text("$.persistence.sessionId");
        long port = started.number("$.port");
        Facts status = bench.call("proxy_status", JsonObject.EMPTY);
        status.require(status.isTrue("$.running") && status.number("$.port") == port, "a proxy that runs on port " + port);
        return "proxy at 127.0.0.1:" + port + " records session " + bench.good + "; an origin with TLS is at " + shop;
    }

    private static String capture(Bench bench) throws Exception {
        ShopClient customer = bench.customer();
        ShopClient.Visit visit = customer.visit(ShopOrigin.VERSION);
        require(visit.statuses().equals(List.of(200, 200, 200)), "login, items and orders were answered " + visit.statuses() + ", not 200 each");
        require(visit.items().contains(ShopOrigin.SHOWN), "the items came as " + visit.items());
        require(visit.issuer().contains("proxy-mcp"), "the certificate that the client saw was issued by " + visit.issuer() + ", not by the proxy");
        String echo = customer.live(SAID);
        require(echo.equals(SAID), "the WebSocket gave back " + echo);
        String news = customer.news();
        int events = news.split("data: ", -1).length - 1;
        require(events == ShopOrigin.NEWS.size(), "of " + ShopOrigin.NEWS.size() + " events came " + events);
        bench.awaitEnds(bench.good);
        Facts stopped = bench.call("proxy_session_stop", JsonObject.EMPTY);
        bench.goodTotal = stopped.number("$.session.exchangeCount");
        stopped.require(bench.goodTotal == 5, "5 exchanges");
        return "login, items and orders 200, each with the token of the answer before; WebSocket echoed; " + events
                + " events; certificate by " + visit.issuer();
    }

    private static String summary(Bench bench) throws Exception {
        Facts summary = bench.read("proxy://sessions/" + bench.good + "/summary");
        long exchanges = summary.number("$.totals.exchanges");
        long fine = summary.number("$.totals.statuses['200']");
        long upgraded = summary.number("$.totals.statuses['101']");
        long complete = summary.number("$.totals.states.complete");
        long received = summary.number("$.totals.responseBytes");
        summary.require(exchanges == 5 && fine == 4 && upgraded == 1 && complete == 5 && received > 0, "5 exchanges, all complete, 4 with 200 and one 101");
        return exchanges + " exchanges, all complete, " + received + " bytes of answers: " + fine + " with 200, " + upgraded + " with 101";
    }

    private static String query(Bench bench) throws Exception {
        Facts found = bench.call("proxy_query_session", JsonObject.builder().put("session_id", bench.good).put("url_contains", "/api/")
                .put("sort", "asc").build());
        List<String> lines = new ArrayList<>();
        for (JsonValue value : found.list("$.items")) {
            Facts row = new Facts("a row", (JsonObject) value);
            String url = row.text("$.url");
            lines.add(row.text("$.method") + " " + url.substring(url.indexOf("/api/")) + " " + row.number("$.statusCode"));
            if (url.endsWith("/api/items")) {
                bench.itemsSeq = row.number("$.seq");
            }
        }
        found.require(found.number("$.total") == 3 && lines.equals(List.of("POST /api/login 200", "GET /api/items 200", "GET /api/orders 200")),
                "login, items and orders with 200");
        return "3 of " + bench.goodTotal + ": " + String.join(", ", lines);
    }

    private static String streams(Bench bench) throws Exception {
        Facts frames = bench.call("proxy_get_ws_frames", JsonObject.builder().put("session_id", bench.good).build());
        int sent = 0;
        int events = 0;
        for (JsonValue item : frames.list("$.items")) {
            String text = Json.text(item);
            sent += text.contains("4711") ? 1 : 0;
            for (String news : ShopOrigin.NEWS) {
                events += text.contains(news) ? 1 : 0;
            }
        }
        frames.require(frames.number("$.total") == 5 && sent == 2 && events == 3, "a text there and back, and 3 events");
        Facts streams = bench.call("proxy_list_ws_streams", JsonObject.builder().put("session_id", bench.good).put("channel", "prices").build());
        Facts stream = new Facts("a stream", (JsonObject) streams.list("$.items").values().get(0));
        stream.require(streams.number("$.total") == 1 && stream.number("$.closeCode") == 1000, "one stream with the channel prices, closed with 1000");
        return "a text there and back on channel prices, closed with 1000, and " + events + " events";
    }

    private static String search(Bench bench) throws Exception {
        if (!Codings.isDecodable("br")) {
            throw new NotTried("Brotli is not decoded on this machine (" + Codings.problem("br") + "); doctor says more");
        }
        Facts found = bench.call("proxy_search_session_bodies", JsonObject.builder().put("session_id", bench.good).put("text", ShopOrigin.SHOWN).build());
        found.require(found.number("$.totalMatches") == 1 && found.holds("$.matches", "/api/items"), "one match, in the items");
        return "\"" + ShopOrigin.SHOWN + "\" stands in 1 of " + found.number("$.scanned") + " bodies, that of /api/items";
    }

    private static String decode(Bench bench) throws Exception {
        Facts decoded = bench.call("proxy_decode_exchange", JsonObject.builder().put("session_id", bench.good).put("seq", bench.itemsSeq)
                .put("side", "response").build());
        decoded.require(decoded.holds("$.response.preview", ShopOrigin.HIDDEN) && decoded.holds("$.response.preview", "base64/gzip/json"),
                "the hidden sentence below Base64 and gzip");
        return "below JSON, Base64, gzip and JSON: \"" + ShopOrigin.HIDDEN + "\"";
    }

    private static void require(boolean holds, String otherwise) throws NotProved {
        if (!holds) {
            throw new NotProved(otherwise);
        }
    }
}
