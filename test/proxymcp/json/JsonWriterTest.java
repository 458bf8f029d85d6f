package proxymcp.json;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Writing is compact, one line, and never fails. */
final class JsonWriterTest {
    @Test
    void valuesAreWrittenCompactlyInOrder() throws IOException {
        JsonObject value = JsonObject.builder().put("s", "x").put("i", 1).put("d", 0.5).put("b", true)
                .put("n", JsonNull.NULL).putStrings("l", List.of("p", "q")).put("o", JsonObject.EMPTY)
                .putIf("absent", Optional.empty()).putIf("present", Optional.of("y"))
                .putOrNull("none", Optional.empty()).putOrNull("some", Optional.of(JsonNumber.of(2))).put("s", "again").build();
        String expected = "{\"s\":\"x\",\"i\":1,\"d\":0.5,\"b\":true,\"n\":null,\"l\":[\"p\",\"q\"],\"o\":{},\"present\":\"y\","
                + "\"none\":null,\"some\":2,\"s\":\"again\"}";
        assertEquals(expected, Json.text(value));
        assertEquals(expected, value.toString());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Json.write(value, out);
        assertEquals(expected, out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void controlCharactersAndLineSeparatorsAreEscaped() {
        assertEquals("\"\\u0000\\t\\n\\r\\u001b\\u007f\\u0085\\u009b\\u2028\\u2029\\\"\\\\/\u00a0é\"",
                Json.text(new JsonString("\0\t\n\r\u001b\u007f\u0085\u009b\u2028\u2029\"\\/\u00a0é")));
    }

    @Test
    void pairsOfSurrogatesStayAndLoneOnesAreReplaced() {
        assertEquals("\"\uD834\uDD1E \uFFFD \uFFFD\uFFFDx\uFFFD\"", Json.text(new JsonString("\uD834\uDD1E \uDD1E \uDD1E\uD834x\uD834")));
        assertArrayEquals(new byte[] {'"', (byte) 0xf0, (byte) 0x9d, (byte) 0x84, (byte) 0x9e, '"'},
                Json.bytes(new JsonString("\uD834\uDD1E")));
    }

    @Test
    void whatIsWrittenReadsBackEqual() throws JsonException {
        long seed = 7;
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            JsonValue value = randomValue(random, 4);
            assertEquals(value, Json.parse(Json.bytes(value)), "seed " + seed + " round " + round);
        }
    }

    private static JsonValue randomValue(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> new JsonString(randomText(random));
            case 1 -> random.nextBoolean() ? JsonNumber.of(random.nextLong()) : JsonNumber.of(random.nextGaussian());
            case 2 -> JsonBoolean.of(random.nextBoolean());
            case 3 -> JsonNull.NULL;
            case 4 -> {
                List<JsonValue> values = new ArrayList<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    values.add(randomValue(random, depth - 1));
                }
                yield new JsonArray(values);
            }
            default -> {
                JsonObject.Builder members = JsonObject.builder();
                for (int i = random.nextInt(5); i > 0; i--) {
                    members.put(randomText(random), randomValue(random, depth - 1));
                }
                yield members.build();
            }
        };
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            int codePoint = random.nextInt(random.nextBoolean() ? 0x100 : 0x110000);
            text.appendCodePoint(codePoint >= 0xd800 && codePoint < 0xe000 ? 'x' : codePoint);
        }
        return text.toString();
    }
}
