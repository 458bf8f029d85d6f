package proxymcp.har;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.store.CaptureProfile;
import proxymcp.store.ExchangeText;
import proxymcp.store.StoredBody;
import proxymcp.store.Unwatched;
import proxymcp.store.WorkWatch;

/** Files as a whole: packed, cut, hostile, large; imports that are refused, cancelled, or run beside each other. */
@Timeout(60)
final class HarImportFileTest {
    private static final String SMALL = """
            {"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[
             {"startedDateTime":"2024-01-02T03:04:05.000Z","time":1.5e1,"request":{"method":"GET","url":"http://a.test/\\u00e4","httpVersion":"HTTP/1.1",
              "headers":[{"name":"a","value":"\u00e4"}]},"response":{"status":200,"httpVersion":"HTTP/1.1","headers":[],"content":{"size":2,"text":"hi"}}}
            ]}}""";

    @TempDir
    Path folder;

    private HarImports imports;

    @BeforeEach
    void begin() {
        imports = new HarImports(folder);
    }

    @AfterEach
    void close() throws Exception {
        imports.close();
    }

    private static byte[] gzipped(byte[] octets) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(octets);
        }
        return out.toByteArray();
    }

    /** An archive of names and texts, one after the other. */
    private static byte[] zipped(String... namesAndTexts) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                zip.putNextEntry(new ZipEntry(namesAndTexts[i]));
                zip.write(namesAndTexts[i + 1].getBytes(StandardCharsets.ISO_8859_1));
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }

    private static String withFile(String name) {
        return SMALL.replace("\"text\":\"hi\"", "\"_file\":\"" + name + "\"").replace("\u00e4", "a");
    }

    @Test
    void packedFilesAreToldByTheirOctetsAndAreTheSame() throws Exception {
        byte[] text = SMALL.getBytes(StandardCharsets.UTF_8);
        String expected = imports.shown(imports.run(imports.file("plain.har", text)));
        assertTrue(expected.contains("body 2: hi"), expected);
        assertEquals(expected, imports.shown(imports.run(imports.file("packed.har.gz", gzipped(text)))));
        byte[] first = gzipped(Arrays.copyOf(text, 100));
        byte[] both = Arrays.copyOf(first, first.length + gzipped(Arrays.copyOfRange(text, 100, text.length)).length);
        System.arraycopy(gzipped(Arrays.copyOfRange(text, 100, text.length)), 0, both, first.length, both.length - first.length);
        assertEquals(expected, imports.shown(imports.run(imports.file("members.har", both))));
    }

    @Test
    void anArchivesBodiesAreFoundByTheirNamesAndNothingElseIs() throws Exception {
        String binary = "\u0000\u00ffoctets";
        Path secret = imports.file("secret.txt", "secret");
        ImportedHar whole = imports.run(imports.file("a.har.zip", zipped("0123.bin", binary, "har.har", withFile("0123.bin"), "other.har", "no")));
        assertEquals(binary, new String(ExchangeText.octets(imports.exchanges(whole).get(0).responseBody()), StandardCharsets.ISO_8859_1));
        assertEquals(Map.of(), whole.warningCounts());
        for (String name : List.of("../secret.txt", secret.toString(), "missing.bin", "folder/")) {
            ImportedHar without = imports.run(imports.file("b.zip", zipped("x.har", withFile(name), "folder/", "")));
            StoredBody body = imports.exchanges(without).get(0).responseBody();
            assertEquals("0 body_missing", body.kept() + " " + without.warnings().get(0).kind(), name);
        }
        ImportedHar plain = imports.run(imports.file("plain.har", withFile("secret.txt")));
        assertEquals("1 body_missing: the body is in a file beside the HAR, which is not read; import them in one zip archive\n", HarImports.warnings(plain));
        assertEquals(0, imports.exchanges(plain).get(0).responseBody().kept());
    }

    @Test
    void archivesThatHoldNoHarAreRefusedWithAReason() throws Exception {
        assertEquals("unsupported_file: the zip archive holds no file whose name ends in .har", imports.refusal(imports.file("a.zip", zipped("a.txt", "x")), false));
        assertEquals("unsupported_file: the zip archive holds 2 files whose names end in .har; unpack it and import one",
                imports.refusal(imports.file("a.zip", zipped("a.har", SMALL, "b.har", SMALL)), false));
        byte[] zip = zipped("har.har", withFile("x"));
        assertTrue(imports.refusal(imports.file("a.zip", Arrays.copyOf(zip, zip.length / 2)), false).startsWith("unsupported_file: "));
        byte[] gzip = gzipped(SMALL.getBytes(StandardCharsets.UTF_8));
        assertTrue(imports.refusal(imports.file("a.gz", Arrays.copyOf(gzip, gzip.length / 2)), false).startsWith("unsupported_file: "));
        gzip[gzip.length - 6] ^= 1;
        assertTrue(imports.refusal(imports.file("a.gz", gzip), false).startsWith("unsupported_file: "));
    }

    @Test
    void aBombIsGivenUp() throws Exception {
        String bomb = "{\"log\":{\"entries\":[" + " ".repeat(100 << 20) + "]}}";
        assertEquals("inflates_too_far: the file inflates to more than " + 6 * (1 << 20) + " octets; if that is meant, give max_disk_mb",
                refusalWithin(imports.file("bomb.gz", gzipped(bomb.getBytes(StandardCharsets.US_ASCII))), 1));
        assertEquals("inflates_too_far", refusalWithin(imports.file("bomb.zip", zipped("har.har", bomb)), 1).split(":")[0]);
        String entry = withFile("b").lines().skip(1).limit(2).reduce("", String::concat);
        String har = "{\"log\":{\"entries\":[" + entry + ("," + entry).repeat(9) + "]}}";
        assertEquals("disk_limit", refusalWithin(imports.file("bodies.zip", zipped("har.har", har, "b", "x".repeat(4 << 20))), 5).split(":")[0]);
        assertTrue(imports.isClean());
    }

    private String refusalWithin(Path file, long maxDiskMb) {
        HarImportException refused = assertThrows(HarImportException.class, () -> imports.run(file, false, OptionalLong.of(maxDiskMb), Unwatched.NOBODY));
        return refused.code() + ": " + refused.getMessage();
    }

    @Test
    void aTextCutAnywhereIsRefusedWholeWithItsPlace() throws Exception {
        byte[] text = SMALL.getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut < text.length; cut++) {
            byte[] begin = Arrays.copyOf(text, cut);
            String said = imports.refusal(imports.file("cut.har", begin), false);
            assertTrue(said.matches("(?s)bad_json: the file is not valid JSON: .+ at line \\d+, column \\d+"), cut + ": " + said);
        }
        assertEquals("bad_json: the file is not valid JSON: expected ',' or ']', got the end of the text at line 4, column 1",
                imports.refusal(imports.file("cut.har", SMALL.substring(0, SMALL.lastIndexOf("]"))), false));
        assertEquals("bad_json: the file is not valid JSON: expected the end of the text, got 'x' at line 4, column 5",
                imports.refusal(imports.file("more.har", SMALL + " x"), false));
    }

    @Test
    void textThatIsNoHarIsRefusedWithAReason() throws Exception {
        assertEquals("not_har: the file is no HAR: its JSON text is not an object", imports.refusal(imports.file("a.har", "[]"), false));
        assertEquals("not_har: the file is no HAR: it has no object \"log\"", imports.refusal(imports.file("a.har", "{\"log\":[]}"), false));
        assertEquals("not_har: the file is no HAR: its log has no array \"entries\"", imports.refusal(imports.file("a.har", "{\"log\":{\"entries\":{}}}"), false));
    }

    @Test
    void strictRefusesAtTheFirstEntryThatIsNotAsItShouldBe() throws Exception {
        assertEquals("bad_entry: entry 1: status is a number in quotes", imports.refusal(HarImports.fixture("odd-values.har"), true));
        assertEquals("bad_entry: entry 4: a body is said to be in base64, and is not; it was taken as text",
                imports.refusal(HarImports.fixture("bodies.har"), true));
        assertEquals("bad_entry: entry 2: it has no request", imports.refusal(imports.file("a.har", SMALL.replace("\n]}}", ",{}]}}")), true));
        assertEquals(6, imports.run(HarImports.fixture("chrome.har"), true, OptionalLong.empty(), Unwatched.NOBODY).total());
    }

    /** Entries with random bodies, some of them longer than what is held in memory. */
    private static String large(int entries, int longBytes) {
        Random random = new Random(entries);
        StringBuilder text = new StringBuilder("{\"log\":{\"entries\":[");
        for (int i = 0; i < entries; i++) {
            byte[] body = new byte[i % 5 == 0 ? longBytes : random.nextInt(2_000)];
            random.nextBytes(body);
            text.append(i == 0 ? "" : ",\n").append("{\"startedDateTime\":\"2024-01-02T03:04:05.000Z\",\"request\":{\"method\":\"GET\",\"url\":\"http://a.test/").append(i)
                    .append("\",\"httpVersion\":\"HTTP/1.1\"},\"response\":{\"content\":{\"text\":\"").append(Base64.getEncoder().encodeToString(body))
                    .append("\",\"encoding\":\"base64\"},\"status\":200,\"httpVersion\":\"HTTP/1.1\"}}");
        }
        return text.append("]}}").toString();
    }

    @Test
    void aSessionThatHasNoRoomIsRefusedAndNothingIsShed() throws Exception {
        Path file = imports.file("large.har", large(40, 300_000));
        assertTrue(refusalWithin(file, 1).startsWith("disk_limit: the session could not take everything: the session's limit of 1 MiB was reached"));
        assertEquals(List.of(), imports.catalog.ids());
        assertTrue(imports.isClean());
        assertEquals(40, imports.run(file).total());
    }

    @Test
    void progressCountsOctetsUpToAllOfThem() throws Exception {
        Path file = imports.file("large.har", large(20, 300_000));
        List<Long> told = new ArrayList<>();
        AtomicLong all = new AtomicLong();
        imports.run(file, false, OptionalLong.empty(), new WorkWatch() {
            @Override
            public void done(long done, long total) {
                told.add(done);
                all.set(total);
            }

            @Override
            public boolean cancelled() {
                return false;
            }
        });
        assertEquals(told.stream().sorted().toList(), told);
        assertEquals(Files.size(file), told.get(told.size() - 1));
        assertEquals(Files.size(file), all.get());
        assertTrue(told.size() > 5);
    }

    @Test
    void aCancelledImportLeavesNothingWhereverItWas() throws Exception {
        Path file = imports.file("large.har", large(20, 300_000));
        int asked = 0;
        for (int after = 0; after < 30; after = after * 2 + 1) {
            AtomicInteger left = new AtomicInteger(after);
            assertThrows(CancellationException.class, () -> imports.run(file, false, OptionalLong.empty(), new WorkWatch() {
                @Override
                public void done(long done, long total) {}

                @Override
                public boolean cancelled() {
                    return left.getAndDecrement() <= 0;
                }
            }));
            assertEquals(List.of(), imports.catalog.ids());
            assertTrue(imports.isClean());
            asked++;
        }
        assertEquals(5, asked);
    }

    @Test
    void twoImportsRunAtOnceAndWhileASessionIsRecorded() throws Exception {
        try (HarSession recorded = new HarSession(folder.resolve("recorded"), CaptureProfile.FULL)) {
            Path file = imports.file("large.har", large(60, 200_000));
            String expected = imports.shown(imports.run(file));
            List<Thread> threads = new ArrayList<>();
            List<String> found = java.util.Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 2; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    try {
                        ImportedHar har = new HarImport(recorded.catalog, folder.resolve("tmp"), new HarImport.Request(file, "x", false, OptionalLong.empty()),
                                Unwatched.NOBODY).run();
                        found.add(Long.toString(har.session().exchangeCount()));
                    } catch (IOException e) {
                        found.add(e.toString());
                    }
                }));
            }
            for (int i = 0; i < 50; i++) {
                recorded.body("", new byte[1_000]);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(List.of("60", "60"), found);
            assertEquals(50, recorded.end().lastSeq());
            assertEquals(expected, imports.shown(imports.run(file)));
        }
    }
}
