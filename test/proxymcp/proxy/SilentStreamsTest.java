package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.http.FrameOctets;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.upstream.UpstreamLimits;

/** Streams that are silent live as long as a silent tunnel. */
@Timeout(120)
final class SilentStreamsTest {
    private static final long SHORT_MILLIS = 500;
    private static final String SWITCHING = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    private static final String EVENTS = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    /** A proxy in which every silence but that of a tunnel ends after {@value #SHORT_MILLIS} ms. */
    private static RunningProxy impatient(long tunnelIdleMillis) throws Exception {
        ProxyLimits usual = ProxyLimits.DEFAULT;
        UpstreamLimits upstream = new UpstreamLimits(60_000, 60_000, SHORT_MILLIS, SHORT_MILLIS, 10, usual.upstream().head());
        return RunningProxy.start(settings -> settings.withLimits(new ProxyLimits(usual.head(), 100, 60_000, SHORT_MILLIS, SHORT_MILLIS, 60_000,
                tunnelIdleMillis, upstream)));
    }

    private static String request(String authority, boolean socket) {
        String more = socket ? "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" : "";
        return "GET http://%1$s/idle HTTP/1.1\r\nHost: %1$s\r\n%2$s\r\n".formatted(authority, more);
    }

    private static byte[] message(boolean socket, String text) {
        return socket ? new FrameOctets(false).text(text).octets() : ("data: " + text + "\n\n").getBytes(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSilentStreamOutlivesOtherLimits(boolean socket) throws Exception {
        byte[] late = message(socket, "late");
        CountDownLatch gate = new CountDownLatch(1);
        try (RunningProxy proxy = impatient(60_000);
                ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(socket ? SWITCHING : EVENTS), new Step.Await(gate),
                        new Step.Send(late), new Step.Close());
                RawClient client = proxy.client()) {
            client.send(request(origin.authority(), socket));
            client.readHead();
            Thread.sleep(3 * SHORT_MILLIS); // The silence that is tested.
            gate.countDown();
            client.readBytes(socket ? late.length : 1);
            client.readToEnd();
            client.halfClose();
            assertEquals(1, proxy.exchange(0).stream().orElseThrow().framesIn());
            assertTrue(StreamText.lines(proxy.streams(), proxy.exchanges().get(0).seq()).get(0).endsWith(" late"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStreamThatIsSilentForTooLongEnds(boolean socket) throws Exception {
        byte[] first = message(socket, "first");
        try (RunningProxy proxy = impatient(SHORT_MILLIS);
                ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(socket ? SWITCHING : EVENTS), new Step.Send(first),
                        new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            client.send(request(origin.authority(), socket));
            client.awaitGone();
            Exchange exchange = proxy.exchange(0);
            assertEquals(ErrorClass.TIMEOUT, ((Outcome.Incomplete) exchange.outcome()).errorClass());
            assertEquals(Optional.of(EndedBy.CUT), exchange.stream().orElseThrow().endedBy());
            assertEquals(1, exchange.stream().orElseThrow().framesIn());
        }
    }
}
