package proxymcp.codec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Contents made from a seed, and what the {@code zstd} program made of them, under {@code fixtures/codec}: {@code NAME.LEVEL.zst}. Together they hold
 * every type of block, of literals and of tables.
 */
final class ZstdSamples {
    /** Names of contents, each with the options that vectors of it were made with. */
    static final List<String> VECTORS = List.of("empty.3", "one.3", "words.1", "words.19", "words.fast", "words.plain", "records.3", "records.19",
            "runs.3", "skewed.1", "noise.3");

    private ZstdSamples() {}

    /** The content that a vector decodes to. */
    static byte[] content(String vector) {
        SplittableRandom random = new SplittableRandom(42);
        return switch (vector.substring(0, vector.indexOf('.'))) {
            case "empty" -> new byte[0];
            case "one" -> new byte[] {'a'};
            case "words" -> words(random, 600);
            case "records" -> records(random, 4_000);
            case "runs" -> runs(random);
            case "skewed" -> skewed(random, 3_000);
            case "noise" -> noise(random, 500);
            default -> throw new IllegalArgumentException(vector);
        };
    }

    /** What {@code zstd} made of it. */
    static byte[] coded(String vector) {
        try {
            return Files.readAllBytes(Path.of("fixtures/codec", vector + ".zst"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] words(SplittableRandom random, int count) {
        String[] words = {"proxy", "session", "cookie", "header", "body", "token", "the", "of", "and", "replayed"};
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(words[random.nextInt(words.length)]).append(random.nextInt(9) == 0 ? ".\n" : " ");
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** More than two blocks, so that trees and tables go on from block to block. */
    private static byte[] records(SplittableRandom random, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("{\"id\":").append(i).append(",\"kind\":\"").append(i % 3 == 0 ? "order" : "user").append("\",\"value\":")
                    .append(random.nextInt(100)).append(",\"open\":").append(i % 2 == 0).append("}\n");
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] runs(SplittableRandom random) {
        byte[] octets = new byte[500_000];
        for (int i = 0; i < 300; i++) {
            octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
        }
        return octets;
    }

    private static byte[] skewed(SplittableRandom random, int count) {
        byte[] octets = new byte[count];
        for (int i = 0; i < count; i++) {
            octets[i] = (byte) (random.nextInt(1 + random.nextInt(1 + random.nextInt(60))));
        }
        return octets;
    }

    private static byte[] noise(SplittableRandom random, int count) {
        byte[] octets = new byte[count];
        random.nextBytes(octets);
        return octets;
    }
}
