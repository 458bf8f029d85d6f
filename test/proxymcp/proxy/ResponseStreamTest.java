package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.StreamSummary;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.rule.HeadEdits.Edit;

/** What streams of events and lines are spared: waiting for the next text of a sequence, bombs, rules that edit the head. */
@Timeout(60)
final class ResponseStreamTest {
    private static final String EVENTS = "Content-Type: text/event-stream; charset=utf-8\r\n";

    private final CheckingSink sink = new CheckingSink();
    private RuledProxy ruled;

    @BeforeEach
    void start() throws Exception {
        ruled = RuledProxy.start(sink);
    }

    @AfterEach
    void stop() {
        ruled.close();
        assertEquals(List.of(), sink.violations());
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] chunk(byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(octets(Integer.toHexString(data.length) + "\r\n"));
        out.writeBytes(data);
        out.writeBytes(octets("\r\n"));
        return out.toByteArray();
    }

    /** Has each piece sent as a chunk when the one before has reached the client and was recorded; returns the head that the client got. */
    private String pass(String path, String fields, List<byte[]> pieces) throws Exception {
        List<CountDownLatch> gates = new ArrayList<>();
        List<Step> steps = new ArrayList<>(List.of(new Step.ReadHead(),
                ScriptedOrigin.send("HTTP/1.1 200 OK\r\n" + fields + "Transfer-Encoding: chunked\r\n\r\n")));
        for (byte[] piece : pieces) {
            gates.add(new CountDownLatch(1));
            steps.add(new Step.Await(gates.getLast()));
            steps.add(new Step.Send(chunk(piece)));
        }
        steps.add(ScriptedOrigin.send("0\r\n\r\n"));
        try (ScriptedOrigin origin = ScriptedOrigin.each(steps.toArray(Step[]::new)); RawClient client = ruled.proxy().client()) {
            client.send("GET http://%1$s%2$s HTTP/1.1\r\nHost: %1$s\r\n\r\n".formatted(origin.authority(), path));
            String head = client.readHead();
            for (int i = 0; i < pieces.size(); i++) {
                gates.get(i).countDown();
                byte[] wire = chunk(pieces.get(i));
                assertArrayEquals(wire, client.readBytes(wire.length));
                int seen = i + 1;
                ruled.proxy().await(all -> all.get(0).stream().orElseThrow().framesIn() == seen);
            }
            assertEquals(Optional.of(EndedBy.SERVER), ruled.proxy().exchange(0).stream().orElseThrow().endedBy());
            return head;
        }
    }

    private List<String> lines() throws Exception {
        return StreamText.lines(ruled.proxy().streams(), ruled.proxy().exchanges().get(0).seq());
    }

    @Test
    void aTextOfASequenceIsRecordedBeforeTheNextComes() throws Exception {
        pass("/lines", "Content-Type: application/json-seq\r\n", List.of(octets("\u001e{\"type\":\n\"start\"}\n"), octets("\u001e{\"n\":1}\n")));
        assertEquals(List.of("in line 19 {\"type\":\n\"start\"} [start]", "in line 9 {\"n\":1}"), lines());
    }

    @Test
    void eventsInFramesOfZstd() throws Exception {
        List<byte[]> pieces = new ArrayList<>();
        for (String event : List.of("data: a\n\n", "data: b\n\n")) {
            // A frame of one segment with a raw block (RFC 8878 section 3.1.1).
            byte size = (byte) event.length();
            byte[] head = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0x20, size, (byte) (size << 3 | 1), 0, 0};
            ByteArrayOutputStream frame = new ByteArrayOutputStream();
            frame.writeBytes(head);
            frame.writeBytes(octets(event));
            pieces.add(frame.toByteArray());
        }
        pass("/events", EVENTS + "Content-Encoding: zstd\r\n", pieces);
        assertEquals(List.of("in message 9 a", "in message 9 b"), lines());
    }

    @Test
    void aRuleThatEditsTheHeadLeavesTheStreamAsItIs() throws Exception {
        ruled.add(RuledProxy.responseFields(new Edit.Set("X-Edited", "yes")));
        assertTrue(pass("/path", EVENTS, List.of(octets("data: a\n\n"), octets("data: b\n\n"))).contains("X-Edited: yes\r\n"));
        assertEquals(List.of("in message 9 a", "in message 9 b"), lines());
    }

    @Test
    void aBombPassesAndIsGivenUp() throws Exception {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bomb)) {
            byte[] block = octets("data: " + "x".repeat(1 << 20) + "\n\n");
            for (int i = 0; i < 100; i++) {
                out.write(block);
            }
        }
        String head = "HTTP/1.1 200 OK\r\n" + EVENTS + "Content-Encoding: gzip\r\nContent-Length: " + bomb.size() + "\r\n\r\n";
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(head), new Step.Send(bomb.toByteArray()));
                RawClient client = ruled.proxy().client()) {
            client.send("GET http://%1$s/events HTTP/1.1\r\nHost: %1$s\r\n\r\n".formatted(origin.authority()));
            assertArrayEquals(bomb.toByteArray(), client.readResponse("GET").body());
            StreamSummary stream = ruled.proxy().exchange(0).stream().orElseThrow();
            assertTrue(stream.framesIn() < 70, stream.framesIn() + " events");
            assertEquals("the content coding unpacks to more than 200 times its size: what follows is not recorded as events", stream.notes().get(0));
        }
    }

    @Test
    void aHandshakeThatIsRefusedIsAResponseWithANote() throws Exception {
        String answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(answer), new Step.ReadToEnd());
                RawClient client = ruled.proxy().client()) {
            client.send(("GET http://%1$s/ HTTP/1.1\r\nHost: %1$s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").formatted(origin.authority()));
            assertEquals(answer, client.readResponse("GET").wire());
            assertEquals(List.of("the client asked for a WebSocket and was answered 403"), ruled.proxy().exchange(0).notes());
            assertEquals(Optional.empty(), ruled.proxy().exchange(0).stream());
        }
    }
}
