package bench;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.decoder.BrotliInputStream;
import com.aayushatharva.brotli4j.encoder.Encoder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.decode.Content;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeRequest;
import proxymcp.decode.DecodeResult;
import proxymcp.decode.Decoders;
import proxymcp.decode.Direction;
import proxymcp.decode.Pipeline;
import proxymcp.tool.DecodeCall;

/** Decoding 1 MB of JSON beside the plain stream of the same bytes, and telling what 1,000 bodies hold. */
final class DecodeBench {
    private static final int ROUNDS = 40;
    private static final int WARM_ROUNDS = 60;
    private static final Pipeline PIPELINE = new Pipeline(Decoders.builtin());

    private DecodeBench() {}

    /** Work that is measured; what it returns is added up, so that it is not left out. */
    private interface Work {
        long run() throws IOException;
    }

    static List<Result> run(Path scratch) throws Exception {
        Brotli4jLoader.ensureAvailability();
        List<Result> results = new ArrayList<>();
        byte[] json = json(1_000_000);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(json);
        }
        byte[] gzip = packed.toByteArray();
        byte[] brotli = Encoder.compress(json);
        double gunzip = micros(() -> drained(new GZIPInputStream(new ByteArrayInputStream(gzip))));
        double unbrotli = micros(() -> drained(new BrotliInputStream(new ByteArrayInputStream(brotli))));
        beside("codec layer, 1 MB of JSON, gzip", 1.3, micros(() -> codec(gzip, "gzip")), gunzip, results);
        beside("codec layer, 1 MB of JSON, br", 1.3, micros(() -> codec(brotli, "br")), unbrotli, results);
        Optional<byte[]> zstd = zstd(scratch, json);
        if (zstd.isPresent()) {
            beside("codec layer, 1 MB of JSON, zstd beside gzip", 3, micros(() -> codec(zstd.get(), "zstd")), gunzip, results);
        } else {
            results.add(Result.of("codec layer, 1 MB of JSON, zstd beside gzip", "<= 3.0x", "needs the zstd program", true));
        }
        beside("pipeline, 1 MB of JSON, gzip", 6, micros(() -> pipeline(gzip, "gzip", "application/json")), gunzip, results);
        beside("pipeline, 1 MB of JSON, br", 6, micros(() -> pipeline(brotli, "br", "application/json")), unbrotli, results);
        try (DecodeCall ofGzip = new DecodeCall(scratch.resolve("home-decode"), gzip, "gzip", "application/json");
                DecodeCall ofBrotli = new DecodeCall(scratch.resolve("home-decode-br"), brotli, "br", "application/json")) {
            beside("whole call, 1 MB of JSON, gzip", 6, micros(ofGzip::run), gunzip, results);
            beside("whole call, 1 MB of JSON, br", 6, micros(ofBrotli::run), unbrotli, results);
        }
        List<byte[]> mixed = mixed();
        double detection = micros(() -> {
            long layers = 0;
            for (byte[] body : mixed) {
                layers += PIPELINE.run(DecodeInput.of(body), DecodeRequest.AUTOMATIC).layers().size();
            }
            return layers;
        });
        results.add(Result.of("detection on 1,000 mixed bodies", "-", String.format(Locale.ROOT, "%.0f us a body", detection / mixed.size()), true));
        return results;
    }

    /** What the {@code zstd} program makes of it, as there is no encoder here; empty where it is not installed. */
    private static Optional<byte[]> zstd(Path scratch, byte[] content) throws IOException, InterruptedException {
        Path plain = Files.write(scratch.resolve("zstd-input"), content);
        try {
            Process program = new ProcessBuilder("zstd", "-q", "-c", plain.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            byte[] coded = program.getInputStream().readAllBytes();
            return program.waitFor() == 0 ? Optional.of(coded) : Optional.empty();
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    private static void beside(String what, double factorMax, double micros, double plain, List<Result> results) {
        results.add(Result.of(what, String.format(Locale.ROOT, "<= %.1fx of the plain stream", factorMax),
                String.format(Locale.ROOT, "%.2fx of %.0f us", micros / plain, plain), micros / plain <= factorMax));
    }

    private static long codec(byte[] coded, String coding) throws IOException {
        return drained(Codings.decode(new ByteArrayInputStream(coded), ContentCoding.parse(List.of(coding))));
    }

    private static long pipeline(byte[] coded, String coding, String type) {
        DecodeResult result = PIPELINE.run(new DecodeInput(coded, 0, coded.length, Optional.of(type),
                Map.of(DecodeInput.CONTENT_ENCODING, coding, DecodeInput.CONTENT_TYPE, type), Optional.empty(), Direction.RESPONSE), DecodeRequest.AUTOMATIC);
        return result.content() instanceof Content.Json ? result.layers().size() : -1;
    }

    private static long drained(InputStream in) throws IOException {
        try (in) {
            byte[] buffer = new byte[16 << 10];
            long total = 0;
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                total += count;
            }
            return total;
        }
    }

    /** The middle of several rounds, in microseconds. */
    private static double micros(Work work) throws IOException {
        long sum = 0;
        for (int i = 0; i < WARM_ROUNDS; i++) {
            sum += work.run();
        }
        double[] rounds = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long begin = System.nanoTime();
            sum += work.run();
            rounds[i] = (System.nanoTime() - begin) / 1e3;
        }
        Arrays.sort(rounds);
        return sum < 0 ? Double.NaN : rounds[ROUNDS / 2];
    }

    private static byte[] json(int size) {
        Random random = new Random(1);
        StringBuilder json = new StringBuilder("{\"items\":[");
        while (json.length() < size) {
            json.append(json.length() > 10 ? "," : "").append("{\"id\":").append(random.nextInt(1_000_000)).append(",\"name\":\"item number ")
                    .append(random.nextInt(10_000)).append("\",\"price\":").append(random.nextInt(100_000) / 100.0)
                    .append(",\"description\":\"a thing of some use for those who have none yet, code ").append(Long.toHexString(random.nextLong()))
                    .append("\",\"tags\":[\"new\",\"blue\"],\"available\":").append(random.nextBoolean()).append('}');
        }
        return json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static List<byte[]> mixed() {
        Random random = new Random(2);
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            byte[] octets = new byte[20 + random.nextInt(2_000)];
            random.nextBytes(octets);
            String json = "{\"n\":" + i + ",\"text\":\"" + "some words ".repeat(random.nextInt(50)) + "\"}";
            bodies.add(switch (i % 8) {
                case 0 -> octets;
                case 1 -> json.getBytes(StandardCharsets.UTF_8);
                case 2 -> Base64.getEncoder().encode(json.getBytes(StandardCharsets.UTF_8));
                case 3 -> HexFormat.of().formatHex(octets).getBytes(StandardCharsets.UTF_8);
                case 4 -> ("a=" + i + "&b=two&c=three").getBytes(StandardCharsets.UTF_8);
                case 5 -> ("data: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
                case 6 -> ("<!doctype html><title>t</title><p>" + json).getBytes(StandardCharsets.UTF_8);
                default -> "plain words and nothing else in a line. ".repeat(1 + random.nextInt(40)).getBytes(StandardCharsets.UTF_8);
            });
        }
        return bodies;
    }
}
