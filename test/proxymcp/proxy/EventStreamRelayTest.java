package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.BrotliOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamSummary;
import proxymcp.json.JsonObject;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.store.CaptureProfile;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;

/** Streams of events and of lines through the proxy: the same octets, each event at the client and recorded before the next is sent. */
@Timeout(120)
final class EventStreamRelayTest {
    private static final List<String> EVENTS = List.of(": hello\n\n", "data: one\n\n", "event: tick\nid: 7\ndata: {\"a\":1}\ndata: two\n\n",
            "retry: 5000\r\ndata: größe\r\n\r\n");
    private static final List<String> RECORDED = List.of("in message 20 one", "in tick #7 41 {\"a\":1}\ntwo [tick]", "in message #7 @5000 31 größe");

    @TempDir
    Path home;

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

    private interface Coding {
        OutputStream on(OutputStream out) throws IOException;
    }

    private static Coding coding(String name) {
        return switch (name) {
            case "gzip" -> out -> new GZIPOutputStream(out, 512, true);
            case "deflate" -> out -> new DeflaterOutputStream(out, new Deflater(), 512, true);
            case "br" -> {
                Brotli4jLoader.ensureAvailability();
                yield BrotliOutputStream::new;
            }
            default -> out -> out;
        };
    }

    /** Pieces as they are sent, coded, each flushed: an event a piece, and last the end of the coding. */
    private static List<byte[]> coded(String name, List<String> pieces) throws IOException {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        List<byte[]> coded = new ArrayList<>();
        OutputStream out = coding(name).on(sent);
        for (String piece : pieces) {
            out.write(piece.getBytes(StandardCharsets.UTF_8));
            out.flush();
            coded.add(sent.toByteArray());
            sent.reset();
        }
        out.close();
        coded.add(sent.toByteArray());
        return coded;
    }

