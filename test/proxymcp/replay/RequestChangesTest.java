package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.exchange.Endpoint;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.json.BadArgument;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;

/** What overrides make of a request. Fields are shown as {@code name: value}, with bars between; bodies as they are after content coding. */
final class RequestChangesTest {
    private static final String FORM = "application/x-www-form-urlencoded";
    private final SteppedClock clock = new SteppedClock();
    private final Values values = new Values(1, clock, Map.of(), Map.of("who", "Ada"));

    @Test void requestThatNothingMatchesIsTheSameObject() throws Exception {
        OutgoingRequest request = request("GET", "/a?b=1", "");
        for (String match : new String[] {"{\"seqs\":[8]}", "{\"method\":\"POST\"}", "{\"url_contains\":\"/z\"}",
            "{\"seqs\":[7],\"method\":\"PUT\"}"}) {
            Changed changed = changed(request, "{\"match\":" + match + ",\"set_headers\":{\"X\":\"1\"}}");
            assertSame(request, changed.request());
            assertEquals(List.of(), changed.changes());
        }
        assertTrue(fields(changed(request, "{\"match\":{\"method\":\"get\"},\"set_headers\":{\"X\":\"1\"}}")).endsWith("X: 1"), "a method matches in any case");
        assertSame(request, changed(request, "{}").request());
        assertEquals("Host: h.test|X: 1", fields(changed(request,
                "{\"match\":{\"seqs\":[7,9],\"method\":\"GET\",\"url_contains\":\"h.test/a\"},\"set_headers\":{\"X\":\"1\"}}")));
    }

    @Test void queryIsChangedInPlace() throws Exception {
        Changed changed = changed(request("GET", "/p%20q/?a=%7e&page=1&&x=+&page=2&utm=z", ""),
                "{\"set_query\":{\"page\":\"{counter} \u00fc\",\"new\":\"{input:who}\"},\"remove_query\":[\"utm\",\"absent\"]}");
        assertEquals("/p%20q/?a=%7e&page=5%20%C3%BC&&x=+&new=Ada", changed.request().head().target());
        assertEquals(List.of("request.query.utm: removed", "request.query.page: set to \"5 \u00fc\"", "request.query.new: set to \"Ada\""),
                changed.changes());
        assertEquals("/p", changed(request("GET", "/p?a=1", ""), "{\"remove_query\":[\"a\"]}").request().head().target());
        assertEquals("/p?", changed(request("GET", "/p?", ""), "{\"remove_query\":[\"a\"]}").request().head().target());
        assertEquals("request.query: the target \"*\" has no query",
                refused(request("OPTIONS", "*", ""), "{\"set_query\":{\"a\":\"1\"}}"));
    }

    @Test void fieldsAreReplacedInPlaceAndTheOthersKeepTheirOctets() throws Exception {
        OutgoingRequest request = request("GET", "/", "", "X-B", "1", "accept", "*/*", "x-b", "2", "Empty", "");
        Changed changed = changed(request, "{\"set_headers\":{\"X-B\":\"new\",\"Z\":\"{seq}\"},\"remove_headers\":[\"ACCEPT\",\"none\"]}");
        assertEquals("Host: h.test|X-B: new|Empty: |Z: 7", fields(changed));
        assertEquals(List.of("request.header.ACCEPT: removed", "request.header.X-B: set to \"new\"", "request.header.Z: set to \"7\""), changed.changes());
        values.capture("evil", "a\r\nInjected: 1");
        assertEquals("request.header.X: value of X holds U+D at 1", refused(request, "{\"set_headers\":{\"X\":\"{evil}\"}}"));
        assertEquals("request.cookie.c: value of Cookie holds U+D at 3", refused(request, "{\"set_cookies\":{\"c\":\"{evil}\"}}"));
    }

    @Test void cookiesAreChangedPairByPair() throws Exception {
        OutgoingRequest request = request("GET", "/", "", "cookie", "a=1;  sid=old; b=\"x\";c", "Cookie", "sid=two; d=4");
        Changed changed = changed(request, "{\"set_cookies\":{\"sid\":\"a very long secret value\",\"e\":\"5\"}}");
        assertEquals("Host: h.test|cookie: a=1;  sid=a very long secret value; b=\"x\";c|Cookie: d=4; e=5", fields(changed));
        assertEquals(List.of("request.cookie.sid: set to \"a very long \"... (24 characters)", "request.cookie.e: set to \"5\""), changed.changes());
        assertEquals("Host: h.test|Cookie: n=1", fields(changed(request("GET", "/", ""), "{\"set_cookies\":{\"n\":\"1\"}}")));
        values.capture("two", "a; admin=1");
        assertEquals("request.cookie.n: the value holds a semicolon", refused(request, "{\"set_cookies\":{\"n\":\"{two}\"}}"));
    }

