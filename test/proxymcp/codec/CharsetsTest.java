package proxymcp.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class CharsetsTest {
    @Test void parameterIsRead() {
        byte[] bytes = "x".getBytes(UTF_8);
        assertEquals(ISO_8859_1, Charsets.choose("text/html; charset=ISO-8859-1", bytes));
        assertEquals(ISO_8859_1, Charsets.choose("text/html;Boundary=a; CHARSET = \"x\"; charset=\"iso-8859-1\"", bytes));
        assertEquals(Charset.forName("windows-1251"), Charsets.choose("text/plain; charset='windows-1251'", bytes));
    }

    @Test void byteOrderMarkIsBelievedFirst() {
        assertEquals(UTF_8, Charsets.choose("text/html; charset=iso-8859-1", bytes("efbbbf61")));
        assertEquals(UTF_16BE, Charsets.choose("text/html; charset=utf-8", bytes("feff0061")));
        assertEquals(UTF_16LE, Charsets.choose("", bytes("fffe6100")));
        assertEquals("a", Charsets.text("", bytes("fffe6100")));
        assertEquals("a", Charsets.text("", bytes("efbbbf61")));
    }

    @Test void unknownParameterLeavesItToTheContent() {
        byte[] utf8 = "é".getBytes(UTF_8);
        assertEquals(UTF_8, Charsets.choose("text/html; charset=utf8mb4", utf8));
        assertEquals(UTF_8, Charsets.choose("text/html; charset=", utf8));
        assertEquals(UTF_8, Charsets.choose("text/html; charset=\"no such;\"", utf8));
        assertEquals(UTF_8, Charsets.choose("text/html; charset=\"", utf8));
    }

    @Test void htmlAndXmlSayTheirCharset() {
        Charset greek = Charset.forName("iso-8859-7");
        assertEquals(greek, Charsets.choose("text/html", ascii("<html><META name=a><meta charset=ISO-8859-7>")));
        assertEquals(greek, Charsets.choose("text/html",
                ascii("<meta http-equiv='Content-Type' content='text/html; charset=iso-8859-7'>")));
        assertEquals(greek, Charsets.choose("application/xml", ascii("<?xml version='1.0' encoding='iso-8859-7'?>")));
        assertEquals(greek, Charsets.choose("image/svg+xml", ascii("<?xml version=\"1.0\" encoding = \"iso-8859-7\"?>")));
        assertEquals(UTF_8, Charsets.choose("text/html", ascii("<meta charset=utf-16>")));
        assertEquals(UTF_8, Charsets.choose("text/plain", ascii("<meta charset=iso-8859-7>")));
    }

    @Test void latin1IsTheLastResort() {
        assertEquals("caf\u00e9", Charsets.text("text/plain", bytes("636166e9")));
        // Overlong forms, surrogates and what lies above U+10FFFF are not UTF-8.
        assertEquals("\u00e0\u0080\u0080", Charsets.text("text/plain", bytes("e08080")));
        assertEquals("\u00ed\u00a0\u0080", Charsets.text("text/plain", bytes("eda080")));
        assertEquals("\u00f0\u0080\u0080\u0080", Charsets.text("text/plain", bytes("f0808080")));
        assertEquals("\u00f4\u0090\u0080\u0080", Charsets.text("text/plain", bytes("f4908080")));
        assertEquals("\u00e9\u00e9\ufffd", Charsets.text("text/plain", bytes("c3a9c3a9ff")));
    }

    @Test void prefixLeavesOutTheCharacterThatWasCut() {
        byte[] text = "a\u20ac\ud83d\ude00b".getBytes(UTF_8);
        String[] expected = {"", "a", "a", "a", "a\u20ac", "a\u20ac", "a\u20ac", "a\u20ac", "a\u20ac\ud83d\ude00",
                "a\u20ac\ud83d\ude00b"};
        for (int cut = 0; cut <= text.length; cut++) {
            assertEquals(expected[cut], Charsets.textOfPrefix("text/plain", Arrays.copyOf(text, cut)), "cut at " + cut);
        }
        assertEquals("\u00e9\ufffd", Charsets.text("text/plain", bytes("c3a9e282")));
        assertEquals("caf", Charsets.textOfPrefix("text/plain", bytes("636166c3")));
        assertEquals("caf\u00c3", Charsets.text("text/plain", bytes("636166c3")));
    }

    @Test void declaredTypeDecidesUnlessTheBytesContradict() {
        assertTrue(Charsets.isTextual("application/vnd.api+json; charset=utf-8", ascii("{}")));
        assertTrue(Charsets.isTextual("text/html", bytes("e9e8")));
        assertTrue(Charsets.isTextual("image/svg+xml", ascii("<svg/>")));
        assertTrue(Charsets.isTextual("text/plain; charset=utf-16le", bytes("61006200")));
        assertFalse(Charsets.isTextual("text/plain", bytes("61006200")));
        assertFalse(Charsets.isTextual("image/png", ascii("all letters")));
        assertFalse(Charsets.isTextual("application/grpc-web+proto", ascii("abc")));
    }

    @Test void unknownTypesAreJudgedByTheirBytes() {
        assertTrue(Charsets.isTextual("application/octet-stream", ascii("key=value\r\n")));
        assertTrue(Charsets.isTextual("", "naïve".getBytes(UTF_8)));
        assertTrue(Charsets.isTextual("", new byte[0]));
        assertTrue(Charsets.isTextual("", bytes("fffe6100")));
        assertFalse(Charsets.isTextual("", bytes("89504e470d0a1a0a0000000d")));
        assertFalse(Charsets.isTextual("application/octet-stream", bytes("01020304")));
        assertFalse(Charsets.isTextual("", bytes("ffd8ffe1f0f1f2f3")));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(UTF_8);
    }
}
