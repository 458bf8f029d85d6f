package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.LiveBuffer;
import proxymcp.exchange.Source;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;

final class TrafficToolsTest {
    @TempDir
    Path folder;

    private Tools tools;

    @BeforeEach
    void makeTools() {
        tools = new Tools(folder.resolve("home"));
    }

    @AfterEach
    void close() {
        tools.close();
    }

    private Traffic traffic() {
        return new Traffic(tools.live);
    }

    private static List<String> ids(JsonObject result, String list) {
        List<String> ids = new ArrayList<>();
        for (JsonValue row : result.array(list).orElseThrow()) {
            ids.add(((JsonObject) row).string("id").orElseThrow());
        }
        return ids;
    }

    @Test
    void aRowHoldsWhatAnAgentChoosesBy() {
        String id = traffic().request("POST", "api.example", "/login?x=1").requestBody("secret").status(201)
                .responseBody("application/json; charset=utf-8", "{}").complete();
        assertEquals("{\"status\":\"success\",\"limit\":50,\"total\":1,\"offset\":0,\"showing\":1,\"complete\":true,\"exchanges\":[{\"id\":\"" + id
                + "\",\"seq\":1,\"timestamp\":1700000000000,\"method\":\"POST\",\"url\":\"http://api.example/login?x=1\",\"status\":201,"
                + "\"duration\":6,\"state\":\"complete\",\"source\":\"explicit\",\"hostname\":\"api.example\",\"requestSize\":6,"
                + "\"responseSize\":2,\"contentType\":\"application/json\"}]}", Json.text(tools.call("proxy_list_traffic", "{}")));
    }

    @Test
    void whatHangsIsListedAsInFlight() {
        Traffic.Open open = traffic().open();
        JsonObject row = (JsonObject) Tools.at(tools.call("proxy_list_traffic", "{}"), "exchanges.0");
        assertEquals(open.id() + " in_flight null null null", row.string("id").orElseThrow() + " " + row.string("state").orElseThrow() + " "
                + row.get("status").orElseThrow() + " " + row.get("duration").orElseThrow() + " " + row.get("responseSize").orElseThrow());
    }

    @Test
    void whatFailedSaysWhy() {
        traffic().failed(ErrorClass.DNS, "nosuch.example does not resolve");
        traffic().failed(ErrorClass.RESET, "the origin reset the connection");
        JsonObject list = tools.call("proxy_list_traffic", "{}");
        assertEquals("incomplete dns nosuch.example does not resolve", Tools.text(list, "exchanges.0.state") + " "
                + Tools.text(list, "exchanges.0.errorClass") + " " + Tools.text(list, "exchanges.0.error"));
        assertEquals("reset", Tools.text(list, "exchanges.1.errorClass"));
    }

    @Test
    void everyFilterNarrowsAndTheTotalCountsWhatFits() {
        String first = traffic().request("GET", "a.example", "/One").complete();
        String second = traffic().request("POST", "B.example".toLowerCase(), "/two").status(404).complete();
        String third = traffic().request("GET", "b.example", "/three").status(404).from(Source.TRANSPARENT).complete();
        traffic().request("GET", "b.example", "/four").failed(ErrorClass.TIMEOUT, "slow");
        assertEquals(List.of(second), list("{\"method_filter\":\"post\"}"));
        assertEquals(List.of(first), list("{\"url_filter\":\"EXAMPLE/one\"}"));
        assertEquals(List.of(second, third), list("{\"hostname_filter\":\"B.ex\",\"status_filter\":404}"));
        assertEquals(List.of(third), list("{\"source_filter\":\"transparent\"}"));
        assertEquals(List.of(), list("{\"source_filter\":\"har\"}"));
        assertEquals("[3,1,true]", pageOf(tools.call("proxy_list_traffic", "{\"method_filter\":\"GET\",\"limit\":1}")));
    }

    private List<String> list(String arguments) {
        return ids(tools.call("proxy_list_traffic", arguments), "exchanges");
    }

    private static String pageOf(JsonObject page) {
        return "[" + Tools.at(page, "total") + "," + Tools.at(page, "showing") + "," + page.has("nextOffset") + "]";
    }

    @Test
    void anOffsetBeyondTheEndIsAnEmptyPageThatSaysSo() {
        traffic().complete();
        JsonObject page = tools.call("proxy_list_traffic", "{\"offset\":7}");
        assertEquals("[1,0,false]", pageOf(page));
        assertEquals("false", Tools.at(page, "complete").toString());
    }