    @Test void formFieldsAreChangedInPlace() throws Exception {
        OutgoingRequest request = request("POST", "/", "user=a%62&pw=%2b+&&user=c", "Content-Type", FORM, "Content-Length", "25", "Z", "1");
        Changed changed = changed(request, "{\"set_form\":{\"user\":\"x y&\",\"t\":\"{timestamp}\"}}");
        assertEquals("user=x+y%26&pw=%2b+&&t=1772366400", body(changed));
        assertEquals("Host: h.test|Content-Type: " + FORM + "|Content-Length: 33|Z: 1", fields(changed));
        assertEquals("request.form: the body is no form, its type is \"text/plain\"",
                refused(request("POST", "/", "x", "Content-Type", "text/plain"), "{\"set_form\":{\"a\":\"1\"}}"));
    }

    @Test void partsOfMultipartFormsAreChangedInPlace() throws Exception {
        String type = "multipart/form-data; boundary=\"-b-\"";
        String file = "---b-\r\nContent-Disposition: form-data; name=\"f\"; filename=\"user\"\r\nContent-Type: x/y\r\n\r\n\u00ff\u0000\r\n--other\r\n";
        String user = "---b-\r\ncontent-disposition: form-data; name=\"user\"\r\nX: 1\r\n\r\n";
        OutgoingRequest request = request("POST", "/", file + user + "old\r\n---b---\r\nepilogue", "Content-Type", type);
        assertEquals(file + user + "n\u00c3\u00bc\r\n---b---\r\nepilogue", body(changed(request, "{\"set_form\":{\"user\":\"n\u00fc\"}}")));
        assertEquals(file + user + "old\r\n---b-\r\nContent-Disposition: form-data; name=\"a%22\"\r\n\r\n1\r\n---b---\r\nepilogue",
                body(changed(request, "{\"set_form\":{\"a\\\"\":\"1\"}}")));
        assertEquals("request.form.user: the value holds the boundary of the form", refused(request, "{\"set_form\":{\"user\":\"x---b-\"}}"));
        assertTrue(refused(request("POST", "/", "no form", "Content-Type", type), "{\"set_form\":{\"a\":\"1\"}}").contains("is no form"));
    }

    @Test void jsonKeepsAllButTheValuesThatAreSet() throws Exception {
        String json = "{ \"id\" : 1.50, \"t\": 17, \"s\":\"x\",\n  \"id\" : 2, \"o\": {\"\\u0061\": [ 1,2 ]} }\n";
        OutgoingRequest request = request("POST", "/", json, "Content-Type", "application/json", "Content-Length", Integer.toString(json.length()));
        Changed changed = changed(request, "{\"set_json\":{\"$.t\":\"{timestamp}\",\"$.s\":\"{timestamp}\",\"$.o.a[1]\":\"{seq}-\",\"$.o.n.x\":{\"y\":[\"{seq}\",9]}}}");
        assertEquals("{ \"id\" : 1.50, \"t\": 1772366400, \"s\":\"1772366400\",\n  \"id\" : 2, "
                + "\"o\": {\"\\u0061\": [ 1,\"7-\" ],\"n\":{\"x\":{\"y\":[\"7\",9]}}} }\n", body(changed));
        assertEquals("request.json.$.o.n.x: set to \"{\\\"y\\\":[\"... (13 characters)", changed.changes().get(3));
        assertEquals("request.json.$.t.x: expected an object at $['t'], got 17", refused(request, "{\"set_json\":{\"$.t.x\":1}}"));
        assertTrue(refused(request("POST", "/", "no", "Content-Type", "application/json"), "{\"set_json\":{\"$.a\":1}}")
                .startsWith("request.json.$.a: the body is no JSON: expected a value"));
        assertEquals("request.json.$.a: the body is no JSON, but binary", refused(request("POST", "/", "\u0080\u00fe\u00fd", "Content-Type",
                "application/json; charset=utf-8"), "{\"set_json\":{\"$.a\":1}}"));
    }

