package proxymcp.json;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The streaming reader: the same texts as {@link Json}, however the octets come in pieces; places of errors; strings of any length. */
@Timeout(60)
final class JsonPullTest {
    private static final int RANDOM_TEXTS = 3_000;

    /** Gives a few octets at a time. */
    private static InputStream pieces(byte[] octets, Random random) {
        return new FilterInputStream(new ByteArrayInputStream(octets)) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return super.read(target, offset, Math.min(length, 1 + random.nextInt(7)));
            }
        };
    }

    private static JsonValue read(byte[] octets, Random random) throws IOException {
        JsonPull json = new JsonPull(pieces(octets, random));
        json.begin();
        JsonValue value = json.value(Long.MAX_VALUE / 2).orElseThrow();
        json.end();
        return value;
    }

    private static String refusal(String text) {
        return refusal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String refusal(byte[] octets) {
        return assertThrows(JsonException.class, () -> read(octets, new Random(1))).getMessage();
    }

    @Test
    void itTakesWhatTheOtherReaderTakesAndRefusesTheRest() throws Exception {
        String[] parts = {"{", "}", "[", "]", ",", ":", "\"a\"", "\"\\u00e9\\n\\ud83d\\ude00\"", "1", "-0.5e+3", "01", "true", "null", "tru", " ", "\n", "\"\u00e4\u20ac\ud83d\ude00\"",
            "\"\\x\"", "\"a", "\t"};
        Random random = new Random(11);
        int taken = 0;
        for (int i = 0; i < RANDOM_TEXTS; i++) {
            byte[] text = random(random, parts, i % 3 == 0).getBytes(StandardCharsets.UTF_8);
            Optional<JsonValue> expected;
            try {
                expected = Optional.of(Json.parse(text));
            } catch (JsonException e) {
                expected = Optional.empty();
            }
            Optional<JsonValue> found;
            try {
                found = Optional.of(read(text, random));
            } catch (JsonException e) {
                found = Optional.empty();
            }
            taken += found.isPresent() ? 1 : 0;
            assertEquals(expected, found, new String(text, StandardCharsets.UTF_8));
        }
        assertTrue(taken > RANDOM_TEXTS / 10, "only " + taken + " texts were JSON");
    }

    private static String random(Random random, String[] parts, boolean wild) {
        if (!wild) {
            return value(random, 0);
        }
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i >= 0; i--) {
            text.append(parts[random.nextInt(parts.length)]);
        }
        return text.toString();
    }

    private static String value(Random random, int depth) {
        String space = " \n\t\r".substring(0, random.nextInt(5));
        StringBuilder text = new StringBuilder(space);
        switch (random.nextInt(depth > 3 ? 4 : 6)) {
            case 0 -> text.append(random.nextInt(1_000) - 500).append(".5E2");
            case 1 -> text.append("\"").append("x\u00e4\u20ac\ud83d\ude00\\u20aC\\\"\\\\\\/".repeat(random.nextInt(4))).append("\"");
            case 2 -> text.append(random.nextBoolean());
            case 3 -> text.append("null");
            case 4 -> {
                text.append("[");
                for (int i = random.nextInt(3); i > 0; i--) {
                    text.append(value(random, depth + 1)).append(i > 1 ? "," : "");
                }
                text.append("]");
            }
            default -> {
                text.append("{");
                for (int i = random.nextInt(3); i > 0; i--) {
                    text.append("\"n").append(random.nextInt(2)).append("\" :").append(value(random, depth + 1)).append(i > 1 ? "," : "");
                }
                text.append("}");
            }
        }
        return text.append(space).toString();
    }

    @Test
    void refusalsNameLineAndColumn() {
        assertEquals("expected a value, got the end of the text at line 1, column 1", refusal(""));
        assertEquals("expected ',' or '}', got 'x' at line 2, column 9", refusal("{\n \"a\": 1 x}"));
        assertEquals("expected ':', got '1' at line 3, column 5", refusal("[\n{\n\"a\" 1}]"));
        assertEquals("expected '\"' to end the string, got the end of the text at line 1, column 6", refusal("[\"abc"));
        assertEquals("expected ',' or ']', got the end of the text at line 2, column 2", refusal("[1,\n2"));
        assertEquals("expected a value, got ']' at line 1, column 4", refusal("[1,]"));
        assertEquals("expected a member name, got '}' at line 1, column 8", refusal("{\"a\":1,}"));
        assertEquals("expected the end of the text, got '2' at line 1, column 3", refusal("1 2"));
        assertEquals("expected a number at line 1, column 2", refusal("[01]"));
        assertEquals("expected a value, got 't' at line 1, column 2", refusal("[tru]"));
        assertEquals("control character in a string must be escaped at line 1, column 3", refusal("\"a\u0001\""));
        assertEquals("expected an escape, got 'x' at line 1, column 5", refusal("\"a\u00e4\\x\""));
        assertEquals("expected four hexadecimal digits, got 'g' at line 1, column 6", refusal("\"\\u00g0\""));
        // Columns count characters: two octets, three, four.
        assertEquals("expected ',' or ']', got 'x' at line 1, column 8", refusal("[\"\u00e4\u20ac\ud83d\ude00\" x]"));
    }

    @Test
    void octetsThatAreNotUtf8AreRefusedWhereTheyStand() {
        for (String hex : new String[] {"ff", "c0af", "e080af", "eda080", "f4908080", "c3", "e282", "80"}) {
            byte[] bad = java.util.HexFormat.of().parseHex(hex);
            byte[] text = new byte[bad.length + 5];
            System.arraycopy("[\"ab".getBytes(StandardCharsets.US_ASCII), 0, text, 0, 4);
            System.arraycopy(bad, 0, text, 4, bad.length);
            text[text.length - 1] = '"';
            assertEquals("the octets are not UTF-8 at line 1, column 5", refusal(text), hex);
        }
        assertEquals("expected UTF-8, got UTF-16 or binary data at line 1, column 1", refusal("[1]".getBytes(StandardCharsets.UTF_16)));
        assertEquals("expected UTF-8, got UTF-16 or binary data at line 1, column 1", refusal("[1]".getBytes(StandardCharsets.UTF_16LE)));
    }

    @Test
    void aMarkACallAndWordsOfPythonAreTaken() throws Exception {
        assertEquals("[1]", read("\ufeff[1]".getBytes(StandardCharsets.UTF_8), new Random(2)).toString());
        assertEquals("{}", read("onInputData( {} ) ; ".getBytes(StandardCharsets.UTF_8), new Random(2)).toString());
        assertEquals("[\"NaN\",\"-Infinity\"]", read("[NaN, -Infinity]".getBytes(StandardCharsets.UTF_8), new Random(2)).toString());
        assertEquals("expected ')', got the end of the text at line 1, column 5", refusal("f({}"));
        assertEquals("expected a value, got 'f' at line 1, column 1", refusal("f;"));
    }

    @Test
    void aLongStringStreamsAndHalvesOfSurrogatesAreReplaced() throws Exception {
        Random random = new Random(5);
        StringBuilder written = new StringBuilder("\"");
        StringBuilder meant = new StringBuilder();
        for (int i = 0; i < 120_000; i++) {
            switch (random.nextInt(6)) {
                case 0 -> both(written, meant, "\\u20ac", "\u20ac");
                case 1 -> both(written, meant, "\\ud83d\\ude00", "\ud83d\ude00");
                case 2 -> both(written, meant, "\ud83d\ude00", "\ud83d\ude00");
                case 3 -> both(written, meant, "\\\"\\t", "\"\t");
                case 4 -> both(written, meant, "\\ud83dx", "\ufffdx");
                default -> both(written, meant, "plain", "plain");
            }
        }
        byte[] octets = written.append('"').toString().getBytes(StandardCharsets.UTF_8);
        JsonPull json = new JsonPull(new ByteArrayInputStream(octets));
        json.begin();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertEquals(JsonPull.Kind.STRING, json.peek());
        long count = json.string(out);
        json.end();
        assertArrayEquals(meant.toString().getBytes(StandardCharsets.UTF_8), out.toByteArray());
        assertEquals(out.size() + " " + octets.length, count + " " + json.octets());
        assertEquals(meant.chars().filter(c -> c == 0xfffd).count(), json.replaced());
    }

    private static void both(StringBuilder written, StringBuilder meant, String text, String means) {
        written.append(text);
        meant.append(means);
    }

    @Test
    void valuesBeyondTheirBoundAreSteppedOverAndReadingGoesOn() throws Exception {
        String text = "[\"" + "x".repeat(1_000) + "\",[" + "1,".repeat(500) + "1],{\"a\":[2]},3]";
        JsonPull json = new JsonPull(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        json.begin();
        json.beginArray();
        StringBuilder found = new StringBuilder();
        while (json.nextItem()) {
            found.append(json.value(400).map(JsonValue::toString).orElse("long")).append(' ');
        }
        json.end();
        assertEquals("long long {\"a\":[2]} 3 ", found.toString());
    }

    @Test
    void objectsAreWalkedThroughMemberByMember() throws Exception {
        JsonPull json = new JsonPull(new ByteArrayInputStream("{\"a\":{\"b\":[[],{}]},\"a\":2,\"\\u0063\":null}".getBytes(StandardCharsets.UTF_8)));
        json.begin();
        json.beginObject();
        StringBuilder names = new StringBuilder();
        for (Optional<String> name = json.nextName(); name.isPresent(); name = json.nextName()) {
            names.append(name.get()).append(json.peek()).append(' ');
            json.skip();
        }
        json.end();
        assertEquals("aOBJECT aOTHER cOTHER ", names.toString());
    }

    @Test
    void nestingIsBounded() {
        assertEquals("nesting is deeper than 500 at line 1, column 501", refusal("[".repeat(1_000)));
    }
}
