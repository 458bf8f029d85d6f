package proxymcp.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class JsonOutputTest {
    private interface Writing {
        void to(JsonOutput json) throws IOException;
    }

    private static String written(Writing writing) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        JsonOutput json = new JsonOutput(out);
        writing.to(json);
        json.flush();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void commasAndColonsStandWhereTheyShould() throws IOException {
        assertEquals("{\"a\":[],\"b\":[1,\"x\",{}],\"c\":{\"d\":null,\"e\":\"ZQ==\",\"f\":\"g\"},\"h\":\"\"}", written(json -> {
            json.beginObject().name("a").beginArray().endArray();
            json.name("b").beginArray().value(JsonNumber.of(1)).text(new StringReader("x")).beginObject().endObject().endArray();
            json.name("c").beginObject().member("d", JsonNull.NULL).name("e").base64(new ByteArrayInputStream(new byte[] {'e'}));
            json.members(JsonObject.builder().put("f", "g").build()).endObject().name("h").text(new StringReader("")).endObject();
        }));
    }

    @Test
    void valuesAreWrittenAsTheyAre() throws Exception {
        String text = "{\"a\":[1,2.50,-1e3,true,false,null,\"x\\\"\",[],{}],\"b\":{\"c\":{\"\":\"\"}},\"a\":0}";
        assertEquals(text, written(json -> json.value(Json.parse(text))));
        assertEquals("[" + text + "," + text + "]", written(json -> json.beginArray().value(Json.parse(text)).value(Json.parse(text)).endArray()));
    }

    @Test
    void whatJsonEscapesIsEscaped() throws IOException {
        assertEquals("\"\\\"\\\\/\\u0008\\u000c\\n\\r\\t\\u0000\\u001f\\u007f\u0080\u2028\u00e4\u20ac\ud83d\ude00\"",
                written(json -> json.text(new StringReader("\"\\/\b\f\n\r\t\0\u001f\u007f\u0080\u2028\u00e4\u20ac\ud83d\ude00"))));
    }

    @Test
    void aLoneSurrogateIsReplaced() throws IOException {
        assertEquals("\"\ufffda\ufffd\ufffd\ud83d\ude00\ufffd\"", written(json -> json.text(new StringReader("\ud83da\ude00\ud83d\ud83d\ude00\ud83d"))));
    }

    /** However its reader hands it over, and whatever its length, a text is read back as it was. */
    @Test
    void longTextsAndOctetsAreReadBack() throws Exception {
        long seed = Long.getLong("proxymcp.json.seed", System.nanoTime());
        Random random = new Random(seed);
        String[] pieces = {"a", "\"", "\n", "\u0001", "\u00e4", "\u20ac", "\ud83d\ude00"};
        for (int round = 0; round < 40; round++) {
            StringBuilder made = new StringBuilder();
            int count = random.nextInt(60_000);
            for (int i = 0; i < count; i++) {
                made.append(pieces[random.nextInt(pieces.length)]);
            }
            String text = made.toString();
            assertEquals(new JsonString(text), Json.parse(written(json -> json.text(new Halting(text, random)))), "seed " + seed + " round " + round);
            assertEquals(new JsonString(text), Json.parse(written(json -> json.value(new JsonString(text)))), "seed " + seed + " round " + round);
            byte[] octets = text.getBytes(StandardCharsets.UTF_8);
            assertEquals("\"" + Base64.getEncoder().encodeToString(octets) + "\"", written(json -> json.base64(new ByteArrayInputStream(octets))));
        }
    }

    /** Gives some characters at a time. */
    private static final class Halting extends Reader {
        private final StringReader text;
        private final Random random;

        Halting(String text, Random random) {
            this.text = new StringReader(text);
            this.random = random;
        }

        @Override
        public int read(char[] target, int offset, int length) throws IOException {
            return text.read(target, offset, 1 + random.nextInt(length));
        }

        @Override
        public void close() {
            text.close();
        }
    }
}
