package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.mcp.CallOrigin;

/** Decoding exchanges of the live buffer and of sessions, and reading again what was kept, as a client of the server does. */
@Timeout(60)
final class DecodeToolsTest {
    private static final String DECODE = "proxy_decode_exchange";

    @TempDir
    Path folder;

    private Path home;
    private Tools tools;

    @BeforeEach
    void makeTools() {
        home = folder.resolve("home");
        tools = new Tools(home);
    }

    @AfterEach
    void close() {
        tools.close();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private String session() {
        tools.call("proxy_start", "{}");
        return text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}"), "session.id");
    }

    private JsonObject decode(String session, int seq, String more) {
        return tools.call(DECODE, "{\"session_id\":\"" + session + "\",\"seq\":" + seq + more + "}");
    }

    private List<Path> artifacts(String session) throws IOException {
        Path kept = home.resolve("sessions").resolve(session).resolve("artifacts");
        try (Stream<Path> files = Files.isDirectory(kept) ? Files.list(kept) : Stream.empty()) {
            return files.sorted().toList();
        }
    }

    @Test
    void bothSidesOfALiveExchangeAreDecoded() throws IOException {
        String id = new Traffic(tools.live).requestHeader("Content-Type", "application/x-www-form-urlencoded").requestBody("a=1&b=two")
                .responseHeader("Content-Type", "application/json").responseHeader("Content-Encoding", "gzip")
                .responseBody(Traffic.gzip("{\"token\":\"" + base64("{\"user\":\"ann\",\"id\":7}") + "\"}")).complete();
        JsonObject result = tools.call(DECODE, "{\"exchange_id\":\"" + id + "\"}");
        assertEquals("{\"layers\":[{\"decoder\":\"form\",\"status\":\"decoded\",\"confidence\":1.0,\"inputBytes\":9,\"outputBytes\":19}],\"kind\":\"json\","
                + "\"textLength\":19,\"complete\":true,\"preview\":{\"a\":\"1\",\"b\":\"two\"}}", Json.text(at(result, "request")));
        assertEquals("gzip json base64-json", text(result, "response.layers.0.decoder") + " " + text(result, "response.layers.1.decoder") + " "
                + text(result, "response.layers.2.decoder"));
        assertEquals("$.token", text(result, "response.layers.2.path"));
        assertEquals("{\"token\":{\"$decoded\":\"base64-json\",\"value\":{\"user\":\"ann\",\"id\":7}}}", Json.text(at(result, "response.preview")));
        assertFalse(tools.call(DECODE, "{\"exchange_id\":\"" + id + "\",\"side\":\"request\"}").has("response"));
    }