    @Test void bodiesAreCodedAsTheyWere() throws Exception {
        byte[] gzip = Codings.encode("{\"a\":1}".getBytes(StandardCharsets.UTF_8), ContentCoding.parse(List.of("gzip")));
        OutgoingRequest request = request("POST", "/", new ReplayBody.Held(gzip), "Content-Encoding", "gzip", "Content-Type", "application/json",
                "content-length", Integer.toString(gzip.length));
        Changed changed = changed(request, "{\"set_json\":{\"$.a\":22}}");
        byte[] sent = ((ReplayBody.Held) changed.request().body()).octets();
        assertEquals("{\"a\":22}", new String(Codings.decodePreview(sent, List.of("gzip"), 100).bytes(), StandardCharsets.UTF_8));
        assertEquals("Host: h.test|Content-Encoding: gzip|Content-Type: application/json|content-length: " + sent.length, fields(changed));
        // Setting what is there already keeps the very octets, which another gzip need not make.
        assertSame(request.body(), changed(request, "{\"set_json\":{\"$.a\":1}}").request().body());
        Changed plain = changed(request, "{\"remove_headers\":[\"Content-Encoding\"],\"set_json\":{\"$.a\":1}}");
        assertEquals("{\"a\":1}", body(plain));
        assertEquals("Host: h.test|Content-Type: application/json|content-length: 7", fields(plain));
        assertTrue(refused(request("POST", "/", "?", "Content-Encoding", "made-up", "Content-Type", FORM), "{\"set_form\":{\"a\":\"1\"}}")
                .startsWith("request.body: it cannot be decoded to be changed: made-up:"));
        assertTrue(refused(request("POST", "/", "?", "Content-Encoding", "made-up"), "{\"body_text\":\"x\"}").startsWith(
                "request.body: the changed content cannot be coded"));
    }

    @Test void chunkedBodiesStayChunked() throws Exception {
        OutgoingRequest request = request("POST", "/", "a=1", "Content-Type", FORM, "Transfer-Encoding", "chunked");
        Changed changed = changed(request, "{\"set_form\":{\"a\":\"22\"}}");
        assertEquals("Host: h.test|Content-Type: " + FORM + "|Transfer-Encoding: chunked", fields(changed));
        assertEquals("a=22", body(changed));
    }

    @Test void wholeBodiesAreReplaced() throws Exception {
        OutgoingRequest get = request("GET", "/", "");
        Changed made = changed(get, "{\"method\":\"POST\",\"body_text\":\"{\\\"n\\\":{\\\"i\\\":{seq}}}\u20ac\"}");
        assertEquals("POST", made.request().head().method());
        assertEquals("{\"n\":{\"i\":7}}\u00e2\u0082\u00ac", body(made));
        assertEquals("Host: h.test|Content-Length: 16", fields(made));
        assertEquals(List.of("request.method: POST instead of GET", "request.body: 16 octets of other content"), made.changes());
        byte[] binary = {0, -1, 13, 10, 0x7b};
        Changed exact = changed(get, "{\"body_base64\":\"" + Base64.getEncoder().encodeToString(binary) + "\"}");
        assertArrayEquals(binary, ((ReplayBody.Held) exact.request().body()).octets());
        OutgoingRequest latin = request("POST", "/", "x", "Content-Type", "text/plain; charset=iso-8859-1", "Content-Length", "1");
        assertEquals("\u00fc", body(changed(latin, "{\"body_text\":\"\u00fc\"}")));
        assertEquals("request.body: the charset of the request lacks characters of the text", refused(latin, "{\"body_text\":\"\u20ac\"}"));
        Changed empty = changed(latin, "{\"body_text\":\"\"}");
        assertEquals("", body(empty));
        assertTrue(fields(empty).endsWith("Content-Length: 0"));
    }

    @Test void requestsWithoutABodyCannotHaveSomethingSetInIt() throws Exception {
        OutgoingRequest get = request("GET", "/", "");
        String said = ": nothing can be set, the request has no body; limit the override with match";
        assertEquals("request.form" + said, refused(get, "{\"set_form\":{\"a\":\"1\"}}"));
        assertEquals("request.json" + said, refused(get, "{\"set_json\":{\"$.a\":1}}"));
        assertEquals("{\"a\":1}", body(changed(get, "{\"body_text\":\"{}\",\"set_json\":{\"$.a\":1}}")));
        assertTrue(changed(get, "{\"replace\":[[\"zz\",\"y\"]]}").request().body() instanceof ReplayBody.None);
    }

