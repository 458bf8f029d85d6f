package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamSummary;
import proxymcp.http.FrameOctets;
import proxymcp.proxy.ScriptedOrigin.Step;

/** WebSockets through the proxy: the same octets at both ends, and each frame recorded, over http and intercepted https. */
@Timeout(120)
final class WebSocketRelayTest {
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    private final CheckingSink checking = new CheckingSink();
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = RunningProxy.start(settings -> settings, checking);
    }

    @AfterEach
    void stop() {
        proxy.close();
        assertEquals(List.of(), checking.violations());
    }

    private static String switching(String more) {
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + ACCEPT + "\r\n" + more + "\r\n";
    }

    private static String request(ScriptedOrigin origin, boolean tls, String more) {
        return "GET " + (tls ? "" : "http://" + origin.authority()) + "/ws HTTP/1.1\r\nHost: " + origin.authority()
                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY + "\r\n" + more + "\r\n";
    }

    private ScriptedOrigin origin(boolean tls, Step... steps) throws Exception {
        return tls ? ScriptedOrigin.each(RunningProxy.originTls(), steps) : ScriptedOrigin.each(steps);
    }

    /** Both sides send, then the client half-closes and the origin follows: what comes at each end is what went in at the other. */
    private Exchange pass(boolean tls, String more, byte[] fromClient, byte[] fromServer) throws Exception {
        int index = proxy.exchanges().size();
        String head = switching(more);
        try (ScriptedOrigin origin = origin(tls, new Step.ReadHead(), ScriptedOrigin.send(head), new Step.ReadBytes(fromClient.length),
                new Step.Send(fromServer), new Step.ReadToEnd());
                RawClient client = tls ? proxy.tlsTo(origin.authority()) : proxy.client()) {
            client.send(request(origin, tls, "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"));
            assertEquals(head, client.readText(head.length()));
            client.send(fromClient);
            assertArrayEquals(fromServer, client.readBytes(fromServer.length));
            client.halfClose();
            assertEquals("", client.readToEnd());
            byte[] received = origin.connection(0).received();
            assertArrayEquals(fromClient, Arrays.copyOfRange(received, received.length - fromClient.length, received.length));
        }
        return proxy.exchange(index);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static FrameOctets session(boolean client) {
        return new FrameOctets(client).text("Hello").frame(1, false, 0, bytes("{\"type\":")).frame(9, true, 0, bytes("ping"))
                .frame(0, false, 0, bytes("\"chat\",")).frame(10, true, 0, bytes("")).frame(0, true, 0, bytes("\"n\":1}"))
                .frame(2, true, 0, new byte[126]).frame(2, true, 0, new byte[200_000]).close(1000, "bye");
    }

    @Test
    void framesPassUnchangedAndAreRecorded() throws Exception {
        for (boolean tls : new boolean[] {false, true}) {
            byte[] fromClient = session(true).octets();
            byte[] fromServer = session(false).octets();
            Exchange exchange = pass(tls, "Sec-WebSocket-Protocol: chat\r\n", fromClient, fromServer);
            assertEquals(List.of("out text masked 11 Hello", "out text more masked 14 ", "out ping masked 10 ping", "out continuation more masked 13 ",
                    "out pong masked 6 ", "out continuation masked 12 {\"type\":\"chat\",\"n\":1} [chat]", "out binary masked 134 126 octets",
                    "out binary masked 200014 200000 octets", "out close masked 11 \u0003\ufffdbye"), lines(exchange, Direction.OUT));
            assertEquals(List.of("in text 7 Hello", "in text more 10 ", "in ping 6 ping", "in continuation more 9 ",
                    "in pong 2 ", "in continuation 8 {\"type\":\"chat\",\"n\":1} [chat]", "in binary 130 126 octets",
                    "in binary 200010 200000 octets", "in close 7 \u0003\ufffdbye"), lines(exchange, Direction.IN));
            StreamSummary stream = exchange.stream().orElseThrow();
            assertEquals(StreamKind.WEBSOCKET, stream.kind());
            assertEquals("chat", stream.subprotocol());
            assertEquals(List.of(), stream.notes());
            assertEquals(List.of(9L, 9L, (long) fromClient.length, (long) fromServer.length),
                    List.of(stream.framesOut(), stream.framesIn(), stream.bytesOut(), stream.bytesIn()));
            assertEquals(Optional.of(1000), stream.closeCode());
            assertEquals("bye", stream.closeReason());
            assertEquals(Optional.of(EndedBy.CLIENT), stream.endedBy());
            assertEquals(new Outcome.Complete(), exchange.outcome());
            assertEquals(0, exchange.requestBody().size() + exchange.responseBody().size());
        }
    }

    private List<String> lines(Exchange exchange, Direction direction) throws Exception {
        return StreamText.lines(proxy.streams(), exchange.seq(), direction);
    }

    /** What is expected of the messages of one direction, beside their octets. */
    private static byte[] deflated(boolean client, boolean forgets, Random random, List<String> expected) {
        Deflater deflater = new Deflater(9, true);
        FrameOctets frames = new FrameOctets(client);
        for (int i = 0; i < 12; i++) {
            byte[] message = bytes(("message " + i % 5 + " ").repeat(1 + random.nextInt(i == 7 ? 20_000 : 6)));
            boolean plain = i % 4 == 2;
            byte[] payload = plain ? message : FrameOctets.deflated(deflater, message, forgets);
            int rsv = plain ? 0 : 4;
            int first = i % 3 == 0 ? payload.length / 2 : payload.length;
            frames.frame(1, first == payload.length, rsv, Arrays.copyOf(payload, first));
            if (first < payload.length) {
                frames.frame(9, true, 0, bytes("between"));
                frames.frame(0, true, 0, Arrays.copyOfRange(payload, first, payload.length));
            }
            expected.add(StreamText.payload(message, message.length).strip());
        }
        deflater.end();
        return frames.octets();
    }

    @Test
    void everyCombinationOfDeflateParameters() throws Exception {
        Random random = new Random(3);
        for (int bits = 0; bits < 16; bits++) {
            boolean server = (bits & 1) > 0;
            boolean client = (bits & 2) > 0;
            String extension = "permessage-deflate" + (server ? "; server_no_context_takeover" : "") + (client ? "; client_no_context_takeover" : "")
                    + ((bits & 4) > 0 ? "; server_max_window_bits=15" : "") + ((bits & 8) > 0 ? "; client_max_window_bits=15" : "");
            List<String> out = new ArrayList<>();
            List<String> in = new ArrayList<>();
            Exchange exchange = pass(bits % 5 == 4, "Sec-WebSocket-Extensions: " + extension + "\r\n", deflated(true, client, random, out),
                    deflated(false, server, random, in));
            assertEquals(extension, exchange.stream().orElseThrow().extensions());
            assertEquals(List.of(), exchange.stream().orElseThrow().notes());
            assertPayloads(out, lines(exchange, Direction.OUT));
            assertPayloads(in, lines(exchange, Direction.IN));
        }
    }

    private static void assertPayloads(List<String> expected, List<String> lines) {
        List<String> messages = lines.stream().filter(line -> !line.contains(" ping ") && !line.contains(" more ")).toList();
        assertEquals(expected.size(), messages.size(), lines::toString);
        for (int i = 0; i < expected.size(); i++) {
            assertTrue(messages.get(i).strip().endsWith(expected.get(i)), messages.get(i) + " for " + expected.get(i));
            assertEquals(i % 4 != 2, messages.get(i).contains("compressed"), messages.get(i));
        }
    }

    /** After the categories 2 to 7 of the Autobahn suite: each is passed on as it came, and told. */
    @Test
    void faultsPassUnchangedAndAreTold() throws Exception {
        FrameOctets wrong = new FrameOctets(false).frame(9, true, 0, new byte[126]).frame(1, true, 4, bytes("rsv")).frame(3, true, 0, bytes("op"))
                .frame(0, true, 0, bytes("stray")).frame(1, false, 0, bytes("begun")).frame(1, true, 0, new byte[] {(byte) 0xC0, (byte) 0x80})
                .frame(2, true, 0, bytes("m"), true, 0).frame(2, true, 0, bytes("long"), false, 8).frame(8, true, 0, new byte[] {3})
                .frame(8, true, 0, FrameOctets.closing(1005, "")).frame(8, true, 0, new byte[] {3, (byte) 0xE8, (byte) 0xFF});
        Exchange exchange = pass(false, "Sec-WebSocket-Protocol: other\r\n", new FrameOctets(false).text("unmasked").octets(), wrong.octets());
        assertEquals(List.of("out text 10 unmasked (a client's frame that is not masked (RFC 6455 section 5.1))"), lines(exchange, Direction.OUT));
        List<String> in = lines(exchange, Direction.IN);
        assertEquals(11, in.size(), in::toString);
        String[] told = {"a control frame of 126 octets", "reserved bits", "reserved opcode 3", "a continuation of no message", "", "new message before",
            "that is masked", "more octets than it needs", "half a code", "close code 1005", "reason that is not UTF-8"};
        for (int i = 0; i < told.length; i++) {
            assertTrue(in.get(i).contains(told[i]), told[i] + " in " + in.get(i));
        }
        assertTrue(in.get(5).contains("not UTF-8"), in::toString);
        List<String> notes = exchange.stream().orElseThrow().notes();
        assertTrue(notes.getFirst().contains("sub-protocol"), notes::toString);
        assertTrue(notes.contains("client: a client's frame that is not masked (RFC 6455 section 5.1)"), notes::toString);
    }

    /** After category 7: close codes that may be sent, and others. */
    @Test
    void closeCodes() throws Exception {
        FrameOctets closes = new FrameOctets(false);
        int[] good = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999};
        int[] bad = {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535};
        Arrays.stream(good).forEach(code -> closes.close(code, "x".repeat(123)));
        Arrays.stream(bad).forEach(code -> closes.close(code, ""));
        Exchange exchange = pass(false, "", new byte[] {}, closes.octets());
        List<String> in = lines(exchange, Direction.IN);
        for (int i = 0; i < good.length + bad.length; i++) {
            assertEquals(i >= good.length, in.get(i).contains("never sent"), in.get(i));
        }
        assertEquals(Optional.of(1000), exchange.stream().orElseThrow().closeCode());
        assertEquals(Optional.of(EndedBy.SERVER), exchange.stream().orElseThrow().endedBy());
    }

    @Test
    void compressedMessagesThatCannotBeReadAreTold() throws Exception {
        Deflater deflater = new Deflater(9, true);
        byte[] good = FrameOctets.deflated(deflater, bytes("Hello"), true);
        byte[] bomb = FrameOctets.deflated(deflater, new byte[80 << 20], true);
        deflater.end();
        byte[] kept = new FrameOctets(true).frame(1, true, 4, good).frame(1, true, 4, new byte[] {-1, -1, -1}).frame(1, true, 4, good).text("plain").octets();
        byte[] forgets = new FrameOctets(false).frame(1, true, 4, new byte[] {-1, -1, -1}).frame(1, true, 4, good).frame(2, true, 4, bomb)
                .frame(1, true, 4, good).text("plain").octets();
        Exchange exchange = pass(false, "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n", kept, forgets);
        List<String> out = lines(exchange, Direction.OUT);
        assertTrue(out.get(0).endsWith("Hello") && out.get(1).contains("cannot be read") && out.get(2).contains("not readable"), out::toString);
        assertEquals("out text masked 11 plain", out.get(3));
        List<String> in = lines(exchange, Direction.IN);
        assertTrue(in.get(0).contains("cannot be read") && in.get(1).endsWith("Hello") && in.get(2).contains("unpacks to more"), in::toString);
        assertTrue(in.get(3).contains("not readable"), in::toString);
        assertEquals("in text 7 plain", in.get(4));
    }

    /** A continuation of no message behind a compressed one once met an inflater that was gone. */
    @Test
    void aStrayContinuationBehindACompressedMessage() throws Exception {
        Deflater deflater = new Deflater(9, true);
        byte[] good = FrameOctets.deflated(deflater, bytes("Hello"), true);
        deflater.end();
        byte[] octets = new FrameOctets(false).frame(1, true, 4, good).frame(0, true, 0, new byte[] {-1, -2}).text("on").octets();
        Exchange exchange = pass(false, "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n", new byte[] {}, octets);
        List<String> in = lines(exchange, Direction.IN);
        assertTrue(in.get(1).endsWith("(a continuation of no message (RFC 6455 section 5.4))"), in::toString);
        assertEquals("in text 4 on", in.get(2));
    }

    /** A long message that is never ended, and a control frame as long within it: no payload takes another's octets. */
    @Test
    void longPayloadsDoNotMix() throws Exception {
        byte[] octets = new FrameOctets(false).frame(2, false, 0, new byte[100_000]).frame(9, true, 0, new byte[90_000]).frame(0, true, 0, new byte[5])
                .frame(2, false, 0, new byte[70_000]).frame(2, true, 0, new byte[80_000]).frame(2, true, 0, new byte[66_000]).octets();
        Exchange exchange = pass(false, "", new byte[] {}, octets);
        List<String> in = lines(exchange, Direction.IN);
        assertTrue(in.get(1).startsWith("in ping 90010 65536 octets"), in::toString);
        assertTrue(in.get(2).startsWith("in continuation 7 100005 octets"), in::toString);
        assertTrue(in.get(4).startsWith("in binary 80010 150000 octets") && in.get(4).contains("begins with that of the message before"), in::toString);
        assertEquals("in binary 66010 66000 octets", in.get(5));
    }

    @Test
    void aFrameGoesOnAndIsRecordedBeforeTheNextComes() throws Exception {
        String head = switching("");
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(head), new Step.Echo());
                RawClient client = proxy.client()) {
            client.send(request(origin, false, ""));
            assertEquals(head, client.readText(head.length()));
            for (int i = 0; i < 20; i++) {
                byte[] frame = new FrameOctets(true).text("frame " + i).octets();
                client.send(frame);
                assertArrayEquals(frame, client.readBytes(frame.length));
                long both = 2L * (i + 1);
                proxy.await(all -> count(all) == both);
            }
            client.reset();
        }
        Exchange exchange = proxy.exchange(0);
        assertEquals(ErrorClass.CLIENT_ABORTED, ((Outcome.Incomplete) exchange.outcome()).errorClass());
        assertEquals(40, count(proxy.exchanges()));
        assertEquals(Optional.of(EndedBy.CUT), exchange.stream().orElseThrow().endedBy());
    }

    private static long count(List<Exchange> all) {
        return all.isEmpty() || all.getFirst().stream().isEmpty() ? 0
                : all.getFirst().stream().get().framesIn() + all.getFirst().stream().get().framesOut();
    }

    @Test
    void anOriginThatIsKilledWithinAFrame() throws Exception {
        String head = switching("");
        byte[] frames = new FrameOctets(false).text("whole").head(1, true, 0, 10, false, 0).octets();
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(head), new Step.Send(frames), new Step.ReadBytes(1),
                new Step.Reset());
                RawClient client = proxy.client()) {
            client.send(request(origin, false, ""));
            client.readBytes(head.length() + frames.length);
            client.send("x");
            client.awaitGone();
        }
        Exchange exchange = proxy.exchange(0);
        assertEquals(List.of("in text 7 whole"), lines(exchange, Direction.IN));
        assertEquals(Optional.of(EndedBy.CUT), exchange.stream().orElseThrow().endedBy());
        assertTrue(exchange.stream().orElseThrow().notes().contains("server: the connection ended within a message"),
                exchange.stream().orElseThrow().notes()::toString);
    }

    @Test
    void halfClosedByTheOriginTheClientGoesOn() throws Exception {
        String head = switching("");
        byte[] late = new FrameOctets(true).text("late").octets();
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(head), new Step.HalfClose(), new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            client.send(request(origin, false, ""));
            assertEquals(head, client.readToEnd());
            client.send(late);
            origin.connection(0).awaitReceived(new String(late, StandardCharsets.ISO_8859_1));
            client.halfClose();
        }
        Exchange exchange = proxy.exchange(0);
        assertEquals(List.of("out text masked 10 late"), lines(exchange, Direction.OUT));
        assertEquals(Optional.of(EndedBy.SERVER), exchange.stream().orElseThrow().endedBy());
        assertEquals(new Outcome.Complete(), exchange.outcome());
    }
}
