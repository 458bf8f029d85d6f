package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.LiveBuffer;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallOrigin;

final class ExchangeToolTest {
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

    private Traffic traffic() {
        return new Traffic(tools.live);
    }

    private JsonObject get(String id, String more) {
        return tools.call("proxy_get_exchange", "{\"exchange_id\":\"" + id + "\"" + more + "}");
    }

    @Test
    void everythingRecordedIsShown() {
        UUID id = UUID.randomUUID();
        TlsInfo client = new TlsInfo("TLSv1.3", "TLS_AES_128_GCM_SHA256", Optional.of("http/1.1"), Optional.of("shop.example"), new byte[5],
                Optional.of("ja3value"), Optional.of("ja4value"), Optional.empty(), List.of());
        TlsInfo server = new TlsInfo("TLSv1.2", "TLS_ECDHE_RSA", Optional.empty(), Optional.empty(), new byte[0], Optional.empty(),
                Optional.empty(), Optional.of("ja3svalue"), List.of(new byte[] {1, 2, 3}));
        Recording recording = tools.live.open(new ExchangeStart(id, 1_700_000_000_000L,
                new Client("127.0.0.1:5", "127.0.0.1:8080", Source.EXPLICIT, Optional.of("chrome_1"), 7), new Endpoint("https", "shop.example", 8443),
                RequestHead.of("PUT", "/a?b=c", new Fields.Builder().add("Host", "shop.example:8443").add("x-A", "1").add("X-a", "2").build()),
                Optional.of(client)));
        recording.routed(new Route(Optional.of("http://up:3128"), "10.0.0.1:8443", 9, true, Optional.of(server)));
        recording.informational(ResponseHead.of(103, "Early Hints", new Fields.Builder().add("Link", "</a>").build()));
        recording.response(ResponseHead.of(304, "Not Modified", new Fields.Builder().add("Set-Cookie", "a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT")
                .add("set-cookie", "b=\u00e9\u0001").build()));
        recording.end(new ExchangeEnd(new Outcome.Complete(), new Timings(500_000, -1, 2_000_000, 3_000_000, 100_000, 4_000_000, 250_000, 9_850_000),
                List.of(new RuleMatch("rule_1", 2)), List.of("the connection was stale once")));
        assertEquals("{\"id\":\"" + id + "\",\"seq\":1,\"timestamp\":1700000000000,\"source\":\"explicit\",\"state\":\"complete\","
                + "\"request\":{\"method\":\"PUT\",\"url\":\"https://shop.example:8443/a?b=c\",\"hostname\":\"shop.example\",\"port\":8443,"
                + "\"path\":\"/a?b=c\",\"httpVersion\":\"HTTP/1.1\",\"headers\":[[\"Host\",\"shop.example:8443\"],[\"x-A\",\"1\"],[\"X-a\",\"2\"]],"
                + "\"bodySize\":0,\"bodyState\":\"none\"},"
                + "\"informational\":[{\"statusCode\":103,\"statusMessage\":\"Early Hints\",\"httpVersion\":\"HTTP/1.1\",\"headers\":[[\"Link\",\"</a>\"]]}],"
                + "\"response\":{\"statusCode\":304,\"statusMessage\":\"Not Modified\",\"httpVersion\":\"HTTP/1.1\",\"headers\":[[\"Set-Cookie\","
                + "\"a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT\"],[\"set-cookie\",\"b=\u00e9\\u0001\"]],\"bodySize\":0,\"bodyState\":\"none\"},"
                + "\"tls\":{\"client\":{\"protocol\":\"TLSv1.3\",\"cipher\":\"TLS_AES_128_GCM_SHA256\",\"alpn\":\"http/1.1\","
                + "\"sniHostname\":\"shop.example\",\"ja3Fingerprint\":\"ja3value\",\"ja4Fingerprint\":\"ja4value\",\"clientHelloBytes\":5},"
                + "\"server\":{\"protocol\":\"TLSv1.2\",\"cipher\":\"TLS_ECDHE_RSA\",\"ja3sFingerprint\":\"ja3svalue\",\"certificateSha256\":["
                + "\"039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81\"]}},"
                + "\"duration\":10,\"timings\":{\"blocked\":0.5,\"dns\":-1,\"connect\":5.0,\"ssl\":3.0,\"send\":0.1,\"wait\":4.0,\"receive\":0.25},"
                + "\"connection\":{\"clientAddress\":\"127.0.0.1:5\",\"listener\":\"127.0.0.1:8080\",\"targetId\":\"chrome_1\",\"clientConnectionId\":7,"
                + "\"serverAddress\":\"10.0.0.1:8443\",\"upstreamProxy\":\"http://up:3128\",\"serverConnectionId\":9,\"serverConnectionReused\":true},"
                + "\"rules\":[{\"id\":\"rule_1\",\"version\":2}],\"notes\":[\"the connection was stale once\"]}",
                Json.text(Tools.at(get(id.toString(), ""), "exchange")));
    }