    @Test void literalsAreReplacedEverywhere() throws Exception {
        values.capture("fresh", "n+w/ \u00e9");
        OutgoingRequest request = request("POST", "/t/old=1?x=old%3D1&y=old=1", "a=old%3D1&b=old=1", "X-T", "b old=1 e old=1", "Content-Type", FORM,
                "Content-Length", "17");
        Changed changed = changed(request, "{\"replace\":[[\"old=1\",\"{fresh}\"]]}");
        assertEquals("/t/n+w/%20%C3%A9?x=n%2Bw%2F%20%C3%A9&y=n+w/%20%C3%A9", changed.request().head().target());
        assertEquals("a=n%2Bw%2F+%C3%A9&b=n+w/ \u00c3\u00a9", body(changed));
        assertEquals("Host: h.test|X-T: b n+w/ \u00e9 e n+w/ \u00e9|Content-Type: " + FORM + "|Content-Length: 27", fields(changed));
        assertEquals(List.of("request: \"old=1\" replaced by \"n+w/ \u00e9\" in url, header.X-T, body"), changed.changes());
        assertEquals("Host: h.test", fields(changed(request("GET", "/", ""), "{\"replace\":[[\"h.test\",\"evil\"]]}")));
    }

    /** Rows: body, literal, replacement, body after; as strings of a JSON text. */
    @Test void literalsInJsonAreFoundAsTheyAreSpeltThere() throws Exception {
        String[][] rows = {
            {"{\"a\":\"say \\\"hi\\\"\"}", "say \"hi\"", "a\\b\nc", "{\"a\":\"a\\\\b\\nc\"}"},
            {"[\"say \\u0022hi\\u0022!\"]", "\"hi\"", "x", "[\"say x!\"]"},
            {"{\"u\":\"http:\\/\\/old.test\\/p\",\"v\":\"http://old.test/p\"}", "http://old.test/", "https://new.test/",
                "{\"u\":\"https:\\/\\/new.test\\/p\",\"v\":\"https:\\/\\/new.test\\/p\"}"},
            {"{\"u\":\"http://old.test/p\"}", "http://old.test/", "/", "{\"u\":\"/p\"}"},
            {"{\"n\":\"Andr\\u00e9 Andr\\u00E9\"}", "Andr\u00e9", "Zo\u00eb \ud83d\ude00", "{\"n\":\"Zo\\u00eb \\ud83d\\ude00 Zo\\u00eb \\ud83d\\ude00\"}"},
            {"{\"k\\u00e9y\":1}", "k\u00e9y", "key", "{\"key\":1}"},
            // Out of strings, and across their ends, both stand as they are.
            {"{\"id\":17,\"s\":\"17\"}", "17", "2", "{\"id\":2,\"s\":\"2\"}"},
            {"{\"id\":17,\"b\":2}", "\"id\":17", "\"id\":[18]", "{\"id\":[18],\"b\":2}"},
            // What was spelt as the body spells it.
            {"[\"a\\\"b\"]", "a\\\"b", "c\\td", "[\"c\\td\"]"},
            // Not within an escape, nor to the middle of one; and what was put in is not looked at again.
            {"[\"\\u00e9\",\"a\\\\\"]", "e9", "x", "[\"\\u00e9\",\"a\\\\\"]"},
            {"[\"a\\\\n\"]", "a\\", "b", "[\"bn\"]"},
            {"[\"aa\"]", "a", "aa", "[\"aaaa\"]"},
            {"[\"a\",\"b\"]", "a\",\"b", "c", "[\"c\"]"}};
        for (String[] row : rows) {
            OutgoingRequest request = request("POST", "/", row[0], "Content-Type", "application/json");
            values.capture("with", row[2]);
            Changed changed = changed(request, "{\"replace\":[[" + new JsonString(row[1]) + ",\"{with}\"]]}");
            assertEquals(row[3], body(changed), row[0] + " " + row[1]);
            Json.parse(body(changed));
        }
    }

    @Test void literalsThatWouldBreakJsonAreRefused() throws Exception {
        OutgoingRequest request = request("POST", "/", "{\"id\":17,\"s\":\"17\"}", "Content-Type", "application/json");
        assertEquals("request.body: with \"x\" in place of \"17\" it would be no JSON any more", refused(request, "{\"replace\":[[\"17\",\"x\"]]}"));
        OutgoingRequest text = request("POST", "/", "{\"id\":17,", "Content-Type", "application/json");
        assertEquals("{\"id\":x,", body(changed(text, "{\"replace\":[[\"17\",\"x\"]]}")), "it was none before");
    }

