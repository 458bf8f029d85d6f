package proxymcp.har;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Route;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.SentMessage;
import proxymcp.exchange.SentMessages;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Fields;
import proxymcp.http.HttpVersion;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.store.CaptureProfile;
import proxymcp.store.ExchangeText;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;
import proxymcp.store.StoredExchange;
import proxymcp.store.Unwatched;
import proxymcp.store.VerifyLevel;
import proxymcp.store.VerifyReport;

/** Session to HAR to session: everything that was recorded comes back, raw octets included. */
@Timeout(120)
final class HarImportRoundTripTest {
    private static final int EXCHANGES = 150;
    private static final long SEED = Long.getLong("proxymcp.seed", 20_240_102L);

    @TempDir
    Path folder;

    private static String whole(Session session) throws IOException {
        StringBuilder text = new StringBuilder();
        for (long seq = 1; seq <= session.lastSeq(); seq++) {
            Optional<StoredExchange> stored = session.exchange(seq);
            if (stored.isPresent()) {
                text.append(seq).append(' ').append(stored.get().exchange().start().url()).append(' ').append(stored.get().entry()).append('\n').append(ExchangeText.of(stored.get()));
            }
        }
        // Where it stands on the disk is another matter.
        return text.toString().replaceAll("segment=\\d+, offset=\\d+", "");
    }

    private ImportedHar importOf(HarImports imports, byte[] octets) throws IOException {
        return imports.run(imports.file("exported.har", octets));
    }

