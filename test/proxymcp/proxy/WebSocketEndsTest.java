package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.StreamSummary;
import proxymcp.http.FrameOctets;
import proxymcp.proxy.ScriptedOrigin.Step;

/** How WebSockets begin and end, plain and through intercepted TLS: octets are compared at both ends. */
@Timeout(60)
final class WebSocketEndsTest {
    private static final String SWITCHING = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    private static final byte[] OUT = new FrameOctets(true).text("hello").frame(9, true, 0, new byte[] {'p'}).close(1_000, "done").octets();
    private static final byte[] IN = new FrameOctets(false).text("welcome").close(1_000, "").octets();

    private final CheckingSink sink = new CheckingSink();
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = RunningProxy.start(settings -> settings, sink);
    }

    @AfterEach
    void stop() {
        proxy.close();
        assertEquals(List.of(), sink.violations());
    }

    private static byte[] request(ScriptedOrigin origin, String target) {
        return ("GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").formatted(target, origin.authority()).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] received(ScriptedOrigin origin, byte[] wanted) throws Exception {
        ScriptedOrigin.Connection connection = origin.connection(0);
        connection.awaitReceived(new String(wanted, StandardCharsets.ISO_8859_1));
        byte[] all = connection.received();
        return Arrays.copyOfRange(all, all.length - wanted.length, all.length);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** Frames that come in one piece with the heads are no part of them. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void framesThatComeWithTheHeadsAreRecordedToo(boolean tls) throws Exception {
        Step[] steps = {new Step.ReadHead(), new Step.Send(joined(SWITCHING.getBytes(StandardCharsets.US_ASCII), IN)), new Step.ReadToEnd()};
        try (ScriptedOrigin origin = tls ? ScriptedOrigin.each(RunningProxy.originTls(), steps) : ScriptedOrigin.each(steps);
                RawClient client = tls ? proxy.tlsTo(origin.authority()) : proxy.client()) {
            client.send(joined(request(origin, tls ? "/socket" : "http://" + origin.authority() + "/socket"), OUT));
            assertEquals(SWITCHING, client.readHead());
            assertArrayEquals(IN, client.readBytes(IN.length));
            assertArrayEquals(OUT, received(origin, OUT));
            client.halfClose();
            assertEquals("", client.readToEnd());
        }
        Exchange exchange = proxy.exchange(0);
        StreamSummary stream = exchange.stream().orElseThrow();
        assertEquals(List.of(3L, (long) OUT.length, 2L, (long) IN.length, List.of()),
                List.of(stream.framesOut(), stream.bytesOut(), stream.framesIn(), stream.bytesIn(), stream.notes()));
        assertEquals(List.of("out text masked 11 hello", "out ping masked 7 p", "out close masked 12 \u0003\ufffddone"),
                StreamText.lines(proxy.streams(), exchange.seq(), Direction.OUT));
        assertEquals(List.of("in text 9 welcome", "in close 4 \u0003\ufffd"), StreamText.lines(proxy.streams(), exchange.seq(), Direction.IN));
        assertEquals(new Outcome.Complete(), exchange.outcome());
    }

    @Test
    void aClientMayEndItsDirectionAndGoOnReading() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(SWITCHING), new Step.ReadToEnd(), new Step.Await(ended),
                new Step.Send(IN)); RawClient client = proxy.client()) {
            client.send(request(origin, "http://" + origin.authority() + "/socket"));
            client.readHead();
            client.send(OUT);
            client.halfClose();
            ended.countDown();
            assertArrayEquals(IN, client.readBytes(IN.length));
            assertEquals("", client.readToEnd());
        }
        StreamSummary stream = proxy.exchange(0).stream().orElseThrow();
        assertEquals(List.of(Optional.of(1_000), "done", Optional.of(EndedBy.CLIENT)), List.of(stream.closeCode(), stream.closeReason(), stream.endedBy()));
        assertEquals(new Outcome.Complete(), proxy.exchange(0).outcome());
    }

    @Test
    void aClientThatIsKilledLeavesWhatPassed() throws Exception {
        byte[] seen = new FrameOctets(true).text("seen").octets();
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(SWITCHING), new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            client.send(request(origin, "http://" + origin.authority() + "/socket"));
            client.readHead();
            client.send(seen);
            received(origin, seen);
            client.reset();
            origin.connection(0).awaitEnd();
        }
        Exchange exchange = proxy.exchange(0);
        assertEquals(ErrorClass.CLIENT_ABORTED, ((Outcome.Incomplete) exchange.outcome()).errorClass());
        assertEquals(List.of("out text masked 10 seen"), StreamText.lines(proxy.streams(), exchange.seq()));
    }

    /** As the JDK's client does, which ends TLS without a close_notify. */
    @Test
    void aConnectionThatIsResetBehindBothCloseFramesIsWhole() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(SWITCHING), new Step.Send(IN), new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            client.send(request(origin, "http://" + origin.authority() + "/socket"));
            client.readHead();
            client.send(OUT);
            received(origin, OUT);
            assertArrayEquals(IN, client.readBytes(IN.length));
            client.reset();
            origin.connection(0).awaitEnd();
        }
        assertEquals(new Outcome.Complete(), proxy.exchange(0).outcome());
    }
}
