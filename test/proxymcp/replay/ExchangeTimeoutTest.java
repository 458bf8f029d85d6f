package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.json.JsonObject;
import proxymcp.proxy.RawClient;
import proxymcp.proxy.ScriptedOrigin;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.store.CaptureProfile;

/** {@code timeout_ms} ends an exchange wherever it hangs, and says whether anything can have reached the origin. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class ExchangeTimeoutTest {
    private static final long MILLIS = 300;

    @TempDir
    private Path home;

    private RecordedTraffic traffic;

    @BeforeEach
    void record() throws IOException {
        traffic = RecordedTraffic.start(home, CaptureProfile.FULL, JsonObject.EMPTY);
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.respond("fine")); RawClient client = traffic.client()) {
            client.send("POST http://" + origin.authority() + "/ HTTP/1.1\r\nHost: " + origin.authority() + "\r\nContent-Length: 2\r\n\r\nhi");
            assertEquals(200, client.readResponse("POST").status());
        }
        traffic.stop();
    }

    @AfterEach
    void close() throws IOException {
        traffic.close();
    }

    private SendResult sent(String scheme, String host, int port, long millis, Optional<String> upstream) throws Exception {
        SendSettings settings = new SendSettings(new Safety(true, Set.of()), Optional.of(new Target(new Endpoint(scheme, host, port))), millis,
                Optional.empty(), Optional.empty(), upstream, false);
        Plan plan = traffic.planAll(settings);
        try (HttpItemSender sender = traffic.sender(plan, settings)) {
            return sender.send(plan.items().get(0), 1);
        }
    }

    private static void assertNotConnected(SendResult result, String step) {
        assertEquals(Optional.of(ErrorClass.CONNECT_TIMEOUT), result.errorClass(), result.reason());
        assertEquals("no connection within 300 ms: given up while " + step, result.reason());
        assertTrue(result.nothingSent(), "the request may be sent again");
    }

    @Test void aListenerThatNeverAccepts() throws Exception {
        try (FullListener full = new FullListener()) {
            assertNotConnected(sent("http", "127.0.0.1", full.port(), MILLIS, Optional.empty()), "connecting to 127.0.0.1:" + full.port());
        }
    }

    @Test void anUpstreamProxyThatNeverAccepts() throws Exception {
        try (FullListener full = new FullListener()) {
            SendResult result = sent("http", "far.test", 80, MILLIS, Optional.of("socks5h://127.0.0.1:" + full.port()));
            assertNotConnected(result, "connecting to 127.0.0.1:" + full.port());
        }
    }

    @Test void aHandshakeThatIsNotAnswered() throws Exception {
        try (ScriptedOrigin silent = ScriptedOrigin.each(new Step.ReadToEnd())) {
            assertNotConnected(sent("https", "127.0.0.1", silent.port(), MILLIS, Optional.empty()), "shaking hands with " + silent.authority());
            assertEquals(ScriptedOrigin.End.PLAYED, silent.connection(0).awaitEnd(), "the connection is closed");
        }
    }

    @Test void anUpstreamProxyThatDoesNotAnswer() throws Exception {
        for (String kind : List.of("http", "socks5h", "socks4a")) {
            try (ScriptedOrigin silent = ScriptedOrigin.each(new Step.ReadToEnd())) {
                SendResult result = sent("https", "far.test", 443, MILLIS, Optional.of(kind + "://" + silent.authority()));
                assertNotConnected(result, "asking " + silent.authority() + ", the upstream proxy, for far.test:443");
            }
        }
    }

    /** Each stage is in time; all of them together are not. */
    @Test void stagesCountTogether() throws Exception {
        Step[] slow = {new Step.ReadBytes(3), new Step.Send(new byte[] {5, 0}), new Step.ReadToEnd()};
        try (ScriptedOrigin proxy = ScriptedOrigin.each(slow)) {
            SendResult result = sent("http", "far.test", 80, MILLIS, Optional.of("socks5h://" + proxy.authority()));
            assertNotConnected(result, "asking " + proxy.authority() + ", the upstream proxy, for far.test:80");
        }
    }

    @Test void anOriginThatReadsAndIsSilentMayHaveTheRequest() throws Exception {
        try (ScriptedOrigin silent = ScriptedOrigin.each(new Step.ReadToEnd())) {
            SendResult result = sent("http", "127.0.0.1", silent.port(), MILLIS, Optional.empty());
            assertEquals(Optional.of(ErrorClass.TIMEOUT), result.errorClass(), result.reason());
            assertEquals("no complete answer within 300 ms", result.reason());
            assertEquals(false, result.nothingSent());
        }
    }

    /** A run that is cancelled does not wait for connections that are being made. */
    @Test void closingEndsDialling() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        try (ScriptedOrigin silent = ScriptedOrigin.each(new Step.ReadBytes(1), new Step.Signal(reached), new Step.ReadToEnd())) {
            SendSettings settings = new SendSettings(new Safety(true, Set.of()), Optional.of(new Target(new Endpoint("https", "127.0.0.1", silent.port()))),
                    600_000, Optional.empty(), Optional.empty(), Optional.empty(), false);
            Plan plan = traffic.planAll(settings);
            HttpItemSender sender = traffic.sender(plan, settings);
            List<SendResult> results = new ArrayList<>();
            Thread sending = Thread.ofVirtual().start(() -> results.add(sender.send(plan.items().get(0), 1)));
            assertTrue(reached.await(20, TimeUnit.SECONDS));
            sender.close();
            assertTrue(sending.join(java.time.Duration.ofSeconds(20)));
            assertEquals(Optional.of(ErrorClass.CLIENT_ABORTED), results.get(0).errorClass(), results.get(0).reason());
            assertTrue(results.get(0).nothingSent());
        }
    }

    /** A listener whose queue is full: the system leaves further attempts to connect unanswered. */
    private static final class FullListener implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        private final List<Socket> queued = new ArrayList<>();

        FullListener() throws IOException {
            boolean room = true;
            while (room) {
                Socket socket = new Socket();
                queued.add(socket);
                try {
                    socket.connect(new InetSocketAddress(server.getInetAddress(), port()), 200);
                } catch (SocketTimeoutException e) {
                    room = false;
                }
            }
        }

        int port() {
            return server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : queued) {
                socket.close();
            }
            server.close();
        }
    }
}