    @Test void literalsThatTheCharsetLacksAreEscapedInJson() throws Exception {
        OutgoingRequest request = request("POST", "/", "[\"\u00e9 \\u20ac\"]", "Content-Type", "application/json; charset=iso-8859-1");
        assertEquals("[\"\u00e9 \\u20ac\\u20ac\"]", body(changed(request, "{\"replace\":[[\"\u20ac\",\"\u20ac\u20ac\"]]}")));
    }

    @Test void literalsAreReplacedInOctetsToo() throws Exception {
        OutgoingRequest request = request("POST", "/", "\u0080\u00fe\u0000old\u00c3\u00bc\u00ff", "Content-Type", "application/octet-stream");
        assertEquals("\u0080\u00fe\u0000new!\u00c3\u00bc\u00ff", body(changed(request, "{\"replace\":[[\"old\",\"new!\"]]}")));
        assertSame(request.body(), changed(request, "{\"replace\":[[\"absent\",\"x\"]]}").request().body());
    }

    @Test void replacingIsBounded() throws Exception {
        values.capture("much", "y".repeat(1 << 20));
        assertTrue(refused(request("POST", "/", "x".repeat(40), "Content-Type", "text/plain"), "{\"replace\":[[\"x\",\"{much}\"]]}")
                .contains("more than 33554432 characters"));
    }

    @Test void longRecordedBodiesAreRefusedAndNotRead() throws Exception {
        OutgoingRequest request = request("POST", "/", new ReplayBody.Held(new byte[ChangedBody.BYTES_MAX + 1]), "Content-Type", FORM);
        assertEquals("request.body: it has 8388609 octets, and at most 8388608 can be changed; limit the override with match",
                refused(request, "{\"set_form\":{\"a\":\"1\"}}"));
        assertSame(request.body(), changed(request, "{\"set_headers\":{\"X\":\"1\"}}").request().body());
    }

    @Test void overridesAreMadeInOrder() throws Exception {
        Changed changed = changed(request("GET", "/a", ""), "{\"set_headers\":{\"X\":\"one\"}}", "{\"replace\":[[\"one\",\"two\"]]}",
                "{\"set_query\":{\"q\":\"1\"}}", "{\"remove_query\":[\"q\"]}");
        assertEquals("Host: h.test|X: two", fields(changed));
        assertEquals("/a", changed.request().head().target());
    }

    @Test void whatIsNoOverrideIsRefused() throws Exception {
        String[][] rows = {{"{\"set_heders\":{}}", "overrides[0]: unknown argument \"set_heders\"; did you mean \"set_headers\"?"},
            {"{\"set_headers\":{\"a b\":\"\"}}", "overrides[0].set_headers: expected names of header fields, got \"a b\""},
            {"{\"set_headers\":{\"content-LENGTH\":\"1\"}}", "overrides[0].set_headers: content-LENGTH follows from the body and cannot be changed"},
            {"{\"remove_headers\":[\"Transfer-Encoding\"]}", "overrides[0].remove_headers: Transfer-Encoding follows from the body and cannot be changed"},
            {"{\"set_cookies\":{\"a;b\":\"\"}}", "overrides[0].set_cookies: expected names of cookies, got \"a;b\""},
            {"{\"set_json\":{\"a\":1}}", "overrides[0].set_json: expected '$', got 'a' at character 0, in \"a\""},
            {"{\"replace\":[[\"\",\"x\"]]}", "overrides[0].replace: expected a text to look for, got \"\""},
            {"{\"body_text\":\"\",\"body_base64\":\"\"}", "overrides[0].body_base64: expected either it or body_text"},
            {"{\"body_base64\":\"?\"}", "overrides[0].body_base64: expected base64, got \"?\""},
            {"{\"method\":\"CONNECT\"}", "overrides[0].method: expected a method other than CONNECT, got \"CONNECT\""},
            {"{\"match\":{\"seq\":[1]}}", "overrides[0]: unknown argument \"match.seq\"; did you mean \"match.seqs\"?"}};
        for (String[] row : rows) {
            assertEquals(row[1], assertThrows(BadArgument.class, () -> parse(row[0])).getMessage());
        }
        JsonObject given = (JsonObject) Json.parse("{\"set_json\":{\"$.a\":1.50}}");
        assertEquals(new JsonArray(List.of(given)), RequestChanges.parse(List.of(given)).json());
    }

