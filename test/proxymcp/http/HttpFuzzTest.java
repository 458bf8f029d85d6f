package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import proxymcp.Mutations;

/**
 * Whatever a peer sends, it is read, or refused by a {@link ProtocolException} or {@link PrematureEndException}; never anything else, and
 * never otherwise because it came in other pieces.
 */
class HttpFuzzTest {
    private static final HeadLimits LIMITS = new HeadLimits(2_048, 20);

    private static final List<String> REQUESTS = List.of(
            "GET http://a.example/b?c=d HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\nCookie: a=b; c=d\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nConnection: close\r\n\r\nhello world",
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX: y\r\n\r\n",
            "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\nProxy-Connection: keep-alive\r\n\r\n",
            "\r\nOPTIONS * HTTP/1.0\r\n\r\nGET / HTTP/1.1\r\n\r\n");
    private static final List<String> RESPONSES = List.of(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n",
            "HTTP/1.0 200\nServer : old\nX: a\n b\nno field\n\nuntil the end",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 7, 7\r\n\r\n");
    /** What parsers stumble over, put in as a whole. */
    private static final String[] PIECES = {"\r\n", "\n", "\r", "\0", " ", "\t", ":", ",", ";", "\r\n\r\n", "\n\n", "\r\n ", "\u0080", "\u00ff",
            "-1", "+", "0", "ffffffffffffffff", "99999999999999999999", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: gzip\r\n", "HTTP/1.1", "://", "[", "]", "@", "%", "*"};

    @Test
    void requestsAreReadOrRefused() {
        run(REQUESTS, HttpFuzzTest::requests);
    }

    @Test
    void responsesAreReadOrRefused() {
        run(RESPONSES, HttpFuzzTest::responses);
    }

    @Test
    void textsOfAuthoritiesAreParsedOrNot() {
        Mutations.ofTexts(List.of("[fe80::1%25eth0]:443", "a.example:80"), PIECES).run((octets, random) ->
                Authority.parse(Octets.text(octets)).ifPresent(authority ->
                        assertEquals(authority, Authority.parse(authority.toString()).orElseThrow(), "written and parsed again")));
    }

    /** What octets say, read in pieces of at most {@code piece}: everything that was read, and how it ended. */
    private interface Reading {
        String of(byte[] octets, int piece) throws IOException;
    }

    private static void run(List<String> models, Reading reading) {
        Mutations.of(models.stream().map(Octets::bytes).toList(), PIECES).run((octets, random) -> {
            String atOnce = reading.of(octets, Integer.MAX_VALUE);
            assertEquals(atOnce, reading.of(octets, 1), "octet by octet");
            assertEquals(atOnce, reading.of(octets, 1 + random.nextInt(40)), "in pieces");
        });
    }

    private static String requests(byte[] octets, int piece) throws IOException {
        WireReader in = new WireReader(new Octets(octets, piece));
        StringBuilder seen = new StringBuilder();
        try {
            while (true) {
                RequestHead head = HeadParser.readRequest(in, LIMITS).orElseThrow(() -> new PrematureEndException("end"));
                seen.append(head.method()).append(' ').append(head.target()).append(head.fields()).append(head.notes());
                seen.append(target(head)).append(head.keepsAlive());
                assertWrittenReadsTheSame(head);
                body(seen, in, BodyFraming.ofRequest(head), ProtocolException.Side.CLIENT);
                in.messageDone();
            }
        } catch (ProtocolException e) {
            assertEquals(ProtocolException.Side.CLIENT, e.side());
            seen.append(e.suggestedStatus()).append(e.getMessage());
        } catch (PrematureEndException e) {
            seen.append("cut");
        }
        return seen.toString();
    }

    private static String responses(byte[] octets, int piece) throws IOException {
        WireReader in = new WireReader(new Octets(octets, piece));
        StringBuilder seen = new StringBuilder();
        try {
            while (true) {
                ResponseHead head = HeadParser.readResponse(in, LIMITS).orElseThrow(() -> new PrematureEndException("end"));
                seen.append(head.status()).append(head.reason()).append(head.fields()).append(head.notes()).append(head.keepsAlive());
                assertWrittenIsClean(head);
                body(seen, in, BodyFraming.ofResponse(head, "GET"), ProtocolException.Side.SERVER);
                in.messageDone();
            }
        } catch (ProtocolException e) {
            assertEquals(ProtocolException.Side.SERVER, e.side());
            seen.append(e.suggestedStatus()).append(e.getMessage());
        } catch (PrematureEndException e) {
            seen.append("cut");
        }
        return seen.toString();
    }

    private static String target(RequestHead head) {
        try {
            return RequestTarget.parse(head).toString();
        } catch (ProtocolException e) {
            return e.getMessage();
        }
    }

    private static void body(StringBuilder seen, WireReader in, BodyFraming framing, ProtocolException.Side side) throws IOException {
        BodyReader reader = new BodyReader(in, framing, side, LIMITS);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try {
            while (reader.next()) {
                body.write(reader.array(), reader.offset(), reader.length());
            }
        } finally {
            assertEquals(body.size(), reader.total());
            seen.append(framing).append(Octets.text(body.toByteArray())).append(reader.trailers());
        }
    }

    /** What was accepted says the same to whoever reads what we write. */
    private static void assertWrittenReadsTheSame(RequestHead head) throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        WireWriter out = new WireWriter(octets);
        out.head(head);
        out.flush();
        RequestHead again = HeadParser.parseRequest(octets.toByteArray(), LIMITS);
        assertEquals(List.of(head.method(), head.target(), head.version(), head.fields()),
                List.of(again.method(), again.target(), again.version(), again.fields()));
        assertArrayEquals(octets.toByteArray(), again.raw());
    }

    /** Leniency ends here: what goes on to the client is read without a note, and says the same. */
    private static void assertWrittenIsClean(ResponseHead head) throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        WireWriter out = new WireWriter(octets);
        out.head(head);
        out.flush();
        ResponseHead again = HeadParser.parseResponse(octets.toByteArray(), new HeadLimits(4_096, 20));
        assertEquals(List.of(head.status(), head.reason(), head.version(), head.fields(), List.of()),
                List.of(again.status(), again.reason(), again.version(), again.fields(), again.notes()));
    }
}
