package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Queries and forms that are changed in one place and nowhere else. */
final class PairTextTest {
    @Test void valueIsReplacedWhereItStood() throws CharacterCodingException {
        assertEquals("a=%61&b=NEW&c=+x%2b", PairText.ofQuery("a=%61&b=2&c=+x%2b").set("b", "NEW").toString());
        assertEquals("%62=NEW&a", PairText.ofQuery("%62=2&a").set("b", "NEW").toString());
        assertEquals("a=1&b=NEW&c=3", PairText.ofQuery("a=1&b&c=3").set("b", "NEW").toString());
        assertEquals("b=NEW&c", PairText.ofQuery("b=1&c&b=2").set("b", "NEW").toString());
        assertEquals("a=b=c&d=NEW", PairText.ofQuery("a=b=c&d=e=f").set("d", "NEW").toString());
        assertEquals("x+y=NEW", PairText.ofQuery("x+y=1").set("x y", "NEW").toString());
    }

    @Test void missingNameIsAddedAtTheEnd() throws CharacterCodingException {
        assertEquals("a=1", PairText.ofQuery("").set("a", "1").toString());
        assertEquals("&&a=1&", PairText.ofQuery("&&a=0&").set("a", "1").toString());
        assertEquals("a=1&&%C3%BC%20%26=%3D%2F", PairText.ofQuery("a=1&").set("\u00fc &", "=/").toString());
        assertEquals("a=1&q=x+y%2B", PairText.ofForm("a=1", StandardCharsets.UTF_8).set("q", "x y+").toString());
        assertEquals("q=%FC", PairText.ofForm("", StandardCharsets.ISO_8859_1).set("q", "\u00fc").toString());
        assertThrows(CharacterCodingException.class, () -> PairText.ofForm("", StandardCharsets.ISO_8859_1).set("q", "\u20ac"));
    }

    @Test void namesAreRemovedWhereverTheyStand() {
        PairText pairs = PairText.ofQuery("a=1&b=2&%61=3&&c");
        assertTrue(pairs.remove("a"));
        assertFalse(pairs.remove("a"));
        assertEquals("b=2&&c", pairs.toString());
        PairText one = PairText.ofQuery("a=1");
        assertFalse(one.isEmpty());
        assertTrue(one.remove("a"));
        assertTrue(one.isEmpty());
    }

    @Test void oddEscapesStandForThemselves() throws CharacterCodingException {
        assertEquals("%=1&%zz=2&%4=NEW&\u00fc=4", PairText.ofQuery("%=1&%zz=2&%4=3&\u00fc=4").set("%4", "NEW").toString());
        assertEquals("\u00c3\u00bc=NEW", PairText.ofQuery("\u00c3\u00bc=1").set("\u00fc", "NEW").toString());
    }

    /** What is set is there once, decoded it is what was given, and everything else has its octets. */
    @Test void anyQueryKeepsItsOtherParts() throws CharacterCodingException {
        Random random = new Random(3986);
        String alphabet = "ab=&%+2Z\u00e9;/?";
        for (int round = 0; round < 3_000; round++) {
            StringBuilder query = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--) {
                query.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            PairText pairs = PairText.ofQuery(query.toString());
            assertEquals(query.toString(), pairs.toString());
            pairs.set("name", "v\u20ac &=");
            String expected = query.isEmpty() ? "" : query + "&";
            assertEquals(expected + "name=v%E2%82%AC%20%26%3D", pairs.toString());
            pairs.remove("name");
            assertEquals(query.toString(), pairs.toString());
        }
    }
}
