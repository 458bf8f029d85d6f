package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import proxymcp.http.Fields.Line;

/** What was read clean goes out as it came; what goes out reads as it was meant. */
class WireWriterTest {
    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
    private final WireWriter out = new WireWriter(octets);

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "POST http://a/b?c HTTP/1.0\r\nHost:a\r\nX:\t \ty  z\r\nx: \u00e9\r\nE:\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nA: b\r\nA: b\r\na: B\r\n\r\n"})
    void aCleanRequestHeadGoesOutAsItCame(String head) throws IOException {
        out.head(HeadParser.parseRequest(Octets.bytes(head), HeadLimits.DEFAULT));
        assertEquals(head, flushed());
    }

    @Test
    void aHeadMadeByAProgramReadsTheSame() throws IOException {
        Fields fields = Fields.of(List.of(new Line("Host", "a"), new Line("X", "")));
        out.head(RequestHead.of("PATCH", "/a?b", fields));
        RequestHead head = HeadParser.parseRequest(Octets.bytes(flushed()), HeadLimits.DEFAULT);
        assertEquals(List.of("PATCH", "/a?b", HttpVersion.HTTP_1_1, fields, List.of()),
                List.of(head.method(), head.target(), head.version(), head.fields(), head.notes()));
        out.head(ResponseHead.of(201, "Made \u00e9", fields));
        ResponseHead response = HeadParser.parseResponse(Octets.bytes(flushed()), HeadLimits.DEFAULT);
        assertEquals(List.of(201, "Made \u00e9", HttpVersion.HTTP_1_1, fields, List.of()),
                List.of(response.status(), response.reason(), response.version(), response.fields(), response.notes()));
    }

    @Test
    void aChangedTargetOrFieldsReplaceThoseOfTheHead() throws IOException {
        RequestHead head = HeadParser.parseRequest(Octets.bytes("GET http://a/b HTTP/1.0\r\nA:b\r\n\r\n"), HeadLimits.DEFAULT);
        out.head(head.withTarget("/b"));
        assertEquals("GET /b HTTP/1.0\r\nA:b\r\n\r\n", flushed());
        out.head(head.withFields(Fields.of(List.of(new Line("C", "d")))));
        assertEquals("GET http://a/b HTTP/1.0\r\nC: d\r\n\r\n", flushed());
    }

    @Test
    void headsThatWouldSplitAreACallersBug() {
        for (String method : new String[] {"", "G T", "GET\r", "G\u010aT"}) {
            assertThrows(IllegalArgumentException.class, () -> RequestHead.of(method, "/", Fields.EMPTY), method);
        }
        for (String target : new String[] {"", "/a b", "/\r\n", "/\0", "/\u010d", "/\u007f"}) {
            assertThrows(IllegalArgumentException.class, () -> RequestHead.of("GET", target, Fields.EMPTY), target);
            assertThrows(IllegalArgumentException.class, () -> RequestHead.of("GET", "/", Fields.EMPTY).withTarget(target), target);
        }
        for (String reason : new String[] {"a\r\nB: c", "a\r", "a\n", "\0", "\u010a"}) {
            assertThrows(IllegalArgumentException.class, () -> ResponseHead.of(200, reason, Fields.EMPTY), reason);
        }
        assertThrows(IllegalArgumentException.class, () -> ResponseHead.of(99, "", Fields.EMPTY));
        assertThrows(IllegalArgumentException.class, () -> ResponseHead.of(1000, "", Fields.EMPTY));
        assertThrows(IllegalArgumentException.class, () -> out.write("a\u010d"));
    }

    @Test
    void chunksAreSizedInHex() throws IOException {
        StringBuilder expected = new StringBuilder();
        for (int size : new int[] {1, 9, 10, 15, 16, 17, 255, 256, 4095, 4096, 65_535, 65_536, 100_000}) {
            byte[] data = Octets.bytes("x".repeat(size + 2));
            out.chunk(data, 1, size);
            expected.append(Integer.toHexString(size)).append("\r\n").append("x".repeat(size)).append("\r\n");
        }
        out.lastChunk(Fields.of(List.of(new Line("A", "b"))));
        assertEquals(expected + "0\r\nA: b\r\n\r\n", flushed());
        out.lastChunk(Fields.EMPTY);
        assertEquals("0\r\n\r\n", flushed());
        assertThrows(IllegalArgumentException.class, () -> out.chunk(new byte[1], 0, 0));
    }

    @Test
    void chunksReadBackWhole() throws IOException {
        StringBuilder body = new StringBuilder();
        for (int size = 1; size < 20_000; size = size * 3 + 1) {
            byte[] data = Octets.bytes("0123456789".repeat(size / 10 + 1).substring(0, size));
            out.chunk(data, 0, size);
            body.append(Octets.text(data));
        }
        out.lastChunk(Fields.EMPTY);
        BodyReader reader = new BodyReader(Octets.atOnce(flushed()), new BodyFraming.Chunked(), ProtocolException.Side.CLIENT,
                HeadLimits.DEFAULT);
        StringBuilder read = new StringBuilder();
        while (reader.next()) {
            read.append(new String(reader.array(), reader.offset(), reader.length(), StandardCharsets.ISO_8859_1));
        }
        assertEquals(body.toString(), read.toString());
    }

    @Test
    void aHeadAndAShortBodyLeaveInOneWriteAndOnlyOnFlush() throws IOException {
        List<String> writes = new ArrayList<>();
        WireWriter counting = new WireWriter(writesTo(writes));
        counting.head(ResponseHead.of(200, "OK", Fields.EMPTY));
        counting.write(Octets.bytes("..body.."), 2, 4);
        assertEquals(List.of(), writes);
        assertEquals("HTTP/1.1 200 OK\r\n\r\nbody".length(), counting.pending());
        counting.flush();
        counting.flush();
        assertEquals(List.of("HTTP/1.1 200 OK\r\n\r\nbody"), writes);
        assertEquals(0, counting.pending());
    }

    @Test
    void octetsKeepTheirOrderWhateverTheirSizes() throws IOException {
        StringBuilder expected = new StringBuilder();
        int[] sizes = {0, 1, 8191, 1, 8192, 8193, 5, 8187, 1, 20_000, 4096, 4096, 1};
        for (int i = 0; i < sizes.length; i++) {
            String text = String.valueOf((char) ('a' + i)).repeat(sizes[i]);
            out.write(Octets.bytes(text), 0, sizes[i]);
            out.write(text);
            expected.append(text).append(text);
            assertTrue(out.pending() <= WireReader.IDLE_BYTES);
        }
        assertEquals(expected.toString(), flushed());
    }

    @Test
    void aReaderFlushesItBeforeItWaits() throws IOException {
        List<String> events = new ArrayList<>();
        WireWriter other = new WireWriter(writesTo(events));
        Octets octets = new Octets(Octets.bytes("ab"), 1);
        WireReader in = new WireReader(octets);
        in.flushBeforeWaiting(other);
        other.write("1");
        assertTrue(in.await());
        assertEquals(List.of("1"), events);
        other.write("2");
        assertTrue(in.await());
        assertEquals(List.of("1"), events, "an octet is there: nothing is waited for");
        in.consume(1);
        assertTrue(in.await());
        assertEquals(List.of("1", "2"), events);
        in.flushBeforeWaiting(WireWriter.NOWHERE);
        other.write("3");
        in.consume(1);
        assertEquals(false, in.await());
        assertEquals(List.of("1", "2"), events);
    }

    private String flushed() throws IOException {
        out.flush();
        String text = Octets.text(octets.toByteArray());
        octets.reset();
        return text;
    }

    private static OutputStream writesTo(List<String> writes) {
        return new OutputStream() {
            @Override
            public void write(int octet) {
                throw new AssertionError("octets are written in bulk");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                writes.add(new String(bytes, offset, length, StandardCharsets.ISO_8859_1));
            }
        };
    }
}
