package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.ErrorClass;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** Finding text in the bodies of a session, as a client of the server does. */
@Timeout(60)
final class BodySearchToolTest {
    private static final String SEARCH = "proxy_search_session_bodies";

    @TempDir
    Path folder;

    private Tools tools;
    private String session;

    @BeforeEach
    void begin() {
        tools = new Tools(folder.resolve("home"));
        tools.call("proxy_start", "{}");
        startSession("full");
    }

    private void startSession(String profile) {
        session = text(tools.call("proxy_session_start", "{\"capture_profile\":\"" + profile + "\"}"), "session.id");
    }

    @AfterEach
    void close() {
        tools.close();
    }

    private Traffic traffic() {
        return new Traffic(tools.sink);
    }

    private JsonObject search(String wanted, String more) {
        return tools.call(SEARCH, arguments(wanted, more));
    }

    private String arguments(String wanted, String more) {
        return "{\"session_id\":\"" + session + "\",\"text\":" + Json.text(new JsonString(wanted)) + more + "}";
    }

    private static List<Long> seqs(JsonObject result) {
        List<Long> seqs = new ArrayList<>();
        for (JsonValue row : (JsonArray) at(result, "matches")) {
            seqs.add(((JsonNumber) at((JsonObject) row, "seq")).exactLong().orElseThrow());
        }
        return seqs;
    }

    /** scanned, skippedBinary, skippedNoBody, undecodable, damaged, timedOut, tooDeep, totalMatches. */
    private static String counts(JsonObject result) {
        List<String> counts = new ArrayList<>();
        for (String name : List.of("scanned", "skippedBinary", "skippedNoBody", "undecodable", "damaged", "timedOut", "tooDeep", "totalMatches")) {
            counts.add(at(result, name).toString());
        }
        return String.join(" ", counts);
    }

    @Test
    void aMatchIsShownWithPositionAndContext() {
        String id = traffic().request("POST", "shop.example", "/login").requestBody("user=ann&pass=Secret")
                .responseBody("text/plain; charset=utf-8", "a€b the SECRET and a secret\nsecret secret").complete();
        JsonObject found = search("secret", ",\"context_chars\":20");
        assertEquals("{\"status\":\"success\",\"query\":\"secret\",\"scanned\":1,\"skippedBinary\":0,\"skippedNoBody\":0,\"undecodable\":0,"
                + "\"damaged\":0,\"timedOut\":0,\"tooDeep\":0,\"totalMatches\":1,\"showing\":1,\"complete\":true,\"matches\":[{\"exchangeId\":\"" + id
                + "\",\"seq\":1,\"url\":\"http://shop.example/login\",\"method\":\"POST\",\"statusCode\":200,\"contentType\":\"text/plain\","
                + "\"matchedIn\":\"response\",\"source\":\"full\",\"snippets\":["
                + "{\"position\":8,\"context\":\"a€b the [SECRET] and a secret\\nsecret...\"},"
                + "{\"position\":21,\"context\":\"...€b the SECRET and a [secret]\\nsecret secret\"},"
                + "{\"position\":28,\"context\":\"...SECRET and a secret\\n[secret] secret\"}]}]}", Json.text(found));
        assertEquals("request", text(search("pass=", ""), "matches.0.matchedIn"));
        assertEquals("[]", at(search("pass=", ",\"search_in\":\"response\""), "matches").toString());
    }

    @Test
    void lettersMatchInEitherCaseUnlessToldOtherwise() {
        traffic().responseBody("text/plain", "STRASSE, ÉCOLE, ΣΊΣΥΦΟΣ").complete();
        for (String wanted : List.of("strasse", "StrAsse", "école", "σίσυφοσ", "é", "s")) {
            assertEquals(1, number(search(wanted, ""), "totalMatches"), wanted);
            assertEquals(0, number(search(wanted, ",\"case_sensitive\":true"), "totalMatches"), wanted);
        }
        for (String wanted : List.of("STRASSE", "ÉCOLE", "ΣΊΣΥΦΟΣ", "É", "S")) {
            assertEquals(1, number(search(wanted, ",\"case_sensitive\":true"), "totalMatches"), wanted);
        }
    }

