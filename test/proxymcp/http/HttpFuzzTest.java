package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever a peer sends, it is read, or refused by a {@link ProtocolException} or {@link PrematureEndException}; never anything else, and
 * never otherwise because it came in other pieces. {@code -Dproxymcp.fuzz.cases} sets how many cases, {@code -Dproxymcp.fuzz.seed} repeats
 * the run whose seed a failure printed.
 */
class HttpFuzzTest {
    private static final int CASES = Integer.getInteger("proxymcp.fuzz.cases", 5_000);
    private static final long SEED = Long.getLong("proxymcp.fuzz.seed", System.nanoTime());
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
    private static final List<String> PIECES = List.of("\r\n", "\n", "\r", "\0", " ", "\t", ":", ",", ";", "\r\n\r\n", "\n\n", "\r\n ", "\u0080", "\u00ff",
            "-1", "+", "0", "ffffffffffffffff", "99999999999999999999", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: gzip\r\n", "HTTP/1.1", "://", "[", "]", "@", "%", "*");

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
        Random random = new Random(SEED);
        for (int i = 0; i < CASES; i++) {
            String text = Octets.text(mutated(random, Octets.bytes(random.nextBoolean() ? "[fe80::1%25eth0]:443" : "a.example:80")));
            try {
                Authority.parse(text).ifPresent(authority ->
                        assertEquals(authority, Authority.parse(authority.toString()).orElseThrow(), "written and parsed again"));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + SEED + ", case " + i + ", text \"" + text + "\"", e);
            }
        }
    }

    /** What octets say, read in pieces of at most {@code piece}: everything that was read, and how it ended. */
    private interface Reading {
        String of(byte[] octets, int piece) throws IOException;
    }

    private static void run(List<String> models, Reading reading) {
        Random random = new Random(SEED);
        for (int i = 0; i < CASES; i++) {
            byte[] octets = mutated(random, Octets.bytes(models.get(random.nextInt(models.size()))));
            try {
                String atOnce = reading.of(octets, Integer.MAX_VALUE);
                assertEquals(atOnce, reading.of(octets, 1), "octet by octet");
                assertEquals(atOnce, reading.of(octets, 1 + random.nextInt(40)), "in pieces");
            } catch (IOException | RuntimeException | Error e) {
                throw new AssertionError("seed " + SEED + ", case " + i + ", octets:\n" + Octets.text(octets), e);
            }
        }
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

    private static byte[] mutated(Random random, byte[] model) {
        byte[] octets = model;
        for (int changes = random.nextInt(4); changes >= 0; changes--) {
            int at = random.nextInt(octets.length + 1);
            byte[] piece = Octets.bytes(PIECES.get(random.nextInt(PIECES.size())));
            octets = switch (random.nextInt(7)) {
                case 0 -> flipped(random, octets);
                case 1 -> Arrays.copyOf(octets, at);
                case 2 -> spliced(octets, at, Math.min(octets.length, at + 1 + random.nextInt(8)), new byte[0]);
                case 3 -> spliced(octets, at, at, Arrays.copyOfRange(octets, at, Math.min(octets.length, at + random.nextInt(80))));
                case 4 -> spliced(octets, at, Math.min(octets.length, at + piece.length), piece);
                case 5 -> spliced(octets, at, at, Octets.bytes("x".repeat(random.nextInt(3_000))));
                default -> spliced(octets, at, at, piece);
            };
        }
        return octets;
    }

    private static byte[] flipped(Random random, byte[] octets) {
        byte[] copy = octets.clone();
        if (copy.length > 0) {
            copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return copy;
    }

    private static byte[] spliced(byte[] octets, int from, int to, byte[] piece) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.write(octets, 0, from);
        joined.writeBytes(piece);
        joined.write(octets, to, octets.length - to);
        return joined.toByteArray();
    }
}