    @Test
    void whatIsInFlightOrFailedIsShownAsFarAsItCame() {
        Traffic.Open open = traffic().open();
        JsonObject running = get(open.id(), "");
        assertEquals("in_flight", Tools.text(running, "exchange.state"));
        assertFalse(((JsonObject) Tools.at(running, "exchange")).has("response"));
        JsonObject failed = get(traffic().failed(ErrorClass.CONNECT_REFUSED, "nobody listens on 127.0.0.1:1"), "");
        assertEquals("incomplete connect_refused nobody listens on 127.0.0.1:1", Tools.text(failed, "exchange.state") + " "
                + Tools.text(failed, "exchange.errorClass") + " " + Tools.text(failed, "exchange.error"));
    }

    @Test
    void unknownExchangesAreErrorsWhateverTheIdLooksLike() {
        String expected = "unknown_exchange: No exchange with this id is in the live buffer | proxy_list_traffic lists the ids; "
                + "the buffer keeps the newest 1000";
        assertEquals(expected, tools.failure("proxy_get_exchange", "{\"exchange_id\":\"" + UUID.randomUUID() + "\"}"));
        assertEquals(expected, tools.failure("proxy_get_exchange", "{\"exchange_id\":\"../../etc/passwd\"}"));
    }

    @Test
    void previewsAreDecodedAndSayWhenTheyAreNotTheWhole() throws Exception {
        String text = "h\u00e9llo ".repeat(2_000);
        String id = traffic().responseHeader("Content-Encoding", "gzip").responseHeader("Content-Type", "text/html; charset=utf-8")
                .responseBody(Traffic.gzip(text)).requestBody("short").complete();
        JsonObject shown = get(id, "");
        assertEquals(text.substring(0, 4_096), Tools.text(shown, "exchange.response.bodyPreview"));
        assertEquals("true 12000", Tools.at(shown, "exchange.response.bodyPreviewTruncated") + " "
                + Tools.at(shown, "exchange.response.bodyTextLength"));
        assertEquals("short false", Tools.text(shown, "exchange.request.bodyPreview") + " "
                + Tools.at(shown, "exchange.request.bodyPreviewTruncated"));
        assertEquals(Traffic.gzip(text).length, Tools.number(shown, "exchange.response.bodySize"));
    }

    @Test
    void binaryIsNeverInlinedUnasked() {
        byte[] octets = {(byte) 0x89, 'P', 'N', 'G', 0, 1, 2, 3};
        String id = traffic().responseHeader("Content-Type", "image/png").responseBody(octets).complete();
        assertFalse(Json.text(get(id, "")).contains("PNG"));
        JsonObject text = get(id, ",\"body\":\"response\"");
        assertFalse(Json.text(text).contains("PNG"));
        assertEquals("binary content; ask for body_encoding base64, or name an output_file", Tools.text(text, "responseBody.reason"));
        JsonObject asked = get(id, ",\"body\":\"response\",\"body_encoding\":\"base64\"");
        assertEquals(Base64.getEncoder().encodeToString(octets), Tools.text(asked, "responseBody.base64"));
        assertEquals("true", Tools.at(asked, "responseBody.complete").toString());
    }

    @Test
    void rawIsWhatPassedAndDecodedIsWhatItMeans() throws Exception {
        byte[] coded = Traffic.gzip("the content");
        String id = traffic().responseHeader("Content-Encoding", "gzip").responseHeader("Content-Type", "text/plain").responseBody(coded).complete();
        assertEquals("the content", Tools.text(get(id, ",\"body\":\"response\""), "responseBody.text"));
        JsonObject raw = get(id, ",\"body\":\"response\",\"view\":\"raw\",\"body_encoding\":\"base64\"");
        assertArrayEquals(coded, Base64.getDecoder().decode(Tools.text(raw, "responseBody.base64")));
        assertEquals("false", Tools.at(get(id, ",\"body\":\"response\",\"view\":\"raw\""), "responseBody.complete").toString());
    }

