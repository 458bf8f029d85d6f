package proxymcp.har;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static proxymcp.har.HarFile.at;
import static proxymcp.har.HarFile.base64;
import static proxymcp.har.HarFile.has;
import static proxymcp.har.HarFile.number;
import static proxymcp.har.HarFile.text;
import static proxymcp.har.HarSession.utf8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.store.CaptureProfile;

/** Bodies of a HAR: whatever they hold, their octets can be had back from the file, and text stays text where that does it. */
@Timeout(60)
final class HarBodyTest {
    @TempDir
    Path folder;

    private HarSession session;

    @BeforeEach
    void begin() throws Exception {
        session = new HarSession(folder.resolve("home"), CaptureProfile.FULL);
    }

    @AfterEach
    void close() throws Exception {
        session.close();
    }

    static byte[] gzip(byte[] octets) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(octets);
        }
        return packed.toByteArray();
    }

    private static byte[] deflate(byte[] octets) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new DeflaterOutputStream(packed)) {
            out.write(octets);
        }
        return packed.toByteArray();
    }

    /** The one body as text whose octets, in the charset that a reader assumes, are those received. */
    private void assertText(String contentType, Charset charset, String expected) throws Exception {
        byte[] octets = expected.getBytes(charset);
        session.body(contentType.isEmpty() ? "" : "Content-Type: " + contentType, octets);
        JsonObject entry = session.export().only();
        assertEquals(expected, text(entry, "response.content.text"), contentType);
        assertFalse(has(entry, "response.content", "encoding") || has(entry, "response._rawBody", "base64"), contentType);
        assertEquals(octets.length, number(entry, "response.content.size"));
    }

    /** As text for people, with the octets beside it. */
    private void assertTextAndOctets(String contentType, String expected, byte[] octets) throws Exception {
        session.body(contentType.isEmpty() ? "" : "Content-Type: " + contentType, octets);
        JsonObject entry = session.export().only();
        assertEquals(expected, text(entry, "response.content.text"), contentType);
        assertFalse(has(entry, "response.content", "encoding"));
        assertArrayEquals(octets, base64(entry, "response._rawBody.base64"));
    }

    private void assertBase64(String contentType, byte[] octets) throws Exception {
        session.body("Content-Type: " + contentType, octets);
        JsonObject entry = session.export().only();
        assertEquals("base64", text(entry, "response.content.encoding"), contentType);
        assertArrayEquals(octets, base64(entry, "response.content.text"), contentType);
        assertFalse(has(entry, "response._rawBody", "base64"), contentType);
    }

    @Test
    void binaryIsBase64BothWays() throws Exception {
        byte[] octets = new byte[100_003];
        new Random(5).nextBytes(octets);
        for (int length : new int[] {1, 2, 3, 49_151, 49_152, 49_153, 65_535, 65_536, 65_537, 100_003}) {
            assertBase64("image/png", Arrays.copyOf(octets, length));
        }
        session.request("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/octet-stream").sending(octets)
                .answered("HTTP/1.1 204 No Content").record();
        JsonObject entry = session.export().only();
        assertEquals("base64", text(entry, "request.postData._encoding"));
        assertArrayEquals(octets, base64(entry, "request.postData.text"));
        assertFalse(has(entry, "request.postData", "encoding"));
    }

    @Test
    void textKeepsEveryCharacter() throws Exception {
        assertText("text/plain", StandardCharsets.UTF_8, "a\"\\/\b\f\n\r\t\u0001\u001f\u007f\u0085\u2028\u00e4\u20ac\ud83d\ude00\ufffd");
        assertText("", StandardCharsets.UTF_8, "no type: \u00e4");
        assertText("application/json", StandardCharsets.UTF_8, "\ufeff{\"byte order mark\":1}");
        assertText("text/plain; charset=ISO-8859-1", StandardCharsets.ISO_8859_1, "gr\u00fc\u00dfe");
        assertText("text/plain; charset=Shift_JIS", Charset.forName("Shift_JIS"), "\u65e5\u672c\u8a9e");
        assertText("text/plain; charset=windows-1252", Charset.forName("windows-1252"), "\u20ac\u201e");
        assertText("text/plain; charset=utf-16le", StandardCharsets.UTF_16LE, "wide \ud83d\ude00");
    }

    /** A character of two UTF-16 units, and of four octets, at every place around the ends of blocks. */
    @Test
    void longTextIsTheSameWhereverBlocksEnd() throws Exception {
        for (int shift = 0; shift < 4; shift++) {
            assertText("text/plain; charset=utf-8", StandardCharsets.UTF_8, "x".repeat(shift) + "\ud83d\ude00".repeat(40_000));
        }
        assertText("text/plain; charset=utf-16be", StandardCharsets.UTF_16BE, "x" + "\ud83d\ude00".repeat(40_000));
    }

    @Test
    void textInACharsetThatOnlyItsOctetsTellHasThemBesideIt() throws Exception {
        assertTextAndOctets("text/plain", "gr\u00fc\u00dfe", "gr\u00fc\u00dfe".getBytes(StandardCharsets.ISO_8859_1));
        assertTextAndOctets("text/html", "<meta charset=shift_jis>\u65e5", "<meta charset=shift_jis>\u65e5".getBytes(Charset.forName("Shift_JIS")));
        assertTextAndOctets("text/plain; charset=utf-16", "\ufeffwide", "\ufeffwide".getBytes(StandardCharsets.UTF_16LE));
    }

    @Test
    void textThatIsNotValidInItsCharsetIsBase64() throws Exception {
        assertBase64("text/plain; charset=utf-8", new byte[] {'a', (byte) 0xC3, (byte) 0xA4, (byte) 0xFF, 'b'});
        // A surrogate alone, in UTF-8 and in UTF-16; an overlong slash; NUL.
        assertBase64("application/json", new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', (byte) 0xC3, (byte) 0xA4});
        assertBase64("text/plain; charset=utf-16le", new byte[] {0, (byte) 0xD8, 'a', 0});
        assertBase64("text/plain; charset=utf-8", new byte[] {(byte) 0xC0, (byte) 0xAF});
        assertBase64("text/plain", new byte[] {'a', 0, 'b'});
        // 0x81 is nothing in windows-1252.
        assertBase64("text/plain; charset=windows-1252", new byte[] {'a', (byte) 0x81});
        // Two escape sequences where one would do: the text alone would not bring both back.
        assertBase64("text/plain; charset=ISO-2022-JP", HarFile.latin1("\u001b(B\u001b(Babc"));
        byte[] late = utf8("x".repeat(200_000) + "?");
        late[late.length - 1] = (byte) 0xFF;
        assertBase64("text/plain; charset=utf-8", late);
        late = utf8("x".repeat(200_000) + "?");
        late[late.length - 1] = (byte) 0x81;
        assertBase64("text/plain; charset=windows-1252", late);
    }

    @Test
    void codedBodiesAreShownDecodedWithTheirOctetsBesideThem() throws Exception {
        byte[] page = utf8("p\u00e4ge ".repeat(50_000));
        byte[] brotli = Files.readAllBytes(Programs.fixtures().resolve("proxy/page.txt.br"));
        String[] codings = {"gzip", "deflate", "deflate, gzip", "gzip"};
        byte[][] coded = {gzip(page), deflate(page), gzip(deflate(page)), gzip(utf8("short"))};
        String[] expected = {new String(page, StandardCharsets.UTF_8), new String(page, StandardCharsets.UTF_8),
            new String(page, StandardCharsets.UTF_8), "short"};
        for (int i = 0; i < codings.length; i++) {
            session.body("Content-Type: text/plain\r\nContent-Encoding: " + codings[i], coded[i]);
            JsonObject entry = session.export().only();
            int size = utf8(expected[i]).length;
            assertEquals(expected[i], text(entry, "response.content.text"), codings[i]);
            assertEquals(size + " " + (size - coded[i].length) + " " + coded[i].length, number(entry, "response.content.size") + " "
                    + number(entry, "response.content.compression") + " " + number(entry, "response.bodySize"), codings[i]);
            assertArrayEquals(coded[i], base64(entry, "response._rawBody.base64"), codings[i]);
        }
        session.body("Content-Type: text/plain\r\nContent-Encoding: br", brotli);
        JsonObject entry = session.export().only();
        assertEquals(utf8(text(entry, "response.content.text")).length, number(entry, "response.content.size"));
        assertArrayEquals(brotli, base64(entry, "response._rawBody.base64"));
        session.body("Content-Type: image/png\r\nContent-Encoding: gzip", gzip(new byte[] {1, 2, 3}));
        assertArrayEquals(new byte[] {1, 2, 3}, base64(session.export().only(), "response.content.text"));
    }

    @Test
    void whatCannotBeDecodedStaysAsReceivedAndIsToldOf() throws Exception {
        byte[] packed = gzip(utf8("text ".repeat(1_000)));
        session.body("Content-Type: text/plain\r\nContent-Encoding: dcz", new byte[] {1, 2, 3});
        JsonObject entry = session.export().only();
        assertArrayEquals(new byte[] {1, 2, 3}, base64(entry, "response.content.text"));
        assertFalse(has(entry, "response._rawBody", "base64") || has(entry, "response.content", "compression"));
        assertEquals("content coding dcz is not decoded: no decoder for this coding", text(entry, "response.content.comment"));
        session.body("Content-Type: text/plain\r\nContent-Encoding: gzip", Arrays.copyOf(packed, packed.length - 8));
        HarSession.Exported exported = session.export();
        entry = exported.only();
        assertEquals("text ".repeat(1_000), text(entry, "response.content.text"));
        assertArrayEquals(Arrays.copyOf(packed, packed.length - 8), base64(entry, "response._rawBody.base64"));
        assertFalse(has(entry, "response.content", "compression"));
        session.body("Content-Type: text/plain\r\nContent-Encoding: gzip", utf8("not gzip"));
        exported = session.export();
        assertArrayEquals(utf8("not gzip"), base64(exported.only(), "response._rawBody.base64"));
        assertEquals(List.of(new HarWarning("undecoded", 3, List.of(1L, 2L, 3L), "content coding dcz is not decoded: no decoder for this coding")),
                exported.written().warnings());
    }

    /** A hundred octets for one, and 64 MiB, are the most that is decoded. */
    @Test
    void aBombIsNotUnpacked() throws Exception {
        byte[] bomb = gzip(new byte[90 << 20]);
        session.body("Content-Type: text/plain\r\nContent-Encoding: gzip", bomb);
        JsonObject entry = session.export().only();
        assertArrayEquals(bomb, base64(entry, "response.content.text"));
        assertEquals("it would have more than " + ((64L << 20) + 100L * bomb.length) + " octets", text(entry, "response.content.comment"));
    }

    @Test
    void anEmptyBodyIsNotNone() throws Exception {
        session.body("Content-Type: text/plain\r\nContent-Length: 0", new byte[0]);
        JsonObject empty = session.export().only();
        assertEquals("{\"size\":0,\"mimeType\":\"text/plain\",\"text\":\"\"}", Json.text(at(empty, "response.content")));
        assertEquals("0 0", number(empty, "response._rawBody.bytes") + " " + number(empty, "response.bodySize"));
        session.body("Content-Encoding: gzip", new byte[0]);
        assertEquals("{\"size\":0,\"mimeType\":\"x-unknown\",\"text\":\"\"}", Json.text(at(session.export().only(), "response.content")));
        session.request("HEAD / HTTP/1.1\r\nHost: a.test")
                .answered("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\nContent-Encoding: gzip").record();
        JsonObject none = session.export().only();
        assertEquals("{\"size\":0,\"mimeType\":\"text/html\"}", Json.text(at(none, "response.content")));
        assertFalse(has(none, "response", "_rawBody") || has(none, "request", "postData") || has(none, "request", "_rawBody"));
        assertEquals("0 0", number(none, "request.bodySize") + " " + number(none, "response.bodySize"));
        session.request("POST / HTTP/1.1\r\nHost: a.test").sending(new byte[0]).answered("HTTP/1.1 204 No Content").record();
        assertEquals("{\"mimeType\":\"application/octet-stream\",\"text\":\"\"}", Json.text(at(session.export().only(), "request.postData")));
    }

    @Test
    void whatAPreviewKeptIsShownAsThat() throws Exception {
        try (HarSession preview = new HarSession(folder.resolve("preview"), CaptureProfile.PREVIEW)) {
            String page = "x" + "\u00e4".repeat(5_000);
            preview.body("Content-Type: text/plain", utf8(page));
            JsonObject entry = preview.export().only();
            // 4,096 octets end in the middle of a character: the text leaves it out, the octets do not.
            assertEquals(page.substring(0, 2_048), text(entry, "response.content.text"));
            assertArrayEquals(Arrays.copyOf(utf8(page), 4_096), base64(entry, "response._rawBody.base64"));
            assertEquals("10001 10001 10001 4096 the first 4096 of 10001 octets", number(entry, "response.content.size") + " "
                    + number(entry, "response.bodySize") + " " + number(entry, "response._rawBody.bytes") + " " + number(entry, "response._rawBody.kept")
                    + " " + text(entry, "response.content.comment"));
            preview.body("Content-Type: text/plain", utf8("y".repeat(5_000)));
            HarSession.Exported exported = preview.export();
            assertEquals("y".repeat(4_096), text(exported.only(), "response.content.text"));
            assertFalse(has(exported.only(), "response._rawBody", "base64"));
            byte[] noise = new byte[20_000];
            new Random(7).nextBytes(noise);
            byte[] packed = gzip(noise);
            preview.body("Content-Type: image/x\r\nContent-Encoding: gzip", packed);
            exported = preview.export();
            byte[] shown = base64(exported.only(), "response.content.text");
            assertArrayEquals(Arrays.copyOf(noise, shown.length), shown);
            assertArrayEquals(Arrays.copyOf(packed, 4_096), base64(exported.only(), "response._rawBody.base64"));
            assertEquals("partial_body 3 [1, 2, 3]", exported.written().warnings().get(0).kind() + " " + exported.written().warnings().get(0).count()
                    + " " + exported.written().warnings().get(0).seqs());
        }
    }
}