    @Test
    void contentCodingsAreUndone() throws IOException {
        Brotli4jLoader.ensureAvailability();
        byte[] plain = ("x".repeat(70_000) + " needle " + "y".repeat(70_000)).getBytes(StandardCharsets.UTF_8);
        traffic().responseHeader("Content-Encoding", "gzip").responseBody(Traffic.gzip(new String(plain, StandardCharsets.UTF_8))).complete();
        traffic().responseHeader("content-encoding", "br").responseBody(Encoder.compress(plain)).complete();
        traffic().responseHeader("Content-Encoding", "deflate").responseBody(deflate(plain, false)).complete();
        traffic().responseHeader("Content-Encoding", "deflate").responseBody(deflate(plain, true)).complete();
        traffic().responseHeader("Content-Encoding", "br").responseHeader("Content-Encoding", "deflate")
                .responseBody(deflate(Encoder.compress(plain), false)).complete();
        traffic().responseHeader("Content-Encoding", "identity").responseBody(plain).complete();
        JsonObject found = search("NEEDLE", "");
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), seqs(found));
        assertEquals("6 0 0 0 0 0 0 6", counts(found));
        for (int i = 0; i < 6; i++) {
            assertEquals(70_001, number(found, "matches." + i + ".snippets.0.position"));
        }
    }

    private static byte[] deflate(byte[] plain, boolean bare) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, new Deflater(6, bare))) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }

    @Test
    void whatCannotBeDecodedIsSearchedAsItCame() throws IOException {
        traffic().responseHeader("Content-Encoding", "dcz").responseBody("\0binary but needle".getBytes(StandardCharsets.US_ASCII)).complete();
        traffic().responseHeader("Content-Encoding", "gzip").responseBody("text/plain", "no gzip at all, yet a needle").complete();
        byte[] coded = Traffic.gzip("needle " + "z".repeat(1_000));
        traffic().responseHeader("Content-Encoding", "gzip").responseBody(Arrays.copyOf(coded, coded.length - 12)).complete();
        traffic().responseHeader("Content-Encoding", "gzip").responseBody(Arrays.copyOf(Traffic.gzip("nothing"), 12)).complete();
        JsonObject found = search("needle", "");
        assertEquals(List.of(1L, 2L, 3L), seqs(found));
        assertEquals("4 0 0 3 0 0 0 3", counts(found));
        assertEquals("no gzip at all, yet a [needle]", text(found, "matches.1.snippets.0.context"));
    }

    @Test
    void charsetsAreHonoured() {
        for (String charset : List.of("UTF-16", "UTF-16LE", "UTF-16BE", "ISO-8859-1", "windows-1252", "UTF-8", "Shift_JIS", "ISO-8859-15")) {
            Charset named = Charset.forName(charset);
            String body = charset.equals("Shift_JIS") ? "<p>日本 ソ\\ text</p>" : "<p>caf\u00e9 text</p>";
            traffic().responseHeader("Content-Type", "text/html; charset=" + charset).responseBody(body.getBytes(named)).complete();
        }
        traffic().responseBody("caf\u00e9 text".getBytes(StandardCharsets.ISO_8859_1)).complete();
        traffic().responseBody(("\uFEFFcaf\u00e9 text").getBytes(StandardCharsets.UTF_16LE)).complete();
        traffic().responseHeader("Content-Type", "text/html").responseBody("<meta charset=windows-1251><p>\u0436\u0443\u043a text".getBytes(Charset.forName("windows-1251"))).complete();
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L), seqs(search("TEXT", ",\"limit\":20")));
        for (String more : List.of(",\"limit\":20", ",\"limit\":20,\"case_sensitive\":true", ",\"limit\":20,\"regex\":true")) {
            assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 8L, 9L, 10L), seqs(search("f\u00e9 t", more)), more);
            assertEquals(List.of(7L), seqs(search("\u65e5\u672c", more)), more);
            assertEquals(List.of(11L), seqs(search("\u0443\u043a t", more)), more);
            assertEquals(List.of(), seqs(search("\u0160", more)), more);
        }
        // The second octet of this letter is that of a backslash.
        assertEquals(10, number(search("\\", ""), "matches.0.snippets.0.position") + 3);
        assertEquals(3, number(search("caf", ",\"url_contains\":\"/\",\"limit\":1"), "matches.0.snippets.0.position"));
    }

    @Test
    void binaryIsLeftOutAndCounted() {
        for (String type : List.of("image/png", "audio/ogg", "video/mp4", "font/woff2", "application/octet-stream", "application/zip", "application/gzip",
                "application/pdf", "application/wasm")) {
            traffic().responseBody(type, "needle").complete();
        }
        traffic().responseBody("text/plain", "\0needle").complete();
        traffic().responseBody("text/plain", "x".repeat(511) + "\0needle").complete();
        traffic().responseBody("text/plain", "x".repeat(512) + "\0needle").complete();
        traffic().requestHeader("Content-Type", "image/png").requestBody("needle").responseBody("text/plain", "nothing").complete();
        traffic().requestBody("needle").responseBody("image/png", "needle").complete();
        traffic().complete();
        traffic().failed(ErrorClass.DNS, "no such host");
        traffic().open();
        JsonObject found = search("needle", "");
        assertEquals(List.of(12L, 14L), seqs(found));
        assertEquals("17 13 3 0 0 0 0 2", counts(found));
    }

    @Test
    void theFirstOctetsOfAPreviewAreSearched() throws IOException {
        tools.call("proxy_session_stop", "{}");
        startSession("preview");
        traffic().responseBody("text/plain", "x".repeat(4_000) + "needle" + "x".repeat(4_000)).complete();
        traffic().responseBody("text/plain", "x".repeat(4_100) + "needle").complete();
        Random random = new Random(1);
        StringBuilder noise = new StringBuilder("needle ");
        random.ints(20_000, 'a', 'z').forEach(c -> noise.append((char) c));
        traffic().responseHeader("Content-Encoding", "gzip").responseBody(Traffic.gzip(noise.toString())).complete();
        traffic().responseBody("text/plain", "needle").complete();
        JsonObject found = search("needle", "");
        assertEquals(List.of(1L, 3L, 4L), seqs(found));
        assertEquals("preview preview full", text(found, "matches.0.source") + " " + text(found, "matches.1.source") + " "
                + text(found, "matches.2.source"));
        assertEquals("4 0 0 0 0 0 0 3", counts(found));
        assertEquals("4 0 0 0 0 0 0 0", counts(search("is nowhere", "")));
    }

    @Test
    void headerFieldsAreSearchedWhenAskedFor() {
        traffic().requestHeader("X-Token", "abc-DEF").responseHeader("X-Cafe", "vällue").responseBody("text/plain", "abc-def").complete();
        traffic().requestHeader("Cookie", "sid=1").responseHeader("Set-Cookie", "sid=2; abc-def").complete();
        assertEquals(List.of(1L), seqs(search("abc-def", "")));
        JsonObject fields = search("abc-def", ",\"search_in\":\"headers\"");
        assertEquals(List.of(1L, 2L), seqs(fields));
        assertEquals("request_headers response_headers", text(fields, "matches.0.matchedIn") + " " + text(fields, "matches.1.matchedIn"));
        assertEquals("2 0 0 0 0 0 0 2", counts(fields));
        JsonObject all = search("abc-def", ",\"search_in\":\"all\"");
        assertEquals("response response_headers", text(all, "matches.0.matchedIn") + " " + text(all, "matches.1.matchedIn"));
        assertEquals(List.of(1L), seqs(search("VÄLLUE", ",\"search_in\":\"headers\"")));
        assertEquals(List.of(2L), seqs(search("set-cookie: sid=[2-9]", ",\"search_in\":\"headers\",\"regex\":true")));
        assertEquals(List.of(), seqs(search("HTTP/1.1", ",\"search_in\":\"headers\"")), "first lines are no fields");
    }

    @Test
    void expressionsMatch() {
        traffic().responseBody("application/json", "{\"price\": 12.50,\n\"sku\":\"AB-1234\"}").complete();
        traffic().responseBody("application/json", "{\"price\": 7, \"sku\":\"none\"}").complete();
        JsonObject found = search("\\d+\\.\\d{2}", ",\"regex\":true");
        assertEquals("{\"price\": [12.50],\n\"sku\":\"AB-1234\"}", text(found, "matches.0.snippets.0.context"));
        assertEquals(List.of(1L), seqs(found));
        assertEquals(List.of(1L, 2L), seqs(search("SKU\":\"\\w+", ",\"regex\":true")));
        assertEquals(List.of(), seqs(search("SKU", ",\"regex\":true,\"case_sensitive\":true")));
        assertEquals(List.of(1L, 2L), seqs(search("^\\{.*(?s:.*)\\}$", ",\"regex\":true")));
        assertEquals(List.of(1L), seqs(search("(?m)^\"sku", ",\"regex\":true")));
        assertEquals(List.of(), seqs(search("^\"sku", ",\"regex\":true")));
        String refused = tools.failure(SEARCH, arguments("(a", ",\"regex\":true"));
        assertTrue(refused.startsWith("bad_argument: text: expected a Java regular expression: Unclosed group"), refused);
        String counted = tools.failure(SEARCH, arguments("(?:(?:){9999}){9999}", ",\"regex\":true"));
        assertTrue(counted.contains("counts in braces"), counted);
        String nested = tools.failure(SEARCH, arguments("(".repeat(4_990) + "a" + ")".repeat(4_990), ",\"regex\":true"));
        assertTrue(nested.startsWith("bad_argument: text: expected a Java regular expression: ") && nested.length() < 200, nested);
    }

    @Test
    void anExpressionThatTakesTooLongOrRecursesTooDeeplyFailsOneBodyAlone() {
        traffic().responseBody("text/plain", "x".repeat(5_000)).complete();
        traffic().responseBody("text/plain", "xxxy").complete();
        JsonObject slow = search("(x+x+)+y", ",\"regex\":true");
        assertEquals("2 0 0 0 0 1 0 1", counts(slow));
        assertEquals(List.of(2L), seqs(slow));
        traffic().responseBody("text/html", "ab".repeat(400_000)).complete();
        traffic().responseBody("text/html", "abc").complete();
        JsonObject deep = search("(?:a|b)*c", ",\"regex\":true,\"content_type_contains\":\"html\"");
        assertEquals("2 0 0 0 0 0 1 1", counts(deep));
        assertEquals(List.of(4L), seqs(deep));
    }

    @Test
    void filtersChooseWhatIsScanned() {
        traffic().request("POST", "api.example", "/a").status(500).responseBody("application/json", "needle").complete();
        traffic().request("GET", "api.example", "/b").responseBody("text/html", "needle").complete();
        traffic().request("GET", "cdn.example", "/c").requestBody("needle").complete();
        for (String[] expected : new String[][] {{"\"method\":\"post\"", "[1] 1"}, {"\"hostname_contains\":\"api\"", "[1, 2] 2"},
                {"\"url_contains\":\"example/c\"", "[3] 1"}, {"\"status_code\":500", "[1] 1"}, {"\"status_min\":200,\"status_max\":299", "[2, 3] 2"},
                {"\"state\":\"complete\"", "[1, 2, 3] 3"}, {"\"source\":\"replay\"", "[] 0"}, {"\"from_ts\":1700000000001", "[] 0"},
                {"\"content_type_contains\":\"JSON\"", "[1, 3] 2"}, {"\"max_scan\":1", "[1] 1"}, {"\"min_size\":7", "[] 0"}}) {
            JsonObject found = search("needle", "," + expected[0]);
            assertEquals(expected[1], seqs(found) + " " + at(found, "scanned"), expected[0]);
        }
    }

    @Test
    void totalsAgreeWithAnIndependentCount() {
        Random random = new Random(5);
        int[] expected = new int[4];
        String[] wanted = {"ab", "Abc", "bcab", "\u00e9a"};
        for (int i = 0; i < 700; i++) {
            StringBuilder body = new StringBuilder();
            for (int length = random.nextInt(random.nextInt(50) == 0 ? 90_000 : 300); length > 0; length--) {
                body.append("abcA\u00e9".charAt(random.nextInt(5)));
                if (random.nextInt(3) > 0) {
                    body.append((char) ('d' + random.nextInt(10)));
                }
            }
            traffic().responseBody("text/plain; charset=utf-8", body.toString()).complete();
            for (int w = 0; w < wanted.length; w++) {
                expected[w] += body.toString().toLowerCase(Locale.ROOT).contains(wanted[w].toLowerCase(Locale.ROOT)) ? 1 : 0;
            }
        }
        for (int w = 0; w < wanted.length; w++) {
            JsonObject found = search(wanted[w], "");
            assertEquals("700 " + expected[w], at(found, "scanned") + " " + at(found, "totalMatches"), wanted[w]);
            assertEquals("700 " + expected[w], at(search(wanted[w], ",\"regex\":true"), "scanned") + " "
                    + at(search(wanted[w], ",\"regex\":true"), "totalMatches"), wanted[w]);
        }
    }

    @Test
    void pagesHoldEveryMatchOnceAlsoWhileTheSessionGrows() {
        List<Long> expected = new ArrayList<>();
        for (int i = 1; i <= 400; i++) {
            add(i, expected);
        }
        JsonObject first = search("needle", ",\"limit\":7");
        assertEquals("400 " + expected.size(), at(first, "scanned") + " " + at(first, "totalMatches"));
        assertEquals("limit reached; continue with cursor nextCursor", text(first, "reason"));
        List<Long> found = new ArrayList<>(seqs(first));
        Optional<String> cursor = first.string("nextCursor");
        int number = 400;
        while (cursor.isPresent()) {
            if (number < 600) {
                add(++number, expected);
            }
            JsonObject page = search("needle", ",\"limit\":7,\"cursor\":\"" + cursor.get() + "\"");
            assertFalse(seqs(page).isEmpty() && page.has("nextCursor") && number == 600, "a page without matches");
            found.addAll(seqs(page));
            cursor = page.string("nextCursor");
            assertEquals("false", at(page, "complete").toString());
        }
        assertEquals(expected, found);
        found.clear();
        cursor = Optional.of("m0").filter(none -> false);
        long scanned = 0;
        do {
            JsonObject page = search("needle", ",\"limit\":100,\"max_scan\":90" + cursor.map(text -> ",\"cursor\":\"" + text + "\"").orElse(""));
            found.addAll(seqs(page));
            scanned += number(page, "scanned");
            cursor = page.string("nextCursor");
        } while (cursor.isPresent());
        assertEquals(expected, found);
        assertEquals(number, scanned);
    }

    @Test
    void moreSearchesThanThePoolHasThreadsAllEnd() throws Exception {
        List<Long> expected = new ArrayList<>();
        for (int i = 1; i <= 900; i++) {
            add(i, expected);
        }
        List<Thread> callers = new ArrayList<>();
        List<Object> totals = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 4 * tools.pool.threads(); i++) {
            callers.add(Thread.ofVirtual().start(() -> {
                for (int round = 0; round < 5; round++) {
                    totals.add(number(search("needle", ""), "totalMatches"));
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertEquals(java.util.Collections.nCopies(20 * tools.pool.threads(), 300L), totals);
    }

    private void add(int number, List<Long> expected) {
        boolean match = number % 3 == 0;
        traffic().responseBody("text/plain", match ? "with needle " + number : "nothing " + number).complete();
        if (match) {
            expected.add((long) number);
        }
    }

    @Test
    void resultsStayBelowTheirRoom() {
        for (int i = 0; i < 30; i++) {
            traffic().request("GET", "shop.example", "/" + "u".repeat(9_000)).responseHeader("Content-Type", "text/" + "t".repeat(500))
                    .responseBody(("\u0001".repeat(2_000) + "needle").getBytes(StandardCharsets.UTF_8)).complete();
        }
        List<Long> found = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            JsonObject page = search("needle", ",\"limit\":100,\"context_chars\":500,\"max_chars\":2000"
                    + cursor.map(text -> ",\"cursor\":\"" + text + "\"").orElse(""));
            assertTrue(Json.text(page).length() <= 2_000, Json.text(page).length() + " characters");
            assertTrue(text(page, "matches.0.url").startsWith("http://shop.example/uuu"));
            found.addAll(seqs(page));
            cursor = page.string("nextCursor");
        } while (cursor.isPresent());
        assertEquals(30, found.size());
        JsonObject wide = search("needle", ",\"max_chars\":200000");
        assertEquals(200, text(wide, "matches.0.url").length());
        assertEquals(9_020, number(wide, "matches.0.urlLength"));
        String longText = "\u0001".repeat(9_999);
        assertTrue(Json.text(search(longText, ",\"max_chars\":2000")).length() <= 2_000);
    }

    @Test
    void badArgumentsAndUnknownSessionsAreErrors() {
        for (String cursor : List.of("nonsense", "m", "m-1", "m0", "1")) {
            assertEquals("bad_argument: cursor: expected nextCursor of a page with the same arguments",
                    tools.failure(SEARCH, arguments("a", ",\"cursor\":\"" + cursor + "\"")));
        }
        assertTrue(tools.failure(SEARCH, arguments("", "")).startsWith("bad_argument: text"));
        for (String tool : List.of(SEARCH, "proxy_get_session_handshakes")) {
            String more = tool.equals(SEARCH) ? ",\"text\":\"a\"" : "";
            String failure = tools.failure(tool, "{\"session_id\":\"20200101000000_abcdefgh\"" + more + "}");
            assertTrue(failure.startsWith("unknown_session: "), failure);
            assertTrue(tools.failure(tool, "{\"session_id\":\"../x\"" + more + "}").startsWith("bad_argument: session_id"));
        }
    }
}
