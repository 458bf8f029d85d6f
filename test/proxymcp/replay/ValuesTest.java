package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Placeholders and what stands in their place. The clock stands at 2026-03-01T12:00:00.250Z. */
final class ValuesTest {
    private final SteppedClock clock = new SteppedClock();
    private final Values values = new Values(7, clock, Map.of("KEY", Optional.of("k\u00e9y"), "UNSET", Optional.empty()), Map.of("user", "Ada {seq}"));

    @Test void everyPlaceholderHasItsValue() {
        values.capture("token", "t-1");
        assertEquals("1772366400 1772366400250 2026-03-01T12:00:00.250Z 5 42 k\u00e9y Ada {seq} t-1", filled(4, 42,
                "{timestamp} {timestamp_ms} {iso_time} {counter} {seq} {env:KEY} {input:user} {token}"));
        assertTrue(filled(0, 1, "{nonce}").matches("[0-9a-z]{16}"));
        assertTrue(filled(0, 1, "{nonce:32}").matches("[0-9a-z]{32}"));
        assertTrue(filled(0, 1, "{nonce:1}").matches("[0-9a-z]"));
        UUID uuid = UUID.fromString(filled(0, 1, "{uuid}"));
        assertEquals(4, uuid.version());
        assertEquals(2, uuid.variant());
    }

    @Test void bracesOfOtherThingsStandForThemselves() {
        for (String text : new String[] {"", "{", "}", "{}", "{ seq}", "{\"a\":{\"b\":[1]}}", "{1}", "{seq", "{seq:", "{a b}", "{input:a b}", "{a{", "}{", "$.x{-1}"}) {
            assertEquals(text, filled(0, 1, text));
            assertEquals(List.of(), ValueText.parse(text).placeholders(), text);
        }
        assertEquals("{seq} {1 }}", filled(0, 1, "{{seq} {{{seq} }}"));
        assertEquals("{\"t\":{\"n\":1}}", filled(0, 1, "{\"t\":{\"n\":{seq}}}"));
    }

    @Test void samePlanGivesTheSameValues() {
        Values again = new Values(7, new SteppedClock(), Map.of(), Map.of());
        clock.advance(Duration.ofDays(1));
        for (int index = 0; index < 50; index++) {
            ValueText text = ValueText.parse("{nonce} {nonce:20} {uuid} {counter}");
            assertEquals(text.with(again.of(item(index, 9))), text.with(values.of(item(index, 9))));
        }
    }

    @Test void valuesOfItemsAndSeedsDiffer() {
        Set<String> seen = new HashSet<>();
        for (int index = 0; index < 20_000; index++) {
            assertTrue(seen.add(filled(index, 1, "{nonce}")));
            assertTrue(seen.add(filled(index, 1, "{nonce:16}")));
            assertTrue(seen.add(filled(index, 1, "{uuid}")));
        }
        assertNotEquals(filled(0, 1, "{uuid}"), ValueText.parse("{uuid}").with(new Values(8, clock, Map.of(), Map.of()).of(item(0, 1))));
    }

    @Test void oneRequestHasOneTimeAndOneNonce() {
        Values.OfItem ofItem = values.of(item(0, 1));
        String before = ValueText.parse("{timestamp_ms} {nonce}").with(ofItem);
        clock.advance(Duration.ofSeconds(3));
        assertEquals(before, ValueText.parse("{timestamp_ms} {nonce}").with(ofItem));
    }

    @Test void whatIsUnknownIsNamedWithWhatIsKnown() {
        String known = "{timestamp}, {timestamp_ms}, {iso_time}, {nonce}, {nonce:LENGTH}, {uuid}, {counter}, {seq}, {env:NAME}, {input:NAME}, {id}, {token}";
        assertEquals("unknown placeholder {tokne}; known are " + known + "; write {{ for a brace", complaint("{tokne}"));
        assertEquals("unknown placeholder {token:x}; known are " + known + "; write {{ for a brace", complaint("{token:x}"));
        assertEquals("the variable of placeholder {env:HOME} may not be used; allow it at start with --allow-env HOME", complaint("{env:HOME}"));
        assertEquals("the variable of placeholder {env} may not be used; allow it at start with --allow-env NAME", complaint("{env}"));
        assertEquals("the variable of placeholder {env:UNSET} is not set", complaint("{env:UNSET}"));
        assertEquals("no input is given for placeholder {input:name}; given are user", complaint("{input:name}"));
        assertEquals("placeholder {seq:1} takes no argument", complaint("{seq:1}"));
        for (String nonce : new String[] {"{nonce:0}", "{nonce:257}", "{nonce:x}", "{nonce:-1}", "{nonce:}", "{nonce:99999999999}"}) {
            assertEquals("expected a length in 1..256 in placeholder " + nonce, complaint(nonce));
        }
        for (String fine : new String[] {"{nonce:256}", "{token}", "{env:KEY}", "{input:user}", "{id}"}) {
            assertEquals("", complaint(fine));
        }
    }

    @Test void builtInNamesAreNotFreeForCaptures() {
        assertTrue(Values.isFree("token"));
        assertTrue(Values.isFree("csrf-token.2"));
        for (String name : new String[] {"seq", "nonce", "env", "input", "", "1a", "a b", "a:b", "{a}"}) {
            assertFalse(Values.isFree(name), name);
        }
    }

    private String complaint(String text) {
        return values.complaint(ValueText.parse(text).placeholders().get(0), Set.of("token", "id")).orElse("");
    }

    private String filled(int index, long seq, String text) {
        return ValueText.parse(text).with(values.of(item(index, seq)));
    }

    private static PlanItem item(int index, long seq) {
        return new PlanItem(index, seq, new UUID(0, seq), 0, "GET", "http://h.test/", "http://h.test/", false, Optional.empty());
    }
}
