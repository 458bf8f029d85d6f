package proxymcp.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.json.Json;

/** How layers follow one another, and how each way in which one fails is told. */
@Timeout(60)
final class PipelineTest {
    private static final byte[] JSON = "{\"hello\":[1,2,3]}".getBytes(StandardCharsets.UTF_8);

    private static DecodeResult run(byte[] body, String coding, String type, DecodeRequest request, Decoder... more) {
        List<Decoder> all = new ArrayList<>(Decoders.builtin().decoders());
        all.addAll(List.of(more));
        return new Pipeline(Decoders.of(all)).run(new DecodeInput(body, 0, body.length, type.isEmpty() ? Optional.empty() : Optional.of(type),
                Map.of(DecodeInput.CONTENT_ENCODING, coding, DecodeInput.CONTENT_TYPE, type), Optional.empty(), Direction.RESPONSE), request);
    }

    private static DecodeResult run(byte[] body, String coding, String type) {
        return run(body, coding, type, DecodeRequest.AUTOMATIC);
    }

    private static String statuses(DecodeResult result) {
        StringBuilder statuses = new StringBuilder();
        for (Layer layer : result.layers()) {
            statuses.append(statuses.isEmpty() ? "" : ", ").append(layer.decoder()).append(' ').append(layer.status().word());
        }
        return statuses.toString();
    }

