package proxymcp.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.Mutations;

/** Whatever octets come as JSON, they are a value that is written and read again the same, or refused with a reason; the other reader reads the same. */
@Timeout(600)
final class JsonFuzzTest {
    private static final Mutations DOCUMENTS = Mutations.ofTexts(List.of("{\"a\":[1,-2.5e3,\"x\\u00e4\\n\",{\"b\":null,\"a\":true}],\"\":false}", "[[[]],{},\"\\ud83d\\ude00\",0.0,1E400]",
            "\"text \\\" \\\\ \\/\"", " 12345678901234567890 "), "{", "}", "[", "]", "\"", "\\", "\\u", "\\ud800", ",", ":", "-", "e", ".", "00", "null", "NaN", "\0", "\u00ff",
            "\u00c3", "\u00ef\u00bb\u00bf", "//", "[[[[[[[[[[[[[[[[[[[[", "1e999999999");

    @Test
    void documentsAreValuesOrRefused() {
        DOCUMENTS.run((octets, random) -> {
            Optional<String> value = Optional.empty();
            try {
                JsonValue parsed = Json.parse(octets);
                value = Optional.of(Json.text(parsed));
                assertEquals(value.get().length(), Json.length(parsed, Long.MAX_VALUE));
                assertEquals(value.get(), Json.text(Json.parse(Json.bytes(parsed))));
            } catch (JsonException e) {
                assertTrue(!e.getMessage().isBlank());
            }
            if (value.isPresent()) {
                assertEquals(value, pulled(octets));
            } else {
                pulled(octets); // It takes NaN besides.
            }
        });
    }

    /** The same by the reader that holds no document. */
    private static Optional<String> pulled(byte[] octets) throws IOException {
        try {
            JsonPull pull = new JsonPull(new ByteArrayInputStream(octets));
            Optional<JsonValue> value = pull.value(Integer.MAX_VALUE);
            pull.end();
            return value.map(Json::text);
        } catch (JsonException e) {
            return Optional.empty();
        }
    }

    @Test
    void pathsAreParsedOrRefused() {
        JsonValue document = JsonObject.builder().put("a", JsonArray.of(JsonNumber.of(1), new JsonString("x"))).build();
        Mutations.ofTexts(List.of("$.a[0]", "$..a[?(@.b == 'x' && @.c > 1)]", "$['a','b'][1:10:2]", "$.items[*].id"), "$", "@", "..", "*", "[", "]", "'", "\"", "?", "(", ")", "!",
                "&&", "||", "==", "=~", "-1", "99999999999", ":", ",", "\\", "\u00e4", "\0").run((octets, random) -> {
                    try {
                        JsonPath.parse(new String(octets, StandardCharsets.UTF_8)).first(document);
                    } catch (IllegalArgumentException e) {
                        assertTrue(!e.getMessage().isBlank());
                    }
                });
    }
}