    @Test void unknownPlaceholdersAreRefusedWhereverTheyStand() throws Exception {
        for (String override : new String[] {"{\"set_query\":{\"a\":\"{tokn}\"}}", "{\"set_headers\":{\"a\":\"{tokn}\"}}", "{\"set_cookies\":{\"a\":\"{tokn}\"}}",
            "{\"set_form\":{\"a\":\"{tokn}\"}}", "{\"set_json\":{\"$.a\":{\"b\":[1,\"x{tokn}\"]}}}", "{\"replace\":[[\"a\",\"{tokn}\"]]}",
            "{\"body_text\":\"{\\\"a\\\":{tokn}}\"}"}) {
            PlanException refused = assertThrows(PlanException.class, () -> parse("{}", override).check(values, Set.of("token")), override);
            assertTrue(refused.getMessage().startsWith("overrides[1]: unknown placeholder {tokn}; known are {timestamp}"), refused.getMessage());
            assertTrue(refused.getMessage().contains("{token}"));
        }
        parse("{\"set_query\":{\"a\":\"{token}{{tokn}\"}}").check(values, Set.of("token"));
    }

    /** No change tells more than the beginning of a value. */
    @Test void changesNeverShowALongValue() throws Exception {
        String secret = "SECRET-0123456789-abcdefghijklmnop";
        values.capture("s", secret);
        Changed changed = changed(request("POST", "/?a=1&old", "{\"a\":1}", "Content-Type", "application/json", "X", "old"),
                "{\"set_query\":{\"a\":\"{s}\"},\"set_headers\":{\"A\":\"{s}\"},\"set_cookies\":{\"c\":\"{s}\"},\"set_json\":{\"$.a\":\"{s}\"},"
                + "\"replace\":[[\"old\",\"{s}\"],[\"" + secret + "\",\"{s}\"]]}");
        assertEquals(6, changed.changes().size());
        assertFalse(changed.changes().toString().contains(secret.substring(0, 13)), changed.changes().toString());
    }

    /** Whatever the other octets are, only the field that is named differs. */
    @Test void otherOctetsOfAnyFormStayAsTheyWere() throws Exception {
        Random random = new Random(8);
        for (int round = 0; round < 300; round++) {
            StringBuilder body = new StringBuilder();
            for (int i = random.nextInt(40); i > 0; i--) {
                body.append((char) random.nextInt(256));
            }
            String before = body.toString().replace("&", "");
            String after = body.reverse().toString().replace("&", "");
            Changed changed = changed(request("POST", "/", before + "&k%6Ey=1&" + after, "Content-Type", FORM), "{\"set_form\":{\"kny\":\"2\"}}");
            assertEquals(before + "&k%6Ey=2&" + after, body(changed));
        }
    }

    private RequestChanges parse(String... overrides) throws BadArgument, JsonException {
        List<JsonObject> objects = new ArrayList<>();
        for (String override : overrides) {
            objects.add((JsonObject) Json.parse(override));
        }
        return RequestChanges.parse(objects);
    }

    private Changed changed(OutgoingRequest request, String... overrides) throws Exception {
        PlanItem item = item(request);
        return parse(overrides).apply(request, item, values.of(item), new RunCookies(RunCookies.Mode.RECORDED, clock), found -> { });
    }

    private String refused(OutgoingRequest request, String override) {
        return assertThrows(ChangeException.class, () -> changed(request, override)).getMessage();
    }

    private static PlanItem item(OutgoingRequest request) {
        return new PlanItem(4, 7, new UUID(0, 7), 0, request.head().method(), request.url(), request.url(), false, Optional.empty());
    }

    /** @param body one character an octet; none if it is empty */
    static OutgoingRequest request(String method, String target, String body, String... fields) {
        return request(method, target, body.isEmpty() ? new ReplayBody.None() : new ReplayBody.Held(body.getBytes(StandardCharsets.ISO_8859_1)), fields);
    }

    static OutgoingRequest request(String method, String target, ReplayBody body, String... fields) {
        List<Fields.Line> lines = new ArrayList<>(List.of(new Fields.Line("Host", "h.test")));
        for (int i = 0; i < fields.length; i += 2) {
            lines.add(new Fields.Line(fields[i], fields[i + 1]));
        }
        return new OutgoingRequest(new Endpoint("http", "h.test", 80), RequestHead.of(method, target, Fields.of(lines)), body, Fields.EMPTY);
    }

    private static String fields(Changed changed) {
        List<String> lines = new ArrayList<>();
        changed.request().head().fields().lines().forEach(line -> lines.add(line.name() + ": " + line.value()));
        return String.join("|", lines);
    }

    private static String body(Changed changed) throws IOException {
        return new String(changed.request().body().open().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
}
