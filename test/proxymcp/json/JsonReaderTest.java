package proxymcp.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reading is strict: what RFC 8259 does not allow is refused, with the place. */
final class JsonReaderTest {
    private static final String DOCUMENT = """
            {"a":[1,-2.50,3e+7,0],"b":{"":"\\u00e9\\n\\"x\\"","t":true,"f":false,"n":null},"a":[[],{}]}""";

    @Test
    void documentBecomesValuesWithOrderDuplicatesAndNumbersAsWritten() throws JsonException {
        JsonObject expected = JsonObject.builder()
                .put("a", JsonArray.of(new JsonNumber("1"), new JsonNumber("-2.50"), new JsonNumber("3e+7"), new JsonNumber("0")))
                .put("b", JsonObject.builder().put("", "é\n\"x\"").put("t", true).put("f", false).put("n", JsonNull.NULL).build())
                .put("a", JsonArray.of(JsonArray.EMPTY, JsonObject.EMPTY))
                .build();
        assertEquals(expected, Json.parse(DOCUMENT));
        assertEquals(expected, Json.parse((" \r\n\t" + DOCUMENT + "\n ").getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void everyEscapeIsResolved() throws JsonException {
        assertEquals(new JsonString("\"\\/\b\f\n\r\t\u20ac\uD834\uDD1E"), Json.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u20aC\\uD834\\udd1e\""));
    }

    @Test
    void refusalsSayWhatWasExpectedAndWhere() {
        List<String[]> cases = List.of(
                new String[] {"", "expected a value, got the end of the text at character 0"},
                new String[] {" ", "expected a value, got the end of the text at character 1"},
                new String[] {"{\"a\" 1}", "expected ':', got '1' at character 5"},
                new String[] {"{\"a\":1", "expected ',' or '}', got the end of the text at character 6"},
                new String[] {"{\"a\":1,}", "expected a member name, got '}' at character 7"},
                new String[] {"{a:1}", "expected a member name, got 'a' at character 1"},
                new String[] {"[1,]", "expected a value, got ']' at character 3"},
                new String[] {"[1 2]", "expected ',' or ']', got '2' at character 3"},
                new String[] {"nul", "expected a value, got 'n' at character 0"},
                new String[] {"True", "expected a value, got 'T' at character 0"},
                new String[] {"1 x", "expected the end of the text, got 'x' at character 2"},
                new String[] {"01", "expected a number at character 0"},
                new String[] {"-", "expected a number at character 0"},
                new String[] {"1.", "expected a number at character 0"},
                new String[] {"1e+", "expected a number at character 0"},
                new String[] {".5", "expected a value, got '.' at character 0"},
                new String[] {"+1", "expected a value, got '+' at character 0"},
                new String[] {"NaN", "expected a value, got 'N' at character 0"},
                new String[] {"\"a", "expected '\"' to end the string, got the end of the text at character 2"},
                new String[] {"\"a\tb\"", "control character in a string must be escaped at character 2"},
                new String[] {"\"\\n\tb\"", "control character in a string must be escaped at character 3"},
                new String[] {"\"\\x\"", "expected an escape, got 'x' at character 2"},
                new String[] {"\"\\u12g4\"", "expected four hexadecimal digits, got 'g' at character 5"},
                new String[] {"\"\\u\u0661234\"", "expected four hexadecimal digits, got U+0661 at character 3"},
                new String[] {"\uFEFF{}", "expected a value, got U+feff at character 0"},
                new String[] {"[1]\u00a0", "expected the end of the text, got U+00a0 at character 3"});
        for (String[] expected : cases) {
            JsonException refusal = assertThrows(JsonException.class, () -> Json.parse(expected[0]), expected[0]);
            assertEquals(expected[1], refusal.getMessage(), expected[0]);
        }
    }

    @Test
    void documentCutAnywhereIsRefused() {
        for (int cut = 0; cut < DOCUMENT.length(); cut++) {
            String text = DOCUMENT.substring(0, cut);
            JsonException refusal = assertThrows(JsonException.class, () -> Json.parse(text), "cut at " + cut);
            // Values are named at their start when they are broken, so the place is never after the cut.
            if (refusal.offset() > cut) {
                fail("cut at " + cut + " reported at " + refusal.offset());
            }
        }
    }

    @Test
    void damagedBytesAreReadOrRefusedButNothingElse() {
        long seed = 20260801;
        Random random = new Random(seed);
        byte[] document = DOCUMENT.getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 20_000; round++) {
            byte[] damaged = document.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                JsonValue value = Json.parse(damaged);
                assertEquals(Json.text(value), Json.text(Json.parse(Json.bytes(value))), "seed " + seed + " round " + round);
            } catch (JsonException refused) {
                // The other allowed outcome.
            }
        }
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        int[][] broken = {{0xff}, {0xc3}, {0xc0, 0x80}, {0xed, 0xa0, 0x80}, {0xf4, 0x90, 0x80, 0x80}, {0xe2, 0x82}};
        for (int[] sequence : broken) {
            byte[] text = new byte[sequence.length + 2];
            text[0] = '"';
            for (int i = 0; i < sequence.length; i++) {
                text[i + 1] = (byte) sequence[i];
            }
            text[text.length - 1] = '"';
            JsonException refusal = assertThrows(JsonException.class, () -> Json.parse(text));
            assertEquals("the bytes are not UTF-8 at character 0", refusal.getMessage());
        }
    }

    @Test
    void replacementCharacterThatWasSentIsKept() throws JsonException {
        assertEquals(new JsonString("\uFFFD"), Json.parse("\"\uFFFD\"".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void nestingIsBounded() throws JsonException {
        String deepest = "[".repeat(200) + "]".repeat(200);
        assertEquals(deepest, Json.text(Json.parse(deepest)));
        JsonException refusal = assertThrows(JsonException.class, () -> Json.parse("[" + deepest + "]"));
        assertEquals("nesting is deeper than 200 at character 200", refusal.getMessage());
        JsonException objects = assertThrows(JsonException.class, () -> Json.parse("{\"a\":".repeat(100_000)));
        assertEquals("nesting is deeper than 200", objects.reason());
    }

    @Test
    void siblingsDoNotCountAsNesting() throws JsonException {
        JsonLimits limits = new JsonLimits(2, 1000);
        assertEquals("[[],[],[],{}]", Json.text(Json.parse("[[],[],[],{}]", limits)));
    }

    @Test
    void sizeIsBounded() {
        JsonLimits limits = new JsonLimits(10, 5);
        assertEquals("text of 6 bytes is larger than 5 at character 0",
                assertThrows(JsonException.class, () -> Json.parse("[1,23]".getBytes(StandardCharsets.UTF_8), limits)).getMessage());
        assertEquals("text of 6 characters is larger than 5 at character 0",
                assertThrows(JsonException.class, () -> Json.parse("[1,23]", limits)).getMessage());
    }

    @Test
    void numberOfAThousandDigitsIsReadAndALongerOneRefused() throws JsonException {
        String longest = "9".repeat(1000);
        assertEquals(new JsonNumber(longest), Json.parse(longest));
        assertEquals("number is longer than 1000 characters at character 0",
                assertThrows(JsonException.class, () -> Json.parse(longest + "9")).getMessage());
    }
}