    @Test
    void whatWasDecodedIsKeptShownAndFound() throws IOException {
        String session = session();
        new Traffic(tools.sink).responseBody("text/plain", base64("{\"secret\":\"needle in there\"}")).complete();
        new Traffic(tools.sink).responseBody("application/json", "{\"plain\":true}").complete();
        assertEquals(0, number(tools.call("proxy_search_session_bodies", "{\"session_id\":\"" + session + "\",\"text\":\"needle\"}"), "totalMatches"));
        JsonObject result = decode(session, 1, "");
        String artifact = text(result, "response.artifact");
        assertTrue(artifact.matches("[0-9a-f]{64}-\\d+"), artifact);
        assertFalse(((JsonObject) at(result, "request")).has("artifact"));
        assertFalse(((JsonObject) at(decode(session, 2, ""), "response")).has("artifact"));
        assertEquals(1, artifacts(session).size());
        JsonObject found = tools.call("proxy_search_session_bodies", "{\"session_id\":\"" + session + "\",\"text\":\"NEEDLE\"}");
        assertEquals("1 response", number(found, "matches.0.seq") + " " + text(found, "matches.0.matchedIn"));
        assertTrue(text(found, "matches.0.snippets.0.context").contains("[needle] in there"), found.toString());
        JsonObject shown = tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + session + "\",\"seq\":1,\"body\":\"response\"}");
        assertEquals("{\"secret\":\"needle in there\"}", text(shown, "responseBody.text"));
        assertEquals("base64-json", text(shown, "responseBody.decoders"));
        JsonObject raw = tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + session + "\",\"seq\":1,\"body\":\"response\",\"view\":\"raw\"}");
        assertEquals(base64("{\"secret\":\"needle in there\"}"), text(raw, "responseBody.text"));
    }

    @Test
    void theSameOctetsUnderAnotherTypeAreNotTheSameArtifact() throws IOException {
        String session = session();
        String body = base64("{\"secret\":\"needle in there\"}");
        new Traffic(tools.sink).responseBody("text/plain", body).complete();
        new Traffic(tools.sink).responseBody("text/x-letters", body).complete();
        decode(session, 1, "");
        JsonObject other = tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + session + "\",\"seq\":2,\"body\":\"response\"}");
        assertEquals(body, text(other, "responseBody.text"));
    }

    @Test
    void nothingIsKeptUnlessAskedFor() throws IOException {
        String session = session();
        new Traffic(tools.sink).responseBody("text/plain", base64("{\"secret\":\"needle in there\"}")).complete();
        assertFalse(((JsonObject) at(decode(session, 1, ",\"store\":false"), "response")).has("artifact"));
        assertEquals(List.of(), artifacts(session));
    }

    @Test
    void aDamagedArtifactIsListedAndPassedOverAndDecodingMakesItAgain() throws IOException {
        String session = session();
        String body = base64("{\"secret\":\"needle in there\"}");
        new Traffic(tools.sink).responseBody("text/plain", body).complete();
        decode(session, 1, "");
        tools.call("proxy_session_stop", "{}");
        String verify = "{\"session_id\":\"" + session + "\"}";
        assertEquals("clean", text(tools.call("proxy_session_verify_integrity", verify), "state"));
        Path file = artifacts(session).get(0);
        byte[] octets = Files.readAllBytes(file);
        for (int at = 0; at < octets.length; at++) {
            byte[] damaged = octets.clone();
            damaged[at] ^= 1;
            Files.write(file, damaged);
            if (at % 16 == 0) {
                JsonObject report = tools.call("proxy_session_verify_integrity", verify);
                assertEquals("artifact", text(report, "damage.0.kind"), "at " + at);
            }
            JsonObject shown = tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + session + "\",\"seq\":1,\"body\":\"response\"}");
            assertEquals(body, text(shown, "responseBody.text"), "at " + at);
        }
        decode(session, 1, "");
        assertEquals("clean", text(tools.call("proxy_session_verify_integrity", verify), "state"));
        String salvaged = text(tools.call("proxy_session_salvage", verify), "session.id");
        assertEquals(List.of(), artifacts(salvaged));
        tools.call("proxy_delete_session", verify);
        assertFalse(Files.exists(home.resolve("sessions").resolve(session)));
    }

    @Test
    void previewsFoldLongStringsAndArraysWithCounts() {
        StringBuilder body = new StringBuilder("{\"long\":\"" + "x".repeat(50_000) + "\",\"list\":[");
        for (int i = 0; i < 5_000; i++) {
            body.append(i == 0 ? "" : ",").append("{\"n\":").append(i).append('}');
        }
        String id = new Traffic(tools.live).responseBody("application/json", body.append("]}").toString()).complete();
        JsonObject result = tools.call(DECODE, "{\"exchange_id\":\"" + id + "\",\"max_chars\":3000}");
        assertTrue(Json.text(result).length() <= 3_000, () -> Json.text(result).length() + "");
        assertEquals(body.length(), number(result, "response.textLength"));
        assertTrue(text(result, "response.preview.long").endsWith("... (50000 characters)"));
        JsonArray list = (JsonArray) at(result, "response.preview.list");
        assertEquals("{\"$more\":" + (5_000 - list.size() + 1) + "}", list.values().get(list.size() - 1).toString());
    }

    @Test
    void limitsAndChainsAreObeyed() throws IOException {
        String id = new Traffic(tools.live).responseHeader("Content-Encoding", "gzip").responseBody(Traffic.gzip("y".repeat(100_000))).complete();
        JsonObject result = tools.call(DECODE, "{\"exchange_id\":\"" + id + "\",\"max_output_bytes\":1000,\"side\":\"response\"}");
        assertEquals("partial 1000 stopped after 1000 bytes, the limit", text(result, "response.layers.0.status") + " "
                + number(result, "response.layers.0.outputBytes") + " " + text(result, "response.layers.0.reason"));
        assertEquals("false", at(result, "response.complete").toString());
        JsonObject chained = tools.call(DECODE, "{\"exchange_id\":\"" + id + "\",\"chain\":[\"gzip\",\"hex\"]}");
        assertEquals("failed", text(chained, "response.layers.1.status"));
        assertTrue(tools.failure(DECODE, "{\"exchange_id\":\"" + id + "\",\"chain\":[\"nope\"]}").contains("proxy_list_decoders"));
    }

    @Test
    void badCallsAreRefused() {
        assertTrue(tools.failure(DECODE, "{}").contains("exchange_id"));
        assertTrue(tools.failure(DECODE, "{\"seq\":1}").contains("session_id"));
        assertTrue(tools.failure(DECODE, "{\"session_id\":\"../x\",\"seq\":1}").contains("session_id"));
        String id = new Traffic(tools.live).responseBody("text/plain", "x").complete();
        assertTrue(tools.failure(DECODE, "{\"exchange_id\":\"" + id + "\",\"descriptor_file\":\"" + "nowhere.pb" + "\"}").contains("file_not_found"));
        assertTrue(tools.failure(CallOrigin.HTTP_WITHOUT_TOKEN, DECODE, "{\"exchange_id\":\"" + id + "\",\"descriptor_file\":\"x\"}").contains("forbidden"));
    }

    @Test
    void decodersAreListed() {
        JsonArray list = (JsonArray) at(tools.call("proxy_list_decoders", "{}"), "decoders");
        for (JsonValue line : list) {
            JsonObject decoder = (JsonObject) line;
            assertEquals(List.of("id", "title", "kind", "source", "mediaTypes", "available"),
                    decoder.members().stream().map(JsonObject.Member::name).filter(name -> !name.equals("reason")).toList());
        }
        assertTrue(list.size() >= 16);
    }
}
