package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** How telling values and names are. */
final class StrengthTest {
    @Test void whatIsEverywhereTellsNothing() {
        for (String value : List.of("", "abc", "true", "false", "7", "42", "999", "x".repeat(Strength.CHARS_MAX + 1))) {
            assertEquals(0, Strength.of(value), value);
        }
    }

    @Test void whatMayBeComeUponTellsTooLittleAlone() {
        for (String value : List.of("2024", "1999", "8080", "main", "active", "en-GB", "Content", "north side", "many words with 12 and 345 in them", "2026-01-02", "48215",
                "https://a.example/path")) {
            assertTrue(Strength.of(value) < 0.5, value);
        }
    }

    @Test void aYearTellsLessThanAnotherNumber() {
        assertTrue(Strength.of("2024") < Strength.of("7318"));
        assertTrue(Strength.of("1987") < Strength.of("7318"));
        assertTrue(Strength.of("7318") < Strength.of("48215"));
        assertTrue(Strength.of("48215") < Strength.of("4821590137"));
    }

    @Test void blanksMakeAText() {
        assertTrue(Strength.of("k3Jx9 QmZ7v Lp2Rt8") <= 0.1);
        assertTrue(Strength.of("k3Jx9 QmZ7v Lp2Rt8 and so on and on 123") <= 0.3);
    }

    @Test void whatNobodyCouldGuessIsStrong() {
        for (String value : List.of("6b1f0c52-3a7e-4c1d-9f6a-2b8e4d7c9a10", "9f3c1a7be2d84056", "k3Jx9QmZ7vLp2Rt8Wy5B", "123456789012", "a8f3c2d1")) {
            assertTrue(Strength.of(value) >= Strength.STRONG, value);
        }
    }

    private static double agreement(String producer, String around, String consumer) {
        return Strength.agreement(producer, around, consumer, false);
    }

    private static double ofSegment(String producer, String around, String before) {
        return Strength.agreement(producer, around, before, true);
    }

    @Test void namesAgreeWhateverTheirSignsAndCase() {
        assertEquals(0.25, agreement("order_id", "", "orderId"));
        assertEquals(0.25, agreement("X-Csrf-Token", "", "xCsrfToken"));
        assertEquals(0.2, agreement("csrf", "", "csrf_token"));
        assertEquals(0.2, agreement("csrf_token", "", "csrf"));
        assertEquals(0, agreement("id", "", ""));
        assertEquals(0, agreement("", "", "id"));
        assertEquals(0, agreement("--", "", "__"));
        assertEquals(0, agreement("width", "", "height"));
    }

    @Test void anIdIsThatOfWhatItIsIn() {
        assertEquals(0.25, agreement("id", "cart", "cart_ref"));
        assertEquals(0, agreement("size", "cart", "cart_ref"));
        for (String id : List.of("id", "uuid", "slug", "key", "code")) {
            assertEquals(0.15, agreement("its_" + id, "", "that_" + (id.equals("id") ? "key" : "id")), id);
        }
        assertEquals(0, agreement("its_id", "", "width"));
    }

    @Test void aSegmentIsTheIdOfWhatStandsBeforeIt() {
        assertEquals(0.25, ofSegment("id", "", "users"));
        assertEquals(0.25, ofSegment("id", "users", "users"));
        assertEquals(0.25, ofSegment("id", "user", "users"));
        assertEquals(0.25, ofSegment("userName", "", "users"));
        assertEquals(0.2, ofSegment("id", "orders", "users"));
        assertEquals(0, ofSegment("width", "", "users"));
        assertEquals(0, ofSegment("name", "users", "users"));
        assertEquals(0, ofSegment("usual", "", "us"));
    }
}
