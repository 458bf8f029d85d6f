package proxymcp.har;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.SentMessage;
import proxymcp.exchange.SentMessages;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.store.CaptureProfile;
import proxymcp.store.SessionQuery;
import proxymcp.store.Unwatched;

/** What rules did to an exchange, in a HAR: which they were, and what went out instead of what came in. */
@Timeout(60)
final class HarRulesTest {
    private static final String SHA256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    private static final SentMessage TO_ORIGIN = new SentMessage("http://b.test/x", HarFile.latin1("GET /x HTTP/1.1\r\nX: \u00e4\u00ff\r\n\r\n"), 3,
            Optional.of(SHA256), HarFile.latin1("foo"), true);
    private static final SentMessage TO_CLIENT = new SentMessage("", HarFile.latin1("HTTP/1.1 404 No\r\n\r\n"), 100_000, Optional.empty(),
            new byte[SentMessage.BODY_BYTES_MAX], false);
    private static final List<RuleMatch> RULES = List.of(new RuleMatch("rule-1", 3), new RuleMatch("r\u00fcle", 1));

    @TempDir
    Path folder;

    private static HarSession made(Path folder, SentMessages sent) throws Exception {
        HarSession made = new HarSession(folder, CaptureProfile.FULL);
        made.request("GET /a HTTP/1.1\r\nHost: a.test").answered("HTTP/1.1 200 OK").with(HarSession.utf8("came")).noting(RULES).changed(sent).record();
        made.end();
        return made;
    }

    @Test
    void entryHasWhatCameInAndBesideItWhatWentOut() throws Exception {
        try (HarSession made = made(folder, new SentMessages(Optional.of(TO_ORIGIN), Optional.of(TO_CLIENT)))) {
            JsonObject entry = made.export().file().entry(0);
            assertEquals("http://a.test/a 200", HarFile.text(entry, "request.url") + " " + HarFile.number(entry, "response.status"));
            assertEquals("[{\"id\":\"rule-1\",\"version\":3},{\"id\":\"r\u00fcle\",\"version\":1}]", Json.text(HarFile.at(entry, "_rules")));
            assertEquals("{\"url\":\"http://b.test/x\",\"head\":\"GET /x HTTP/1.1\\r\\nX: \u00e4\u00ff\\r\\n\\r\\n\",\"bodyBytes\":3,\"bodySha256\":\""
                    + SHA256 + "\",\"base64\":\"Zm9v\",\"complete\":true}", Json.text(HarFile.at(entry, "_sentRequest")));
            JsonObject response = (JsonObject) HarFile.at(entry, "_sentResponse");
            assertFalse(response.has("url") || response.has("bodySha256"));
            assertEquals(SentMessage.BODY_BYTES_MAX, HarFile.base64(response, "base64").length);
            ByteArrayOutputStream bare = new ByteArrayOutputStream();
            HarExport.write(made.end(), SessionQuery.ALL, false, bare, Unwatched.NOBODY);
            JsonObject without = HarFile.of(bare.toByteArray()).entry(0);
            assertFalse(HarFile.has(without, "_sentRequest", "base64"), "no bodies, so none of those that went out");
            assertEquals(3, HarFile.number(without, "_sentRequest.bodyBytes"));
        }
    }

    @Test
    void whatNoRuleTouchedHasNoneOfTheMembers() throws Exception {
        try (HarSession made = new HarSession(folder, CaptureProfile.FULL)) {
            made.body("Content-Type: text/plain", HarSession.utf8("x"));
            made.end();
            JsonObject entry = made.export().file().entry(0);
            assertFalse(entry.has("_rules") || entry.has("_sentRequest") || entry.has("_sentResponse"));
        }
    }

    @Test
    void bothComeBackEqual() throws Exception {
        try (HarSession made = made(folder.resolve("made"), new SentMessages(Optional.of(TO_ORIGIN), Optional.of(TO_CLIENT)));
                HarImports imports = new HarImports(folder.resolve("home"))) {
            ImportedHar imported = imports.run(imports.file("ours.har", made.export().octets()));
            assertEquals(Map.of(), imported.warningCounts());
            Exchange back = imports.exchanges(imported).get(0).exchange();
            assertEquals(RULES, back.rules());
            assertSame(TO_ORIGIN, back.sent().request().orElseThrow());
            assertSame(TO_CLIENT, back.sent().response().orElseThrow());
        }
    }

    @Test
    void rulesOfOlderFilesAreRead() throws Exception {
        Exchange back = imported(1, "\"_exchange\":{\"rules\":[[\"rule-1\",3],[\"r\u00fcle\",1]]}");
        assertEquals(RULES, back.rules());
        assertEquals(SentMessages.NONE, back.sent());
    }

    /** Each is left out with a warning, and the rest of the entry is kept. */
    @Test
    void whatCannotBeIsLeftOut() throws Exception {
        String head = "\"head\":\"H\",\"bodyBytes\":";
        List<String> faults = List.of("7", "[]", "{}", "{\"head\":\"H\"}", "{" + head + "-1}", "{" + head + "2,\"base64\":\"Zm9v\"}",
                "{" + head + "9,\"base64\":\"*\"}", "{\"head\":\"\u20ac\",\"bodyBytes\":0}", "{" + head + "0,\"bodySha256\":\"00\"}",
                "{" + head + "0,\"url\":\"" + "u".repeat(100_000) + "\"}", "{" + head + "90000,\"base64\":\"" + "AAAA".repeat(30_000) + "\"}");
        for (int i = 0; i < faults.size(); i++) {
            assertEquals(SentMessages.NONE, imported(10 + i, "\"_sentRequest\":" + faults.get(i)).sent(), faults.get(i));
        }
        assertEquals(List.of(new RuleMatch("good", 2)),
                imported(50, "\"_rules\":[7,{},{\"id\":\"a\"},{\"id\":\"\",\"version\":1},{\"id\":\"a\",\"version\":0},{\"id\":\"good\",\"version\":2},[\"a\"]]").rules());
        assertEquals(1, imported(51, "\"_rules\":[{\"id\":\"" + "i".repeat(15_000) + "\",\"version\":1},{\"id\":\"" + "i".repeat(2_000)
                + "\",\"version\":1}]").rules().size());
    }

    /** The exchange of a file with one entry that has {@code members}. */
    private Exchange imported(int number, String members) throws Exception {
        try (HarImports imports = new HarImports(folder.resolve("home-" + number))) {
            ImportedHar imported = imports.run(imports.file("one.har", ("{\"log\":{\"version\":\"1.2\",\"entries\":[{\"startedDateTime\":"
                    + "\"2024-01-02T03:04:05Z\",\"request\":{\"method\":\"GET\",\"url\":\"http://a.test/\",\"httpVersion\":\"HTTP/1.1\",\"headers\":[]},"
                    + "\"response\":{\"status\":200,\"httpVersion\":\"HTTP/1.1\",\"headers\":[]}," + members + "}]}}").getBytes(StandardCharsets.UTF_8)));
            assertEquals(number < 10 ? 0 : 1, Math.min(1, imported.warningCounts().getOrDefault("bad_member", 0L).intValue()), members);
            return imports.exchanges(imported).get(0).exchange();
        }
    }

    private static void assertSame(SentMessage expected, SentMessage found) throws IOException {
        assertEquals(expected.url() + expected.bodyBytes() + expected.bodySha256() + expected.complete(),
                found.url() + found.bodyBytes() + found.bodySha256() + found.complete());
        assertArrayEquals(expected.head(), found.head());
        assertArrayEquals(expected.body(), found.body());
    }
}