    private static byte[] export(HarImports imports, ImportedHar imported) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        imports.catalog.read(imported.session().id(),
                session -> HarExport.write(session, SessionQuery.ALL, true, out, Unwatched.NOBODY));
        return out.toByteArray();
    }

    @Test
    void randomSessionsComeBackEqual() throws Exception {
        for (CaptureProfile profile : CaptureProfile.values()) {
            Random random = new Random(SEED + profile.ordinal());
            try (HarSession made = new HarSession(folder.resolve("made-" + profile), profile);
                    HarImports imports = new HarImports(folder.resolve("home-" + profile))) {
                for (int i = 0; i < EXCHANGES; i++) {
                    record(made, random);
                }
                Session before = made.end();
                ImportedHar imported = importOf(imports, made.export().octets());
                assertEquals(Map.of(), imported.warningCounts(), () -> HarImports.warnings(imported));
                assertEquals(EXCHANGES, imported.total());
                assertEquals(whole(before), whole(imports.catalog.open(imported.session().id())), "seed " + SEED + ", " + profile);
            }
        }
    }

    private static void record(HarSession made, Random random) throws Exception {
        HarSession.One one = random.nextInt(4) == 0 ? made.made(madeRequest(random)) : made.request(requestHead(random));
        one.to(new Endpoint(random.nextBoolean() ? "http" : "https", random.nextInt(3) == 0 ? "2001:db8::1" : "a.test", 1 + random.nextInt(65_535)));
        Optional<TlsInfo> tls = random.nextInt(3) == 0 ? Optional.of(tls(random)) : Optional.empty();
        if (random.nextInt(3) == 0) {
            one.from(new Client("[::1]:" + random.nextInt(9_999), "127.0.0.1:8080", Source.values()[random.nextInt(Source.values().length)],
                    random.nextBoolean() ? Optional.of("target-1") : Optional.empty(), random.nextInt(50)), tls);
        }
        switch (random.nextInt(4)) {
            case 0 -> one.over(Optional.empty());
            case 1 -> one.over(Optional.of(new Route(Optional.of("http://proxy.test:3128"), "[2001:db8::1]:443", random.nextInt(50), random.nextBoolean(), tls)));
            default -> { }
        }
        if (random.nextInt(3) == 0) {
            one.sending(body(random), trailers(random));
        }
        for (int i = random.nextInt(6) - 3; i > 0; i--) {
            one.hint("HTTP/1.1 103 Early Hints\r\nLink:" + " ".repeat(i) + "</a" + i + ">");
        }
        if (random.nextInt(6) > 0) {
            answer(one, random);
        }
        Timings timings = random.nextInt(4) == 0 ? Timings.NONE
                : new Timings(-1, random.nextInt(99), random.nextLong(1L << 50), -1, 5, 6, random.nextInt(1 << 30), random.nextLong(1L << 60));
        one.ending(random.nextInt(3) == 0 ? new Outcome.Incomplete(ErrorClass.values()[random.nextInt(ErrorClass.values().length)], "why \u00e4\u2028")
                : new Outcome.Complete(), timings);
        one.noting(random.nextInt(3) == 0 ? List.of(new RuleMatch("r\u00fcle", 3), new RuleMatch("other", 1)) : List.of(),
                random.nextInt(3) == 0 ? new String[] {"a note", "n\u00f6te \u20ac"} : new String[0]);
        if (random.nextInt(4) == 0) {
            one.changed(new SentMessages(sent(random, "http://b.test/\u00e4"), sent(random, "")));
        }
        one.record();
    }

    private static Optional<SentMessage> sent(Random random, String url) {
        if (random.nextInt(3) == 0) {
            return Optional.empty();
        }
        byte[] body = random(random, random.nextInt(300));
        return Optional.of(new SentMessage(url, random(random, 100), body.length + random.nextInt(2) * 9_000_000_000L,
                random.nextBoolean() ? Optional.of("0f".repeat(32)) : Optional.empty(), body, random.nextBoolean()));
    }

    private static void answer(HarSession.One one, Random random) throws Exception {
        if (random.nextInt(5) == 0) {
            one.answered(new ResponseHead(HttpVersion.values()[random.nextInt(4)], 100 + random.nextInt(900), "r\u00e4ason", madeFields(random), List.of(),
                    new byte[0]));
        } else {
            one.answered(responseHead(random));
        }
        if (random.nextInt(5) > 0) {
            one.with(body(random), trailers(random));
        }
    }

    private static RequestHead madeRequest(Random random) {
        return new RequestHead("GET", "/made?" + random.nextInt(9), HttpVersion.values()[random.nextInt(4)], madeFields(random), List.of(), new byte[0]);
    }

    private static Fields madeFields(Random random) {
        Fields.Builder fields = new Fields.Builder().addRecorded(":authority", "a.test").add("X", "").add("x", "\u00ff");
        return random.nextBoolean() ? fields.build() : fields.addRecorded("odd name", "v").add("Content-Type", "text/plain; charset=utf-8").build();
    }

    private static String requestHead(Random random) {
        String target = List.of("/", "/p?q=1&q=%zz", "http://a.test/absolute?x", "/lenient-\u00e4", "*", "/a//b/../c").get(random.nextInt(6));
        return (target.equals("*") ? "OPTIONS" : "POST") + " " + target + (random.nextBoolean() ? " HTTP/1.1" : " HTTP/1.0") + "\r\nHost: a.test" + lines(random);
    }

    private static String responseHead(Random random) {
        return "HTTP/1." + random.nextInt(2) + " " + (200 + random.nextInt(300)) + (random.nextInt(4) == 0 ? "" : " Fine \u00e4") + lines(random)
                + (random.nextInt(5) == 0 ? "\r\nSloppy : value\r\n folded" : "");
    }

    private static String lines(Random random) {
        StringBuilder lines = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            lines.append(List.of("\r\nX-A:no space", "\r\nX-A:   many  ", "\r\nSet-Cookie: a=1; Expires=Wed, 09 Jun 2021 10:18:14 GMT", "\r\nSet-Cookie: b=2",
                    "\r\nempty:", "\r\nx-\u0041: \u00e4\u00ff").get(random.nextInt(6)));
        }
        lines.append(List.of("", "\r\nContent-Type: text/html", "\r\nContent-Type: text/plain; charset=iso-8859-1", "\r\nContent-Type: application/json",
                "\r\nContent-Type: text/plain; charset=utf-16", "\r\nContent-Type: image/png", "\r\nContent-Type: text/plain; charset=Shift_JIS").get(random.nextInt(7)));
        return lines.append(List.of("", "", "\r\nContent-Encoding: gzip", "\r\nContent-Encoding: br").get(random.nextInt(4))).toString();
    }

    private static byte[] body(Random random) throws IOException {
        String text = List.of("", "plain", "{\"gr\u00f6\u00dfe\": \"\u20ac \ud83d\ude00\"}", "<meta charset=shift_jis>\u65e5\u672c", "\ufeffwith a mark",
                "a\u0000b", "line\r\nend\t\u0001\u007f\\\"").get(random.nextInt(7)).repeat(1 + random.nextInt(3));
        byte[] octets = switch (random.nextInt(6)) {
            case 0 -> random(random, random.nextInt(200));
            case 1 -> text.getBytes(StandardCharsets.ISO_8859_1);
            case 2 -> text.getBytes(StandardCharsets.UTF_16);
            case 3 -> text.getBytes(Charset.forName("Shift_JIS"));
            case 4 -> random(random, 70_000 + random.nextInt(100_000));
            default -> text.repeat(random.nextInt(20) == 0 ? 20_000 : 1).getBytes(StandardCharsets.UTF_8);
        };
        return random.nextInt(4) == 0 ? gzipped(octets) : octets;
    }

    private static byte[] random(Random random, int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }

    private static byte[] gzipped(byte[] octets) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(octets);
        }
        return out.toByteArray();
    }

    private static Fields.Line[] trailers(Random random) {
        return random.nextInt(3) == 0 ? new Fields.Line[] {new Fields.Line("Digest", "x"), new Fields.Line("digest", "")} : new Fields.Line[0];
    }

    private static TlsInfo tls(Random random) {
        return new TlsInfo("TLSv1.3", "TLS_AES_128_GCM_SHA256", Optional.of("h2"), Optional.of("a.test"), random(random, 200), Optional.of("3"),
                Optional.of("4"), random.nextBoolean() ? Optional.empty() : Optional.of("3s"), List.of(random(random, 700), random(random, 1)));
    }

    @Test
    void filesOfOtherProgramsComeBackEqualFromAFileOfOurs() throws Exception {
        try (HarImports first = new HarImports(folder.resolve("first")); HarImports second = new HarImports(folder.resolve("second"))) {
            for (String name : List.of("chrome.har", "odd-values.har", "bodies.har", "pairs.har", "bom.har")) {
                ImportedHar once = first.run(HarImports.fixture(name));
                ImportedHar twice = importOf(second, export(first, once));
                assertEquals(Map.of(), twice.warningCounts(), () -> name + " " + HarImports.warnings(twice));
                assertEquals(first.whole(once), second.whole(twice), name);
                assertEquals(first.indexedUrls(once), second.indexedUrls(twice), name);
                VerifyReport report = first.catalog.verify(once.session().id(), VerifyLevel.DEEP, Unwatched.NOBODY);
                assertTrue(report.isOk(), () -> name + " " + report);
            }
        }
    }

    @Test
    void seqsWithGapsComeBackAndOthersAreGivenAnew() throws Exception {
        try (HarSession made = new HarSession(folder.resolve("made"), CaptureProfile.FULL); HarImports imports = new HarImports(folder.resolve("home"))) {
            for (int i = 0; i < 6; i++) {
                made.body("Content-Type: text/plain", HarSession.utf8("body " + i));
            }
            made.end();
            String text = new String(made.export().octets(), StandardCharsets.UTF_8);
            ImportedHar gaps = importOf(imports, text.replace("\"seq\":3", "\"seq\":2000").replace("\"seq\":4", "\"seq\":2001")
                    .replace("\"seq\":5", "\"seq\":90000000000000").getBytes(StandardCharsets.UTF_8));
            assertEquals(List.of(1L, 2L, 6L, 2_000L, 2_001L, 2_002L),
                    imports.exchanges(gaps).stream().map(stored -> stored.exchange().seq()).toList());
            assertEquals("new_seq: 1 exchanges have other seqs than in the session that was exported\n", HarImports.warnings(gaps));
            assertEquals(0, gaps.errors());
        }
    }

    @Test
    void entriesThatAreOutOfOrderByAFewGetTheirSeqsBack() throws Exception {
        try (HarSession made = new HarSession(folder.resolve("made"), CaptureProfile.FULL); HarImports imports = new HarImports(folder.resolve("home"))) {
            for (int i = 0; i < 300; i++) {
                made.body("Content-Type: text/plain", HarSession.utf8("body " + i));
            }
            Session before = made.end();
            List<JsonValue> entries = new ArrayList<>(((JsonArray) HarFile.at(made.export().file().json(), "log.entries")).values());
            for (int from = 0; from < entries.size(); from += 30) {
                Collections.shuffle(entries.subList(from, from + 30), new Random(SEED + from));
            }
            JsonObject log = JsonObject.builder().put("log", JsonObject.builder().put("entries", entries).build()).build();
            ImportedHar imported = importOf(imports, Json.bytes(log));
            assertEquals(Map.of(), imported.warningCounts());
            assertEquals(whole(before), whole(imports.catalog.open(imported.session().id())));
        }
    }

    @Test
    void bodiesThatWereLeftOutAreMissingNotEmpty() throws Exception {
        try (HarSession made = new HarSession(folder.resolve("made"), CaptureProfile.FULL); HarImports imports = new HarImports(folder.resolve("home"))) {
            made.request("POST /p HTTP/1.1\r\nHost: a.test").sending(HarSession.utf8("sent")).answered("HTTP/1.1 200 OK").with(HarSession.utf8("came")).record();
            made.end();
            ImportedHar imported = importOf(imports, made.export(SessionQuery.ALL, false).octets());
            StoredExchange stored = imports.exchanges(imported).get(0);
            assertEquals("0 of 4 0 of 4", stored.requestBody().kept() + " of " + stored.requestBody().size() + " " + stored.responseBody().kept()
                    + " of " + stored.responseBody().size());
            assertTrue(stored.responseBody().sha256().isPresent());
        }
    }
}