    private static byte[] framed(boolean chunked, byte[] piece) {
        if (!chunked || piece.length == 0) {
            return piece;
        }
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        chunk.writeBytes((Integer.toHexString(piece.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        chunk.writeBytes(piece);
        chunk.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        return chunk.toByteArray();
    }

    private Exchange assertPasses(String coding, boolean chunked, String version, String type, List<String> pieces, List<String> recorded)
            throws Exception {
        int index = proxy.exchanges().size();
        String fields = "Content-Type: " + type + "\r\n" + (coding.isEmpty() ? "" : "Content-Encoding: " + coding + "\r\n")
                + (chunked ? "Transfer-Encoding: chunked\r\n" : "");
        List<byte[]> coded = coded(coding, pieces);
        List<Step> steps = new ArrayList<>(List.of(new Step.ReadHead(), ScriptedOrigin.send("HTTP/1.1 200 OK\r\n" + fields + "\r\n")));
        List<CountDownLatch> gates = new ArrayList<>();
        for (byte[] piece : coded) {
            gates.add(new CountDownLatch(1));
            steps.add(new Step.Await(gates.getLast()));
            steps.add(new Step.Send(framed(chunked, piece)));
        }
        steps.add(ScriptedOrigin.send(chunked ? "0\r\n\r\n" : ""));
        steps.add(new Step.HalfClose());
        steps.add(new Step.ReadToEnd());
        try (ScriptedOrigin origin = ScriptedOrigin.each(steps.toArray(Step[]::new)); RawClient client = proxy.client()) {
            client.send("GET http://" + origin.authority() + "/events HTTP/" + version + "\r\nHost: " + origin.authority() + "\r\n\r\n");
            client.readHead();
            int events = recorded.size() - pieces.size();
            for (int i = 0; i < coded.size(); i++) {
                gates.get(i).countDown();
                byte[] wire = framed(chunked && version.equals("1.1"), coded.get(i));
                assertArrayEquals(wire, client.readBytes(wire.length), "piece " + i);
                events++;
                int due = Math.min(Math.max(events, 0), recorded.size());
                proxy.await(all -> all.size() > index && all.get(index).stream().orElseThrow().framesIn() >= due);
            }
            assertEquals(chunked && version.equals("1.1") ? "0\r\n\r\n" : "", chunked && version.equals("1.1") ? client.readText(5) : client.readToEnd());
        }
        Exchange exchange = proxy.exchange(index);
        assertEquals(recorded, StreamText.lines(proxy.streams(), exchange.seq()), coding + " " + chunked + " " + version);
        assertEquals(Optional.of(EndedBy.SERVER), exchange.stream().orElseThrow().endedBy());
        assertEquals(List.of(), exchange.stream().orElseThrow().notes());
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        coded.forEach(whole::writeBytes);
        assertArrayEquals(whole.toByteArray(), exchange.responseBody().bytes());
        return exchange;
    }

    private static List<String> recorded() {
        return List.of("in message 11 one", RECORDED.get(1), RECORDED.get(2)).stream()
                .map(line -> line.replace(" 41 ", " " + EVENTS.get(2).length() + " ").replace(" 31 ", " " + (EVENTS.get(3).length() + 2 - 1) + " ")).toList();
    }

    @ParameterizedTest @ValueSource(strings = {"", "gzip", "deflate", "br"})
    void eventsPassAndAreRecordedAsTheyCome(String coding) throws Exception {
        for (boolean chunked : new boolean[] {true, false}) {
            for (String version : new String[] {"1.1", "1.0"}) {
                Exchange exchange = assertPasses(coding, chunked, version, "Text/Event-Stream ;charset=utf-8", EVENTS, recorded());
                assertEquals(StreamKind.SSE, exchange.stream().orElseThrow().kind());
            }
        }
    }

    @ParameterizedTest @ValueSource(strings = {"", "gzip", "br"})
    void linesAreStreamsToo(String coding) throws Exception {
        for (boolean chunked : new boolean[] {true, false}) {
            Exchange exchange = assertPasses(coding, chunked, "1.1", "application/x-ndjson", List.of("{\"type\":\"a\"}\n", "{\"n\":1}\r\n"),
                    List.of("in line 13 {\"type\":\"a\"} [a]", "in line 9 {\"n\":1}"));
            assertEquals(StreamKind.NDJSON, exchange.stream().orElseThrow().kind());
        }
    }

    @Test
    void lastEventIdLinksStreams() throws Exception {
        String head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(head + "f\r\nid: 7\ndata: a\n\n\r\n0\r\n\r\n"),
                new Step.ReadHead(), ScriptedOrigin.send(head + "b\r\ndata: bbb\n\n\r\n0\r\n\r\n"), new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            for (String id : new String[] {"", "Last-Event-ID: 7\r\n"}) {
                client.send("GET http://" + origin.authority() + "/e HTTP/1.1\r\nHost: " + origin.authority() + "\r\n" + id + "\r\n");
                client.readResponse("GET");
            }
        }
        Exchange second = proxy.exchange(1);
        assertEquals(Optional.of("7"), second.stream().orElseThrow().lastEventId());
        assertEquals(proxy.exchange(0).seq(), proxy.streams().find(second.seq()).orElseThrow().continues().orElseThrow());
    }

    /** The case that loses the whole response elsewhere: the client leaves first. The live buffer and a session both keep what it saw. */
    @ParameterizedTest @ValueSource(strings = {"", "gzip", "br"})
    void aClientThatLeavesFirstKeepsEveryEventSeen(String coding) throws Exception {
        List<byte[]> coded = coded(coding, EVENTS);
        CountDownLatch gone = new CountDownLatch(1);
        try (SessionCatalog catalog = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC())) {
            SessionWriter writer = catalog.create(Optional.empty(), CaptureProfile.FULL, 1_024, JsonObject.EMPTY);
            StreamSummary live;
            try (RunningProxy both = RunningProxy.start(settings -> settings, checking, writer.sink());
                    ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send("HTTP/1.1 200 OK\r\n"
                            + "Content-Type: text/event-stream\r\n" + (coding.isEmpty() ? "" : "Content-Encoding: " + coding + "\r\n") + "\r\n"),
                            new Step.Send(coded.get(0)), new Step.Send(coded.get(1)), new Step.Send(coded.get(2)), new Step.Send(coded.get(3)),
                            new Step.Await(gone), new Step.ReadToEnd());
                    RawClient client = both.client()) {
                client.send("GET http://" + origin.authority() + "/e HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\n");
                client.readHead();
                client.readBytes(coded.get(0).length + coded.get(1).length + coded.get(2).length + coded.get(3).length);
                client.reset();
                gone.countDown();
                Exchange exchange = both.exchange(0);
                assertEquals(recorded(), StreamText.lines(both.streams(), exchange.seq()));
                assertEquals(ErrorClass.CLIENT_ABORTED, ((Outcome.Incomplete) exchange.outcome()).errorClass());
                live = exchange.stream().orElseThrow();
                assertEquals(Optional.of(EndedBy.CLIENT), live.endedBy());
                assertEquals(List.of(), live.notes());
            }
            catalog.end(writer);
            Session session = catalog.open(writer.id());
            assertEquals(recorded(), StreamText.lines(session.streams(), 1));
            assertEquals(live, session.streams().find(1).orElseThrow().summary());
        }
    }

    @Test
    void anOriginThatIsKilledCutsTheStream() throws Exception {
        CountDownLatch kill = new CountDownLatch(1);
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n10\r\ndata: a\n\ndata: b\r\n"), new Step.Await(kill), new Step.Reset());
                RawClient client = proxy.client()) {
            client.send("GET http://" + origin.authority() + "/e HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\n");
            client.readHead();
            client.readBytes(22);
            proxy.await(all -> all.getFirst().stream().orElseThrow().framesIn() == 1);
            kill.countDown();
            client.awaitGone();
        }
        Exchange exchange = proxy.exchange(0);
        assertEquals(List.of("in message 9 a"), StreamText.lines(proxy.streams(), exchange.seq()));
        assertTrue(exchange.stream().orElseThrow().notes().getFirst().contains("not ended by an empty line"));
        assertEquals(Optional.of(EndedBy.CUT), exchange.stream().orElseThrow().endedBy());
    }

    @Test
    void aCodingThatCannotBeUndoneIsTold() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                + "Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\ndata: a\n\n"), new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            client.send("GET http://" + origin.authority() + "/e HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\n");
            assertEquals("data: a\n\n", new String(client.readResponse("GET").body(), StandardCharsets.US_ASCII));
            Exchange exchange = proxy.exchange(0);
            assertEquals(0, exchange.stream().orElseThrow().framesIn());
            assertTrue(exchange.stream().orElseThrow().notes().getFirst().contains("content coding cannot be undone"));
        }
    }
}