    @Test
    void partsOfATextJoinToTheWholeAndCutNoCharacter() {
        String text = "a\u00e9\u20ac\ud83d\ude00\"\\\n\u0001".repeat(700);
        String id = traffic().responseBody("text/plain; charset=utf-8", text).complete();
        for (String more : List.of(",\"body_limit\":16", ",\"body_limit\":17,\"max_chars\":2000", ",\"body_limit\":999", ",\"max_chars\":2000")) {
            StringBuilder joined = new StringBuilder();
            long offset = 0;
            boolean going = true;
            while (going) {
                JsonObject part = get(id, more + ",\"body\":\"response\",\"body_offset\":" + offset);
                String piece = Tools.text(part, "responseBody.text");
                assertFalse(piece.contains("\ufffd"), piece);
                joined.append(piece);
                going = ((JsonObject) Tools.at(part, "responseBody")).has("nextOffset");
                offset = going ? Tools.number(part, "responseBody.nextOffset") : offset;
            }
            assertEquals(text, joined.toString(), more);
        }
    }

    @Test
    void partsOfBase64JoinToTheWhole() throws Exception {
        byte[] octets = new byte[10_000];
        new Random(5).nextBytes(octets);
        String id = traffic().responseHeader("Content-Type", "application/octet-stream").responseBody(octets).complete();
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        boolean going = true;
        while (going) {
            JsonObject part = get(id, ",\"max_chars\":2500,\"body\":\"response\",\"body_encoding\":\"base64\",\"body_offset\":" + joined.size());
            joined.write(Base64.getDecoder().decode(Tools.text(part, "responseBody.base64")));
            going = ((JsonObject) Tools.at(part, "responseBody")).has("nextOffset");
        }
        assertArrayEquals(octets, joined.toByteArray());
    }

    @Test
    void bothBodiesShareTheRoom() {
        String id = traffic().request("POST", "a.example", "/").requestBody("q".repeat(50_000)).responseBody("text/plain", "r".repeat(50_000))
                .complete();
        JsonObject both = get(id, ",\"body\":\"both\",\"max_chars\":20000");
        assertTrue(Json.text(both).length() <= 20_000);
        assertTrue(Tools.number(both, "requestBody.length") > 5_000 && Tools.number(both, "responseBody.length") > 5_000, Json.text(both));
    }

    @Test
    void aBodyThatIsNotKeptWholeSaysSo() {
        try (Tools small = new Tools(folder.resolve("small"), new LiveBuffer.Limits(10, 40, 20))) {
            String id = new Traffic(small.live).responseBody("text/plain", "0123456789".repeat(10)).complete();
            JsonObject part = small.call("proxy_get_exchange", "{\"exchange_id\":\"" + id + "\",\"body\":\"response\"}");
            assertEquals("01234567890123456789 100 20 false the live buffer kept the first 20 of 100 octets",
                    Tools.text(part, "responseBody.text") + " " + Tools.at(part, "responseBody.size") + " " + Tools.at(part, "responseBody.available")
                            + " " + Tools.at(part, "responseBody.complete") + " " + Tools.text(part, "responseBody.reason"));
            for (int i = 0; i < 4; i++) {
                new Traffic(small.live).responseBody("text/plain", "x".repeat(20)).complete();
            }
            JsonObject gone = small.call("proxy_get_exchange", "{\"exchange_id\":\"" + id + "\",\"body\":\"response\"}");
            assertEquals("false the live buffer gave the octets up for newer exchanges", Tools.at(gone, "responseBody.complete") + " "
                    + Tools.text(gone, "responseBody.reason"));
        }
    }

    @Test
    void codingsWithoutADecoderAreNamed() {
        String id = traffic().responseHeader("Content-Encoding", "dcz").responseBody("text/plain", "(\u00b5/\ufffd").complete();
        JsonObject shown = get(id, ",\"body\":\"response\"");
        assertEquals("false", Tools.at(shown, "responseBody.complete").toString());
        assertTrue(Tools.text(shown, "responseBody.reason").startsWith("content coding dcz is not decoded"), Json.text(shown));
    }

    @Test
    void noBodyIsCompleteAndSaysSo() {
        JsonObject shown = get(traffic().complete(), ",\"body\":\"both\"");
        assertEquals("{\"view\":\"decoded\",\"size\":0,\"state\":\"none\",\"complete\":true,\"reason\":\"the message has no body\"}",
                Json.text(Tools.at(shown, "requestBody")));
    }

