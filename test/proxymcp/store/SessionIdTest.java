package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SessionIdTest {
    @Test
    void anIdIsFourteenDigitsAndEightRandomCharacters() {
        assertEquals("20260102030405_0az9bcde", SessionId.parse("20260102030405_0az9bcde").orElseThrow().text());
    }

    @Test
    void whatIsNotExactlyAnIdIsRefused() {
        for (String text : List.of("", ".", "..", "../20260102030405_abcdefgh", "./20260102030405_abcdefgh", "20260102030405_abcdefgh/",
                "20260102030405_abcdefg", "20260102030405_abcdefghi", "20260102030405-abcdefgh", "2026010203040x_abcdefgh",
                "20260102030405_ABCDEFGH", "20260102030405_abc/efgh", "20260102030405_abc\u0000efgh", "20260102030405_abcdefg\n",
                "\u06620260102030405_abcdefg", "20260102030405_\u0430bcdefgh", "9".repeat(300))) {
            assertEquals(Optional.empty(), SessionId.parse(text), text);
            assertThrows(IllegalArgumentException.class, () -> new SessionId(text), text);
        }
    }

    @Test
    void aNewIdBeginsWithTheTimeInUtc() {
        String text = SessionId.next(TestStore.CLOCK, new Random(1)).text();
        assertTrue(text.startsWith("20231114221320_"), text);
        assertEquals(SessionId.LENGTH, text.length());
    }

    @Test
    void idsSortByTime() {
        assertTrue(new SessionId("20260102030405_zzzzzzzz").compareTo(new SessionId("20260102030406_00000000")) < 0);
    }
}
