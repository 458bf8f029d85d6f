package proxymcp.decode;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies that hold no layer: images, random octets, words, sentences, hashes and ids. Made from a seed; the rate of those left alone is printed. */
@Timeout(60)
final class FalseLayersTest {
    private static final double RATE_MIN = 0.995;
    private static final int EACH = 1_500;
    private static final int IMAGES = 60;
    private static final String[] WORDS = ("the quick brown fox jumps over a lazy dog while rain falls and people walk home with bread under their arms because "
            + "nobody told them that shops would close early this year again status ready hello world token value admin user name password true false null "
            + "internationalization responsibility acknowledgement characterization misunderstanding").split(" ");

    private final Random random = new Random(7);
    private final Pipeline pipeline = new Pipeline(Decoders.builtin());

    /** One kind of body. */
    private interface Kind {
        byte[] next() throws IOException;
    }

    @Test
    void bodiesWithoutLayersAreLeftAlone() throws IOException {
        Map<String, Kind> kinds = new TreeMap<>();
        kinds.put("random octets", () -> octets(1 + random.nextInt(300)));
        kinds.put("short random octets", () -> octets(1 + random.nextInt(12)));
        for (String format : List.of("png", "jpg", "gif", "bmp")) {
            List<byte[]> images = images(format);
            kinds.put("images, " + format, () -> images.get(random.nextInt(images.size())));
        }
        List<String> lines = Files.readAllLines(Path.of(System.getProperty("proxymcp.fixtures")).resolveSibling("README.md")).stream()
                .filter(line -> !line.startsWith("    ") && !line.startsWith("{") && !line.isBlank()).toList();
        kinds.put("lines of documentation", () -> text(lines.get(random.nextInt(lines.size()))));
        kinds.put("webp", () -> joined("RIFF".getBytes(StandardCharsets.ISO_8859_1), octets(4), "WEBPVP8 ".getBytes(StandardCharsets.ISO_8859_1), octets(200)));
        kinds.put("short words", () -> text(WORDS[random.nextInt(WORDS.length)]));
        kinds.put("joined words", () -> text(WORDS[random.nextInt(WORDS.length)] + WORDS[random.nextInt(WORDS.length)] + WORDS[random.nextInt(WORDS.length)]
                + WORDS[random.nextInt(WORDS.length)]));
        kinds.put("english text", () -> text(sentence(3 + random.nextInt(60))));
        kinds.put("hex hashes", () -> text(HexFormat.of().formatHex(hash(List.of("MD5", "SHA-1", "SHA-256", "SHA-512").get(random.nextInt(4))))));
        kinds.put("base64 hashes", () -> text(Base64.getEncoder().encodeToString(hash("SHA-256"))));
        kinds.put("base64url ids", () -> text(Base64.getUrlEncoder().withoutPadding().encodeToString(octets(12 + random.nextInt(30)))));
        kinds.put("numbers", () -> text(Long.toString(random.nextLong() >>> random.nextInt(60))));
        kinds.put("uuids", () -> text(new UUID(random.nextLong(), random.nextLong()).toString()));
        kinds.put("urls", () -> text("https://" + WORDS[random.nextInt(WORDS.length)] + ".example/" + WORDS[random.nextInt(WORDS.length)] + "?q=a%20b&x=1"));
        int bodies = 0;
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, Kind> kind : kinds.entrySet()) {
            int before = wrong.size();
            for (int i = 0; i < EACH; i++) {
                byte[] body = kind.getValue().next();
                bodies++;
                DecodeResult result = pipeline.run(DecodeInput.of(body), DecodeRequest.AUTOMATIC);
                if (!result.layers().isEmpty()) {
                    wrong.add(kind.getKey() + ": " + result.layers().get(0) + " " + new String(body, 0, Math.min(40, body.length), StandardCharsets.ISO_8859_1));
                }
            }
            System.out.println("false layers in " + kind.getKey() + ": " + (wrong.size() - before) + " of " + EACH);
        }
        double rate = 1 - (double) wrong.size() / bodies;
        System.out.printf(Locale.ROOT, "bodies without a false layer: %.3f %% of %d%n", rate * 100, bodies);
        assertTrue(rate >= RATE_MIN, () -> wrong.subList(0, Math.min(20, wrong.size())).toString());
    }

    /** The corpus of the fixtures: whole files that are binary, and each line of those that are text. */
    @Test
    void bodiesOfTheCorpusAreLeftAlone() throws IOException {
        List<byte[]> bodies = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("proxymcp.fixtures")).resolve("decode/plain"))) {
            for (Path file : files.sorted().toList()) {
                if (file.toString().endsWith(".txt")) {
                    Files.readAllLines(file).forEach(line -> bodies.add(text(line)));
                } else {
                    bodies.add(Files.readAllBytes(file));
                }
            }
        }
        List<String> wrong = new ArrayList<>();
        for (byte[] body : bodies) {
            DecodeResult result = pipeline.run(DecodeInput.of(body), DecodeRequest.AUTOMATIC);
            if (!result.layers().isEmpty()) {
                wrong.add(result.layers().get(0) + " " + new String(body, 0, Math.min(40, body.length), StandardCharsets.ISO_8859_1));
            }
        }
        System.out.printf(Locale.ROOT, "bodies of the corpus without a false layer: %.3f %% of %d%n", 100 - 100.0 * wrong.size() / bodies.size(), bodies.size());
        assertTrue(bodies.size() > 600, bodies.size() + " bodies");
        assertTrue(wrong.size() <= bodies.size() * (1 - RATE_MIN), wrong::toString);
    }

    /** The same strings as members of JSON: only the layer of the JSON itself may be there. */
    @Test
    void stringsWithoutLayersInJsonAreLeftAlone() {
        int wrong = 0;
        int strings = 3_000;
        for (int i = 0; i < strings; i++) {
            String value = switch (i % 4) {
                case 0 -> HexFormat.of().formatHex(hash("SHA-256"));
                case 1 -> Base64.getEncoder().encodeToString(octets(33));
                case 2 -> sentence(5);
                default -> WORDS[random.nextInt(WORDS.length)].repeat(3);
            };
            byte[] body = ("{\"id\":\"" + value + "\"}").getBytes(StandardCharsets.UTF_8);
            wrong += pipeline.run(DecodeInput.of(body, "application/json"), DecodeRequest.AUTOMATIC).layers().size() - 1;
        }
        System.out.printf(Locale.ROOT, "strings without a false layer: %.3f %% of %d%n", 100 - 100.0 * wrong / strings, strings);
        assertTrue(wrong <= strings * (1 - RATE_MIN), wrong + " of " + strings);
    }

    /** The rate means nothing if the decoders never speak. */
    @Test
    void bodiesWithLayersAreNot() {
        for (String body : List.of("{\"a\":1}", "eyJhIjoxLCJiIjpbMSwyLDNdfQ==", "a=1&b=two", "data: x\n\ndata: y\n\n", "{\"a\":1}\n{\"a\":2}\n")) {
            assertTrue(!pipeline.run(DecodeInput.of(body.getBytes(StandardCharsets.UTF_8)), DecodeRequest.AUTOMATIC).layers().isEmpty(), body);
        }
    }

    private byte[] octets(int count) {
        byte[] octets = new byte[count];
        random.nextBytes(octets);
        return octets;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String sentence(int words) {
        StringBuilder sentence = new StringBuilder();
        for (int i = 0; i < words; i++) {
            sentence.append(i == 0 ? "" : i % 9 == 8 ? ", " : " ").append(WORDS[random.nextInt(WORDS.length)]);
        }
        return sentence.append('.').toString();
    }

    private byte[] hash(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm).digest(octets(20));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Pictures of random rectangles, as a library writes them. */
    private List<byte[]> images(String format) throws IOException {
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            BufferedImage image = new BufferedImage(8 + random.nextInt(40), 8 + random.nextInt(40), BufferedImage.TYPE_INT_RGB);
            for (int n = 0; n < 400; n++) {
                image.setRGB(random.nextInt(image.getWidth()), random.nextInt(image.getHeight()), random.nextInt(0x1000000));
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            assertTrue(ImageIO.write(image, format, out));
            images.add(out.toByteArray());
        }
        return images;
    }

    private static byte[] joined(byte[]... parts) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.write(part);
        }
        return all.toByteArray();
    }
}
