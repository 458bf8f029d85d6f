package proxymcp.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Views of values: numbers as they were written, objects with duplicates. */
final class JsonValueTest {
    @Test
    void wholeNumbersAreExactHoweverTheyAreWritten() {
        String[] five = {"5", "5.0", "5e0", "50e-1", "0.5E1", "500e-2"};
        for (String text : five) {
            assertEquals(OptionalLong.of(5), new JsonNumber(text).exactLong(), text);
        }
        assertEquals(OptionalLong.of(9007199254740993L), new JsonNumber("9007199254740993").exactLong());
        assertEquals(OptionalLong.of(Long.MAX_VALUE), new JsonNumber("9223372036854775807").exactLong());
        assertEquals(OptionalLong.of(Long.MIN_VALUE), new JsonNumber("-9223372036854775808").exactLong());
        assertEquals(OptionalLong.of(0), new JsonNumber("-0").exactLong());
    }

    @Test
    void numbersThatAreNotWholeOrDoNotFitHaveNoExactLong() {
        String[] others = {"5.5", "9223372036854775808", "1e19", "1e999999999", "1e-5", "1e99999999999", "-1e99999999999"};
        for (String text : others) {
            assertEquals(OptionalLong.empty(), new JsonNumber(text).exactLong(), text);
        }
    }

    @Test
    void doublesAreTheNearestOnes() {
        assertEquals(0.1, new JsonNumber("0.1").asDouble());
        assertEquals(Double.POSITIVE_INFINITY, new JsonNumber("1e400").asDouble());
        assertEquals("0.1", JsonNumber.of(0.1).text());
    }

    @Test
    void textThatIsNoNumberIsRefused() {
        String[] refused = {"", "-", "01", "1.", ".1", "1e", "0x1", "1 ", "NaN", "Infinity", "1_0"};
        for (String text : refused) {
            assertThrows(IllegalArgumentException.class, () -> new JsonNumber(text), text);
        }
        assertThrows(IllegalArgumentException.class, () -> JsonNumber.of(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> JsonNumber.of(Double.NEGATIVE_INFINITY));
    }

    @Test
    void lookupGivesTheLastOfEqualNames() {
        JsonObject small = JsonObject.builder().put("a", 1).put("b", 2).put("a", 3).build();
        assertEquals(Optional.of(JsonNumber.of(3)), small.get("a"));
        assertEquals(Optional.empty(), small.get("c"));
        JsonObject.Builder members = JsonObject.builder();
        for (int i = 0; i < 100; i++) {
            members.put("k" + i % 50, i);
        }
        JsonObject large = members.build();
        assertEquals(Optional.of(JsonNumber.of(57)), large.get("k7"));
        assertTrue(large.has("k49"));
        assertFalse(large.has("k50"));
        assertEquals(100, large.members().size());
    }

    @Test
    void typedLookupIsEmptyForAnotherType() {
        JsonObject object = JsonObject.builder().put("s", "x").put("o", JsonObject.EMPTY).put("a", JsonArray.EMPTY).build();
        assertEquals(Optional.of("x"), object.string("s"));
        assertEquals(Optional.empty(), object.string("o"));
        assertEquals(Optional.of(JsonObject.EMPTY), object.object("o"));
        assertEquals(Optional.empty(), object.object("a"));
        assertEquals(Optional.of(JsonArray.EMPTY), object.array("a"));
        assertEquals(Optional.empty(), object.array("s"));
    }

    @Test
    void objectsAreEqualInTheSameOrderOnly() {
        JsonObject ab = JsonObject.builder().put("a", 1).put("b", 2).build();
        JsonObject ba = JsonObject.builder().put("b", 2).put("a", 1).build();
        assertEquals(ab, JsonObject.builder().putAll(ab).build());
        assertEquals(ab.hashCode(), JsonObject.builder().putAll(ab).build().hashCode());
        assertNotEquals(ab, ba);
    }
}
