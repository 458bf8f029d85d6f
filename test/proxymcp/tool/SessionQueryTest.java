package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.Source;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.ResourceTemplate;

/** Reading sessions: queries, exchanges with their bodies, and the resources made of them. */
final class SessionQueryTest {
    @TempDir
    Path folder;

    private Tools tools;
    private String session;

    @BeforeEach
    void begin() {
        tools = new Tools(folder.resolve("home"));
        tools.call("proxy_start", "{}");
        session = text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}"), "session.id");
    }

    @AfterEach
    void close() {
        tools.close();
    }

    private Traffic traffic() {
        return new Traffic(tools.sink);
    }

    private JsonObject query(String more) {
        return tools.call("proxy_query_session", "{\"session_id\":\"" + session + "\"" + more + "}");
    }

    private JsonObject get(String more) {
        return tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + session + "\"" + more + "}");
    }

    private static String column(JsonObject rows, String name) {
        List<String> values = new ArrayList<>();
        for (JsonValue row : (JsonArray) at(rows, "items")) {
            values.add(Json.text(at((JsonObject) row, name)).replace("\"", ""));
        }
        return String.join(" ", values);
    }

    private void someTraffic() {
        traffic().request("GET", "shop.example", "/items?page=1").responseBody("application/json; charset=utf-8", "{}").complete();
        traffic().request("POST", "shop.example", "/login").status(302).requestBody("u=1").complete();
        traffic().request("GET", "cdn.example", "/Logo.PNG").status(404).responseBody("image/png", "12345678").complete();
        traffic().request("GET", "down.example", "/").failed(ErrorClass.CONNECT_REFUSED, "nobody listens");
        traffic().request("GET", "slow.example", "/").from(Source.REPLAY).open();
    }

    @Test
    void everyFilterOfTheContractChooses() {
        someTraffic();
        Map<String, String> expected = Map.ofEntries(
                Map.entry("", "1 2 3 4 5"), Map.entry(",\"method\":\"post\"", "2"), Map.entry(",\"hostname_contains\":\"SHOP\"", "1 2"),
                Map.entry(",\"url_contains\":\"logo.png\"", "3"), Map.entry(",\"status_code\":302", "2"),
                Map.entry(",\"status_min\":300", "2 3"), Map.entry(",\"status_max\":302", "1 2"),
                Map.entry(",\"status_min\":300,\"status_max\":399", "2"), Map.entry(",\"content_type_contains\":\"JSON\"", "1"),
                Map.entry(",\"min_duration_ms\":6", "1 2 3"), Map.entry(",\"min_duration_ms\":7", ""), Map.entry(",\"min_size\":3", "2 3"),
                Map.entry(",\"state\":\"complete\"", "1 2 3"), Map.entry(",\"state\":\"incomplete\"", "4"),
                Map.entry(",\"state\":\"in_flight\"", "5"), Map.entry(",\"error_class\":\"connect_refused\"", "4"),
                Map.entry(",\"source\":\"replay\"", "5"), Map.entry(",\"target_id\":\"chrome_1\"", ""), Map.entry(",\"text\":\"login\"", "2"),
                Map.entry(",\"from_ts\":1700000000000,\"to_ts\":1700000000000", "1 2 3 4 5"), Map.entry(",\"from_ts\":1700000000001", ""),
                Map.entry(",\"hostname_contains\":\"shop\",\"method\":\"GET\"", "1"));
        expected.forEach((filter, seqs) -> {
            JsonObject rows = query(filter + ",\"sort\":\"asc\"");
            assertEquals(seqs, column(rows, "seq"), filter);
            assertEquals(seqs.isEmpty() ? 0 : seqs.split(" ").length, number(rows, "total"), filter);
        });
        assertEquals("5 4 3 2 1", column(query(""), "seq"));
    }

    /** The first rule that touched it; the same in the live list, where others have no such member. */
    @Test
    void rowsNameTheRuleThatMatched() {
        traffic().request("GET", "a.example", "/plain").complete();
        traffic().request("GET", "a.example", "/ruled").matching(new RuleMatch("rule-7", 2), new RuleMatch("rule-1", 1)).complete();
        assertEquals("null rule-7", column(query(",\"sort\":\"asc\""), "matchedRuleId"));
        assertEquals("{\"matchedRuleId\":\"rule-7\"}", Json.text(at(query(",\"fields\":[\"matchedRuleId\"]"), "items.0")));
        String live = Json.text(tools.call("proxy_list_traffic", "{}"));
        assertEquals(live.indexOf("\"matchedRuleId\":\"rule-7\""), live.lastIndexOf("matchedRuleId") - 1, live);
    }

    @Test
    void aRowHasEveryMemberAndFieldsChooseAmongThem() {
        String id = traffic().request("GET", "shop.example", "/a?b=c").responseBody("text/html; charset=utf-8", "hi").complete();
        JsonObject row = (JsonObject) at(query(""), "items.0");
        long offset = number(row, "offset");
        assertEquals("{\"seq\":1,\"exchangeId\":\"" + id + "\",\"timestamp\":1700000000000,\"method\":\"GET\",\"url\":\"http://shop.example/a?b=c\","
                + "\"hostname\":\"shop.example\",\"path\":\"/a?b=c\",\"statusCode\":200,\"duration\":6,\"state\":\"complete\",\"source\":\"explicit\","
                + "\"requestBodySize\":0,\"responseBodySize\":2,\"responseContentType\":\"text/html\",\"hasResponse\":true,"
                + "\"hasFullRequestBody\":false,\"hasFullResponseBody\":true,\"matchedRuleId\":null,\"ja3\":null,\"ja4\":null,\"ja3s\":null,"
                + "\"segment\":1,\"offset\":" + offset + "}", Json.text(row));
        assertEquals("[{\"seq\":1,\"url\":\"http://shop.example/a?b=c\"}]", Json.text(at(query(",\"fields\":[\"url\",\"seq\"]"), "items")));
        String failure = tools.failure("proxy_query_session", "{\"session_id\":\"" + session + "\",\"fields\":[\"seq\",\"sequence\"]}");
        assertTrue(failure.startsWith("bad_argument: fields: expected names out of seq, exchangeId") && failure.endsWith("got \"sequence\""), failure);
    }

    @Test
    void pagesJoinToTheWholeWhileTheSessionGrows() {
        for (int i = 1; i <= 30; i++) {
            traffic().request("GET", "a.example", "/" + i).complete();
        }
        for (String sort : List.of("asc", "desc")) {
            List<String> seen = new ArrayList<>();
            long total = number(query(""), "total");
            JsonObject page = query(",\"limit\":7,\"fields\":[\"seq\"],\"sort\":\"" + sort + "\"");
            assertEquals(total + " 7 false", at(page, "total") + " " + at(page, "showing") + " " + at(page, "complete"));
            seen.addAll(List.of(column(page, "seq").split(" ")));
            while (page.has("nextCursor")) {
                traffic().request("GET", "new.example", "/").complete();
                page = query(",\"limit\":7,\"fields\":[\"seq\"],\"sort\":\"" + sort + "\",\"cursor\":\"" + text(page, "nextCursor") + "\"");
                seen.addAll(List.of(column(page, "seq").split(" ")));
                if (seen.size() > 60) {
                    break;
                }
            }
            List<String> expected = new ArrayList<>();
            for (int i = 1; i <= total; i++) {
                expected.add(sort.equals("asc") ? expected.size() : 0, Integer.toString(i));
            }
            assertEquals(expected, seen.subList(0, expected.size()), sort);
        }
    }

    @Test
    void aPageStopsAtItsCharactersAndGoesOnFromThere() {
        for (int i = 1; i <= 20; i++) {
            traffic().request("GET", "a.example", "/" + "x".repeat(3_000) + i).complete();
        }
        List<String> seen = new ArrayList<>();
        JsonObject page = query(",\"max_chars\":2000,\"sort\":\"asc\"");
        while (true) {
            assertTrue(Json.text(page).length() <= 2_000, () -> "length of a page");
            seen.addAll(List.of(column(page, "seq").split(" ")));
            assertEquals("true", at(page, "items.0.truncated").toString());
            if (!page.has("nextCursor")) {
                break;
            }
            assertTrue(text(page, "reason").startsWith("max_chars reached"));
            page = query(",\"max_chars\":2000,\"sort\":\"asc\",\"cursor\":\"" + text(page, "nextCursor") + "\"");
        }
        assertEquals(20, seen.size());
        assertEquals("20", seen.get(19));
    }

    @Test
    void contradictionsAndForeignCursorsAreRefused() {
        traffic().complete();
        assertEquals("bad_argument: cursor: expected nextCursor of a page with the same filters and sort",
                tools.failure("proxy_query_session", "{\"session_id\":\"" + session + "\",\"cursor\":\"nonsense\"}"));
        assertEquals("bad_argument: status_code: expected either it or status_min and status_max",
                tools.failure("proxy_query_session", "{\"session_id\":\"" + session + "\",\"status_code\":200,\"status_min\":100}"));
        assertEquals("bad_argument: limit: expected an integer in 1..5000, got 5001",
                tools.failure("proxy_query_session", "{\"session_id\":\"" + session + "\",\"limit\":5001}"));
    }

    @Test
    void anExchangeIsShownAsTheLiveBufferShowsIt() {
        String id = traffic().request("PUT", "shop.example", "/a").requestHeader("x-A", "1").requestHeader("X-a", "2").requestBody("question")
                .responseHeader("Set-Cookie", "a=1").responseHeader("set-cookie", "b=2").responseBody("text/plain", "answer").complete();
        JsonObject live = (JsonObject) at(tools.call("proxy_get_exchange", "{\"exchange_id\":\"" + id + "\",\"body\":\"both\"}"), "exchange");
        JsonObject bySeq = get(",\"seq\":1");
        assertEquals(Json.text(live), Json.text(at(bySeq, "exchange")));
        assertFalse(bySeq.has("responseBody"), "bodies only when asked for");
        JsonObject byId = get(",\"exchange_id\":\"" + id + "\",\"body\":\"both\"");
        assertEquals(Json.text(at(bySeq, "index")), Json.text(at(byId, "index")));
        assertEquals("question answer true", text(byId, "requestBody.text") + " " + text(byId, "responseBody.text") + " "
                + at(byId, "responseBody.complete"));
        String unknown = "unknown_exchange: There is no such exchange in session " + session
                + " | its seq runs from 1 to 1; proxy_query_session finds them";
        for (String selector : List.of("\"seq\":2", "\"exchange_id\":\"" + UUID.randomUUID() + "\"", "\"exchange_id\":\"../1\"")) {
            assertEquals(unknown, tools.failure("proxy_get_session_exchange", "{\"session_id\":\"" + session + "\"," + selector + "}"));
        }
        assertEquals("bad_argument: seq: expected it, or exchange_id",
                tools.failure("proxy_get_session_exchange", "{\"session_id\":\"" + session + "\"}"));
    }

    @Test
    void aLargeBodyIsReadInPartsAndAsAFile() throws Exception {
        byte[] octets = new byte[700_000];
        new Random(8).nextBytes(octets);
        traffic().responseHeader("Content-Type", "application/octet-stream").responseBody(octets).complete();
        JsonObject part = get(",\"seq\":1,\"body\":\"response\",\"body_encoding\":\"base64\",\"body_offset\":399999,\"body_limit\":1000");
        assertArrayEquals(Arrays.copyOfRange(octets, 399_999, 400_999), Base64.getDecoder().decode(text(part, "responseBody.base64")));
        assertEquals("700000 400999", at(part, "responseBody.available") + " " + at(part, "responseBody.nextOffset"));
        JsonObject written = get(",\"seq\":1,\"body\":\"response\",\"output_file\":\"big.bin\"");
        assertEquals("700000 true", at(written, "responseBody.length") + " " + at(written, "responseBody.complete"));
        assertArrayEquals(octets, Files.readAllBytes(Path.of(text(written, "responseBody.outputFile"))));
        assertTrue(tools.failure("proxy_get_session_exchange", "{\"session_id\":\"" + session
                + "\",\"seq\":1,\"body\":\"response\",\"output_file\":\"../sessions/x\"}").startsWith("path_not_allowed: "));
    }

    @Test
    void aCodedBodyDecodesToAFileOfAnySize() throws Exception {
        String content = "0123456789".repeat(2_500_000);
        traffic().responseHeader("Content-Encoding", "gzip").responseHeader("Content-Type", "text/plain").responseBody(Traffic.gzip(content)).complete();
        JsonObject part = get(",\"seq\":1,\"body\":\"response\",\"body_offset\":20000000,\"body_limit\":20");
        assertEquals("01234567890123456789", text(part, "responseBody.text"));
        JsonObject written = get(",\"seq\":1,\"body\":\"response\",\"output_file\":\"decoded.txt\"");
        assertEquals("25000000 25000000 true", at(written, "responseBody.available") + " " + at(written, "responseBody.length") + " "
                + at(written, "responseBody.complete"));
        assertEquals(content, Files.readString(Path.of(text(written, "responseBody.outputFile"))));
    }

    @Test
    void aPreviewProfileSaysWhatItLeftOut() {
        tools.call("proxy_session_stop", "{}");
        session = text(tools.call("proxy_session_start", "{}"), "session.id");
        traffic().responseBody("text/plain", "x".repeat(10_000)).complete();
        JsonObject shown = get(",\"seq\":1,\"body\":\"response\"");
        assertEquals("10000 4096 false the session kept the first 4096 of 10000 octets", at(shown, "responseBody.size") + " "
                + at(shown, "responseBody.length") + " " + at(shown, "responseBody.complete") + " " + text(shown, "responseBody.reason"));
        assertEquals("false", at(shown, "index.hasFullResponseBody").toString());
    }

    private String read(String part, String id) throws Exception {
        for (ResourceTemplate template : tools.toolbox.templates()) {
            if (template.uri().text().endsWith("/" + part)) {
                return template.family().read(Map.of("session_id", id), CallContext.detached(CallOrigin.STDIO))
                        .map(contents -> ((ResourceContents.Text) contents).text()).orElse("none");
            }
        }
        throw new AssertionError("no template " + part);
    }

    @Test
    void resourcesSumASessionUp() throws Exception {
        someTraffic();
        JsonObject summary = Tools.object(read("summary", session));
        assertEquals(session, text(summary, "manifest.id"));
        assertEquals("{\"exchanges\":5,\"avgDurationMs\":6,\"durationMs\":{\"min\":6.4,\"p50\":6.4,\"p90\":6.4,\"p95\":6.4,\"p99\":6.4,\"max\":6.4},"
                + "\"requestBytes\":3,\"responseBytes\":10,\"topHostnames\":[{\"hostname\":\"shop.example\",\"count\":2},"
                + "{\"hostname\":\"cdn.example\",\"count\":1},{\"hostname\":\"down.example\",\"count\":1},{\"hostname\":\"slow.example\",\"count\":1}],"
                + "\"statuses\":{\"200\":1,\"302\":1,\"404\":1},\"methods\":{\"GET\":4,\"POST\":1},\"states\":{\"complete\":3,\"in_flight\":1,"
                + "\"incomplete\":1},\"errorClasses\":{\"connect_refused\":1},\"contentTypes\":[{\"contentType\":\"application/json\",\"count\":1},"
                + "{\"contentType\":\"image/png\",\"count\":1}]}", Json.text(at(summary, "totals")));
        assertEquals("clean 0 []", text(summary, "recoveryState") + " " + at(summary, "damageTotal") + " " + at(summary, "damage"));
        assertEquals("{\"sessionId\":\"" + session + "\",\"bucketMs\":60000,\"timeline\":[{\"bucketStart\":1699999980000,\"count\":5,\"errorCount\":2}]}",
                read("timeline", session));
        JsonObject findings = Tools.object(read("findings", session));
        assertEquals("[{\"endpoint\":\"cdn.example/Logo.PNG\",\"errors\":1},{\"endpoint\":\"down.example/\",\"errors\":1}]",
                Json.text(at(findings, "findings.highErrorEndpoints")));
        assertEquals("[{\"hostname\":\"cdn.example\",\"total\":1,\"errors\":1,\"errorRate\":1.0},{\"hostname\":\"down.example\",\"total\":1,"
                + "\"errors\":1,\"errorRate\":1.0}]", Json.text(at(findings, "findings.hostErrorRates")));
        assertEquals(3, ((JsonArray) at(findings, "findings.slowestExchanges")).size());
    }

    @Test
    void unknownSessionsAreNoResources() throws Exception {
        for (String part : List.of("summary", "timeline", "findings", "ws")) {
            for (String id : List.of("20200101000000_00000000", "../x", "", "x".repeat(300))) {
                assertEquals("none", read(part, id));
            }
        }
    }

    @Test
    void idsAreCompletedAndListedNewestFirst() throws Exception {
        ResourceTemplate template = tools.toolbox.templates().get(1);
        assertEquals(List.of(session), template.family().complete("session_id", session.substring(0, 8), Map.of()));
        assertEquals(List.of(), template.family().complete("session_id", "1999", Map.of()));
        assertEquals(Map.of("session_id", session), template.family().list().get(0).variables());
        assertEquals("true 1", at(sessionsResource(), "runtime.enabled") + " " + at(sessionsResource(), "count"));
    }

    private JsonObject sessionsResource() throws Exception {
        return Tools.object(((ResourceContents.Text) tools.toolbox.resources().stream().filter(one -> one.uri().equals("proxy://sessions"))
                .findFirst().orElseThrow().reader().read(CallContext.detached(CallOrigin.STDIO))).text());
    }
}