    @Test
    void theBufferKeepsTheNewest() {
        try (Tools small = new Tools(folder.resolve("small"), new LiveBuffer.Limits(3, 1_000, 1_000))) {
            List<String> made = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                made.add(new Traffic(small.live).complete());
            }
            assertEquals(made.subList(2, 5), ids(small.call("proxy_list_traffic", "{}"), "exchanges"));
            assertTrue(small.failure("proxy_get_exchange", "{\"exchange_id\":\"" + made.get(0) + "\"}").startsWith("unknown_exchange: "));
        }
    }

    @Test
    void searchLooksInUrlHeaderValuesAndDecodedBodies() throws Exception {
        String inUrl = traffic().request("GET", "shop.example", "/NEEDLE").complete();
        String inRequestHeader = traffic().requestHeader("Cookie", "a=nEEdle").complete();
        String inResponseHeader = traffic().responseHeader("X-A", "needle").complete();
        String inRequestBody = traffic().requestBody("the needle").complete();
        String inGzip = traffic().responseHeader("Content-Encoding", "gzip").responseHeader("Content-Type", "text/html")
                .responseBody(Traffic.gzip("a Needle in the hay")).complete();
        String inLatin1 = traffic().responseHeader("Content-Type", "text/plain; charset=iso-8859-1")
                .responseBody("n\u00e9edle needle".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)).complete();
        traffic().requestHeader("needle", "names are not searched").complete();
        traffic().responseHeader("Content-Type", "image/png").responseBody("needle".getBytes()).complete();
        JsonObject found = tools.call("proxy_search_traffic", "{\"query\":\"needLE\"}");
        assertEquals(List.of(inUrl, inRequestHeader, inResponseHeader, inRequestBody, inGzip, inLatin1), ids(found, "results"));
        assertEquals("6 6 0", Tools.at(found, "matches") + " " + Tools.at(found, "total") + " " + Tools.at(found, "bodiesNotWhole"));
        assertEquals("[\"response_body\"]", Tools.at(found, "results.4.matchedIn").toString());
        assertEquals(List.of(inLatin1), ids(tools.call("proxy_search_traffic", "{\"query\":\"N\u00c9EDLE\"}"), "results"));
    }

    @Test
    void searchTellsHowManyBodiesItCouldNotSeeWhole() {
        try (Tools small = new Tools(folder.resolve("small"), new LiveBuffer.Limits(10, 1_000, 10))) {
            new Traffic(small.live).responseBody("text/plain", "0123456789 needle").complete();
            new Traffic(small.live).responseHeader("Content-Encoding", "dcz").responseBody("text/plain", "0123").complete();
            JsonObject found = small.call("proxy_search_traffic", "{\"query\":\"needle\"}");
            assertEquals("0 2", Tools.at(found, "matches") + " " + Tools.at(found, "bodiesNotWhole"));
        }
    }

    @Test
    void aCancelledSearchStops() {
        traffic().complete();
        CallContext context = CallContext.detached(CallOrigin.STDIO);
        context.cancel();
        Assertions.assertThrows(CancellationException.class, () -> TrafficSearch.in(tools.live.snapshot(), "x", context));
    }

    @Test
    void searchTakesSearchTextAsTextNotAsAPattern() {
        traffic().request("GET", "shop.example", "/a?b=.*").complete();
        traffic().request("GET", "shop.example", "/other").complete();
        assertEquals("1", Tools.at(tools.call("proxy_search_traffic", "{\"query\":\".*\"}"), "matches").toString());
    }

    @Test
    void clearForgetsAndWhatIsInFlightGoesOnUnseen() {
        traffic().complete();
        Traffic.Open open = traffic().open();
        assertEquals("2", Tools.at(tools.call("proxy_clear_traffic", "{}"), "cleared").toString());
        open.recording().responseBody(new byte[5], 0, 5);
        assertEquals(List.of(), list("{}"));
        String later = traffic().complete();
        assertEquals(List.of(later), list("{}"));
    }

    @Test
    void rowsOfHostileTextKeepTheirIds() {
        String id = traffic().request("M".repeat(5_000), "h", "/" + "\u0080".repeat(5_000))
                .responseHeader("Content-Type", "\u0080".repeat(5_000)).complete();
        String failed = traffic().request("M".repeat(5_000), "h", "/" + "\u0080".repeat(5_000))
                .failed(ErrorClass.PROTOCOL, "\u0001".repeat(5_000));
        for (int i = 0; i < 2; i++) {
            JsonObject page = tools.call("proxy_list_traffic", "{\"max_chars\":2000,\"limit\":1,\"offset\":" + i + "}");
            assertTrue(Json.text(page).length() <= 2_000);
            assertEquals(List.of(i == 0 ? id : failed), ids(page, "exchanges"));
            assertEquals("true 5009", Tools.at(page, "exchanges.0.truncated") + " " + Tools.at(page, "exchanges.0.urlLength"));
        }
        JsonObject found = tools.call("proxy_search_traffic", "{\"max_chars\":2000,\"limit\":1,\"query\":\"http://h\"}");
        assertEquals(List.of(id), ids(found, "results"));
    }

    @Test
    void outOfRangeNumbersAreRefused() {
        assertEquals("bad_argument: limit: expected an integer in 1..5000, got 0; max_chars: expected an integer in 2000..200000, got 1999; "
                + "status_filter: expected an integer in 100..999, got 99",
                tools.failure("proxy_list_traffic", "{\"limit\":0,\"max_chars\":1999,\"status_filter\":99}"));
        assertEquals("bad_argument: query: required, but not given", tools.failure("proxy_search_traffic", "{}"));
    }

    @Test
    void aLargeArgumentIsAnErrorThatDoesNotRepeatIt() {
        String failure = tools.failure("proxy_search_traffic", "{\"query\":\"" + "x".repeat(10 << 20) + "\"}");
        assertTrue(failure.startsWith("bad_argument: query: ") && failure.length() < 300, () -> "length " + failure.length());
        assertFalse(failure.contains("x".repeat(100)));
    }
}