    @Test
    void aBodyGoesToAFileUnderTheHomeAndNeverOverAnother() throws Exception {
        byte[] octets = new byte[100_000];
        new Random(6).nextBytes(octets);
        String id = traffic().responseHeader("Content-Type", "image/jpeg").responseBody(octets).complete();
        JsonObject written = get(id, ",\"body\":\"response\",\"output_file\":\"sub/picture.jpg\"");
        Path file = home.toRealPath().resolve("files/sub/picture.jpg");
        assertEquals(file.toString() + " 100000 true", Tools.text(written, "responseBody.outputFile") + " "
                + Tools.at(written, "responseBody.length") + " " + Tools.at(written, "responseBody.complete"));
        assertArrayEquals(octets, Files.readAllBytes(file));
        String again = "{\"exchange_id\":\"" + id + "\",\"body\":\"response\",\"output_file\":\"sub/picture.jpg\"";
        assertTrue(tools.failure("proxy_get_exchange", again + "}").startsWith("file_exists: "));
        tools.call("proxy_get_exchange", again + ",\"overwrite\":true,\"body_offset\":10,\"body_limit\":20}");
        assertArrayEquals(java.util.Arrays.copyOfRange(octets, 10, 30), Files.readAllBytes(file));
        assertTrue(tools.failure("proxy_get_exchange", "{\"exchange_id\":\"" + id
                + "\",\"body\":\"response\",\"output_file\":\"../ca/ca-key.pem\",\"overwrite\":true}").startsWith("path_not_allowed: "));
        assertTrue(tools.failure(CallOrigin.HTTP_WITHOUT_TOKEN, "proxy_get_exchange", again + "}").startsWith("forbidden: "));
        assertEquals("bad_argument: output_file: expected body to be \"request\" or \"response\" with it, got \"both\"",
                tools.failure("proxy_get_exchange", "{\"exchange_id\":\"" + id + "\",\"body\":\"both\",\"output_file\":\"x\"}"));
    }

    @Test
    void noFileIsWrittenWhenThereIsNothingToWrite() {
        String none = traffic().complete();
        String coded = traffic().responseHeader("Content-Encoding", "dcz").responseBody("text/plain", "xx").complete();
        assertEquals("body_not_available: output_file: there is nothing to write: the message has no body | view raw takes the octets as received",
                tools.failure("proxy_get_exchange", "{\"exchange_id\":\"" + none + "\",\"body\":\"request\",\"output_file\":\"a\"}"));
        assertTrue(tools.failure("proxy_get_exchange", "{\"exchange_id\":\"" + coded + "\",\"body\":\"response\",\"output_file\":\"a\"}")
                .startsWith("body_not_available: output_file: there is nothing to write: content coding dcz is not decoded"));
        assertEquals("body_not_available: output_file: there is nothing to write: body_offset is not below the 2 octets available",
                tools.failure("proxy_get_exchange", "{\"exchange_id\":\"" + coded
                        + "\",\"body\":\"response\",\"view\":\"raw\",\"body_offset\":2,\"output_file\":\"a\"}"));
        assertTrue(Files.notExists(home.resolve("files/a")));
    }

    @Test
    void controlCharactersOfStrangersAreEscaped() {
        String id = traffic().request("GET", "a.example", "/x").responseBody("text/plain", "\u001b[31mred\u009b\u2028").complete();
        String json = Json.text(get(id, ""));
        for (int i = 0; i < json.length(); i++) {
            assertTrue(json.charAt(i) >= ' ' && (json.charAt(i) < 0x7f || json.charAt(i) > 0x9f) && json.charAt(i) != 0x2028);
        }
        assertTrue(json.contains("\\u001b[31mred\\u009b\\u2028"));
    }

    @Test
    void manyHeadersAreCutAsAListWithTheirNumber() {
        Traffic traffic = traffic();
        for (int i = 0; i < 500; i++) {
            traffic.responseHeader("X-" + i, "v".repeat(100));
        }
        JsonObject shown = get(traffic.complete(), ",\"max_chars\":4000");
        assertTrue(Json.text(shown).length() <= 4_000);
        assertEquals("500 true false", Tools.at(shown, "exchange.response.headersTotal") + " " + Tools.at(shown, "exchange.truncated") + " "
                + Tools.at(shown, "complete"));
        assertEquals("false", Boolean.toString(((JsonObject) Tools.at(get(traffic.complete(), ",\"max_chars\":100000"), "exchange")).has("truncated")));
    }
}
