package proxymcp.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class JsonLengthTest {
    @Test
    void theLengthIsThatOfTheTextThatIsWritten() throws JsonException {
        for (String text : new String[] {"{}", "[]", "[1,-2.50,true,false,null,\"\"]", "{\"a\":{\"b\":[[],{}]},\"a\":1}",
            "\"\\\"\\\\\\n\\r\\t\\u0000\\u001f\\u007f\\u009f\\u00a0\\u2028\\u2029\\ud83d\\ude00\\ud800x\""}) {
            JsonValue value = Json.parse(text);
            assertEquals(Json.text(value).length(), Json.length(value, Long.MAX_VALUE), text);
        }
    }

    @Test
    void countingStopsBehindTheLimit() throws JsonException {
        JsonValue value = Json.parse("[" + "1,".repeat(1_000) + "1]");
        assertTrue(Json.length(value, 10) > 10);
        assertEquals(2_003, Json.length(value, 5_000));
    }
}