    private static String reason(DecodeResult result) {
        return result.layers().get(result.layers().size() - 1).reason();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(content);
        }
        return packed.toByteArray();
    }

    private static byte[] deflate(byte[] content, boolean bare) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new DeflaterOutputStream(packed, new Deflater(9, bare))) {
            out.write(content);
        }
        return packed.toByteArray();
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    @Test
    void codingsAreUndoneInReverseOrderThenTheTypeDecides() throws IOException {
        byte[] twice = Codings.encode(JSON, ContentCoding.parse(List.of("gzip, br")));
        assertEquals("br decoded, gzip decoded, json decoded", statuses(run(twice, "gzip, br", "application/json")));
        assertEquals("gzip decoded, json decoded", statuses(run(gzip(JSON), "x-gzip", "application/json")));
        assertEquals("deflate decoded, json decoded", statuses(run(deflate(JSON, true), "deflate", "application/json")));
        assertEquals("deflate decoded, json decoded", statuses(run(deflate(JSON, false), "Deflate, identity", "")));
        DecodeResult result = run(joined(gzip(JSON), gzip(" ".getBytes(StandardCharsets.UTF_8))), "gzip", "");
        assertEquals("gzip decoded, json decoded", statuses(result));
        Layer layer = result.layers().get(0);
        assertEquals(JSON.length + 1, layer.outputBytes());
        assertEquals(gzip(JSON).length + gzip(" ".getBytes(StandardCharsets.UTF_8)).length, layer.inputBytes());
    }

    @Test
    void compressionThatNobodyDeclaredIsRecognised() throws IOException {
        assertEquals("gzip decoded, json decoded", statuses(run(gzip(JSON), "", "")));
        assertEquals("deflate decoded, json decoded", statuses(run(deflate(JSON, false), "", "application/octet-stream")));
        assertEquals("gzip decoded, gzip decoded, json decoded", statuses(run(gzip(gzip(JSON)), "gzip", "application/octet-stream")));
    }

    @Test
    void aPlainBodyUnderACodingIsReadAllTheSame() {
        DecodeResult result = run(JSON, "gzip", "application/json");
        assertEquals("gzip failed, json decoded", statuses(result));
        assertTrue(!result.layers().get(0).reason().isEmpty());
        assertEquals("{\"hello\":[1,2,3]}", Json.text(((Content.Json) result.content()).value()));
    }

    @Test
    void anEmptyBodyHasNoLayers() {
        assertEquals("", statuses(run(new byte[0], "gzip", "application/json")));
        assertEquals("text", run(new byte[0], "", "").content().kind());
    }

    @Test
    void aCodingWithoutADecoderIsSkippedAndTheBodyStays() {
        DecodeResult result = run(new byte[] {1, 2, 0, 4}, "compress", "application/json");
        assertEquals("compress skipped, json failed", statuses(result));
        assertEquals("no decoder for this content coding", result.layers().get(0).reason());
        assertEquals("binary", result.content().kind());
    }

    @Test
    void theWrongTypeFailsAndWhatTheBodyIsIsFound() {
        assertEquals("json failed, form decoded", statuses(run("a=1&b=2".getBytes(StandardCharsets.UTF_8), "", "application/json")));
        assertEquals("json failed, html decoded", statuses(run("<!doctype html><p>gone</p>".getBytes(StandardCharsets.UTF_8), "", "application/json")));
    }

    @Test
    void dataCutOrDamagedAnywhereIsPartialOrFailedWithAReason() throws IOException {
        byte[] text = "{\"k\":\"value value value\",\"n\":[1,2,3,4,5]}".repeat(3).getBytes(StandardCharsets.UTF_8);
        for (String coding : List.of("gzip", "deflate", "br")) {
            byte[] packed = Codings.encode(text, ContentCoding.parse(List.of(coding)));
            for (int length = 1; length < packed.length; length++) {
                Layer layer = run(Arrays.copyOf(packed, length), coding, "").layers().get(0);
                assertTrue(layer.status() == LayerStatus.PARTIAL || layer.status() == LayerStatus.FAILED, coding + " " + length + layer);
                assertTrue(!layer.reason().isEmpty());
            }
            for (int at = 0; at < packed.length; at++) {
                byte[] damaged = packed.clone();
                damaged[at] ^= 0x55;
                Layer layer = run(damaged, coding, "").layers().get(0);
                assertEquals(layer.status() == LayerStatus.DECODED, layer.reason().isEmpty(), coding + " " + at);
            }
        }
    }

    @Test
    void bombsStopAtTheLimit() throws IOException {
        byte[] bomb = gzip(gzip(new byte[64 << 20]));
        DecodeRequest small = new DecodeRequest(List.of(), 8, 1 << 20);
        DecodeResult result = run(bomb, "gzip, gzip", "", small);
        assertEquals("gzip decoded, gzip partial", statuses(result));
        assertEquals("stopped after 1048576 bytes, the limit", reason(result));
        String letters = Base64.getEncoder().encodeToString(gzip(("{\"a\":\"" + "x".repeat(900_000) + "\"}").getBytes(StandardCharsets.UTF_8)));
        StringBuilder many = new StringBuilder("[");
        for (int i = 0; i < 50; i++) {
            many.append(i == 0 ? "\"" : ",\"").append(letters).append('"');
        }
        long written = 0;
        for (Layer layer : run(many.append(']').toString().getBytes(StandardCharsets.UTF_8), "", "application/json", small).layers()) {
            written += layer.outputBytes();
        }
        assertTrue(written <= 5 << 20, () -> "layers of one run together are bounded");
    }

    /** 10 MB that stand for 10 GB, and 330 KB that do so twice over: no more of either is made than may be kept. */
    @Test
    void tenGigabytesAreNotMade() throws IOException {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(new byte[1 << 20]);
        byte[] block = new byte[8192];
        int length = deflater.deflate(block, 0, block.length, Deflater.FULL_FLUSH);
        deflater.end();
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        gzip.write(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 0});
        ByteArrayOutputStream zstd = new ByteArrayOutputStream();
        zstd.write(new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 0x38});
        for (int i = 0; i < 10_240; i++) {
            gzip.write(block, 0, length);
            for (int of128KiB = 0; of128KiB < 8; of128KiB++) {
                zstd.write(new byte[] {2, 0, 0x10, 0});
            }
        }
        assertTrue(gzip.size() > 8_000_000, gzip.size() + " bytes");
        DecodeRequest small = new DecodeRequest(List.of(), 8, 1 << 20);
        DecodeResult plain = run(gzip.toByteArray(), "gzip", "", small);
        assertEquals("gzip partial", statuses(plain));
        assertEquals(1 << 20, plain.layers().get(0).outputBytes());
        assertEquals("gzip decoded, zstd partial", statuses(run(gzip(zstd.toByteArray()), "zstd, gzip", "", small)));
        assertEquals("gzip decoded, zstd partial", statuses(run(gzip(zstd.toByteArray()), "", "", small)));
    }

    @Test
    void depthIsBounded() throws IOException {
        byte[] body = JSON;
        for (int i = 0; i < 12; i++) {
            body = gzip(body);
        }
        assertEquals(8, run(body, "", "").layers().size());
        assertEquals(3, run(body, "", "", new DecodeRequest(List.of(), 3, 1 << 20)).layers().size());
        assertEquals(13, run(body, "", "", new DecodeRequest(List.of(), 32, 1 << 20)).layers().size());
    }

    /** Threads that decode have little stack. */
    @Test
    void deepValuesWithinDeepValuesAreReadOnASmallStack() throws Exception {
        String body = "1";
        for (int layer = 0; layer < 20; layer++) {
            body = "[".repeat(190) + "\"" + Base64.getEncoder().encodeToString(("[".repeat(8) + body + "]".repeat(8)).getBytes(StandardCharsets.UTF_8)) + "\""
                    + "]".repeat(190);
        }
        byte[] octets = body.getBytes(StandardCharsets.UTF_8);
        FutureTask<Integer> task = new FutureTask<>(() -> {
            DecodeResult result = run(octets, "", "application/json", new DecodeRequest(List.of(), 32, 16 << 20));
            return Json.text(((Content.Json) result.content()).value()).length();
        });
        Thread thread = new Thread(null, task, "small", 512 << 10);
        thread.start();
        assertTrue(task.get() > 1_000);
    }

    @Test
    void aChainRunsWhatItNamesAndNothingElse() throws IOException {
        String letters = Base64.getEncoder().encodeToString(gzip(JSON));
        DecodeResult whole = run(letters.getBytes(StandardCharsets.UTF_8), "", "", new DecodeRequest(List.of("base64", "gzip"), 8, 1 << 20));
        assertEquals("base64 decoded, gzip decoded", statuses(whole));
        assertEquals("{\"hello\":[1,2,3]}", ((Content.Text) whole.content()).text());
        DecodeResult broken = run(letters.getBytes(StandardCharsets.UTF_8), "", "", new DecodeRequest(List.of("base64", "br", "json"), 8, 1 << 20));
        assertEquals("base64 decoded, br failed", statuses(broken));
        assertEquals("none skipped", statuses(run(JSON, "", "", new DecodeRequest(List.of("none"), 8, 1 << 20))));
    }

    @Test
    void aDecoderThatThrowsOrLiesIsAFailedLayer() {
        Decoder bad = new FakeDecoder("bad", (in, out) -> {
            throw new IllegalStateException("oops");
        });
        assertEquals("bad failed", statuses(run(new byte[] {0, 1, 2}, "", "application/x-bad", DecodeRequest.AUTOMATIC, bad)));
        Decoder lying = new FakeDecoder("bad", (in, out) -> {
            out.write("{no".getBytes(StandardCharsets.UTF_8));
            return DecodedLayer.written(in, DecodedLayer.Form.JSON);
        });
        assertTrue(statuses(run(new byte[] {0, 1, 2}, "", "application/x-bad", DecodeRequest.AUTOMATIC, lying)).startsWith("bad "));
        Decoder off = new FakeDecoder("bad", (in, out) -> DecodedLayer.text(in, "never")) {
            @Override
            public String unavailable() {
                return "not on this machine";
            }
        };
        DecodeResult skipped = run(new byte[] {0, 1, 2}, "", "application/x-bad", DecodeRequest.AUTOMATIC, off);
        assertEquals("bad skipped not on this machine", statuses(skipped) + " " + reason(skipped));
    }

    @Test
    void everyDecoderIsListedOnceWithItsTypes() {
        List<DecoderInfo> infos = Decoders.builtin().list();
        assertEquals(infos.size(), infos.stream().map(DecoderInfo::id).distinct().count());
        for (DecoderInfo info : infos) {
            assertTrue(info.id().matches("[a-z0-9-]{1,32}") && !info.title().isBlank() && !info.plugin() && info.source().equals("proxy-mcp"), info.toString());
        }
        assertTrue(infos.stream().map(DecoderInfo::id).toList().containsAll(List.of("gzip", "deflate", "br", "zstd", "base64-json", "base64", "hex", "percent",
                "json", "form", "multipart", "jwt", "graphql", "sse", "ndjson", "html")), infos.toString());
    }

    /** A child process whose temporary folder is none: the loader cannot unpack the native library there. */
    @Test
    void withoutTheNativeLibraryBrIsSkippedAndTheRestWorks(@TempDir Path folder) throws Exception {
        Process child = new ProcessBuilder(Programs.java().toString(), "-Djava.io.tmpdir=" + folder.resolve("missing"),
                "-cp", System.getProperty("java.class.path"), WithoutNative.class.getName()).redirectErrorStream(true).start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        assertTrue(said.contains("br skipped, json failed, gzip decoded, json decoded"), said);
        assertTrue(said.contains("the native brotli library did not load: "), said);
        assertTrue(said.contains("listed false"), said);
    }

    /** Decodes where the native library cannot be there. */
    static final class WithoutNative {
        private WithoutNative() {}

        public static void main(String[] args) throws IOException {
            DecodeResult brotli = PipelineTest.run(new byte[] {0x0b, 0x02, (byte) 0x80, 0x61, 0x62, 0x63, 0x03}, "br", "application/json");
            System.out.println(statuses(brotli) + ", " + statuses(PipelineTest.run(gzip(JSON), "gzip", "application/json")));
            System.out.println(brotli.layers().get(0).reason());
            System.out.println("listed " + Decoders.builtin().list().stream().filter(info -> info.id().equals("br")).findFirst().orElseThrow().available());
        }
    }

    /** What a fake decoder does. */
    private interface Work {
        DecodedLayer on(DecodeInput in, DecodeSink out) throws IOException;
    }

    /** A decoder of application/x-bad. */
    private static class FakeDecoder implements Decoder {
        private final String id;
        private final Work work;

        FakeDecoder(String id, Work work) {
            this.id = id;
            this.work = work;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public String title() {
            return "a fake";
        }

        @Override
        public Set<String> mediaTypes() {
            return Set.of("application/x-bad");
        }

        @Override
        public double recognise(DecodeInput in) {
            throw new IllegalStateException("recognition fails too");
        }

        @Override
        public DecodedLayer decode(DecodeInput in, DecodeSink out) throws IOException {
            return work.on(in, out);
        }
    }
}
