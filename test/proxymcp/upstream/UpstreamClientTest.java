package proxymcp.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.http.Deadlines;
import proxymcp.http.HeadLimits;

/** Which connections are kept and handed out again. Time is stepped by hand. */
final class UpstreamClientTest {
    private static final UpstreamLimits LIMITS = new UpstreamLimits(2_000, 2_000, 2_000, 60_000, 2, HeadLimits.DEFAULT);

    private final AtomicLong nanos = new AtomicLong();
    private final OwnPorts ownPorts = new OwnPorts();
    private final Deadlines deadlines = new Deadlines(System::nanoTime);
    private UpstreamClient client;
    private QuietOrigin origin;

    @BeforeEach void start() throws IOException {
        client = new UpstreamClient(new UpstreamSettings(false, Optional.empty(), LIMITS), ownPorts, deadlines, nanos::get);
        origin = new QuietOrigin();
    }

    @AfterEach void stop() throws IOException {
        client.close();
        deadlines.close();
        origin.close();
        assertEquals(0, deadlines.watchedCount(), "a connection was left open");
    }

    private UpstreamConnection idle() throws IOException {
        UpstreamConnection connection = client.dial(origin.endpoint());
        connection.idle(client.now());
        return connection;
    }

    private void step(long millis) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Test void newestIsHandedOutFirst() throws IOException {
        UpstreamConnection older = idle();
        client.keepIdle(older);
        step(1_000);
        UpstreamConnection newer = idle();
        client.keepIdle(newer);
        assertSame(newer, client.takeIdle(client.way(origin.endpoint())).orElseThrow());
        assertSame(older, client.takeIdle(client.way(origin.endpoint())).orElseThrow());
        assertEquals(Optional.empty(), client.takeIdle(client.way(origin.endpoint())));
        older.close();
        newer.close();
    }

    @Test void anotherOriginGetsNone() throws IOException {
        client.keepIdle(idle());
        Endpoint other = new Endpoint("http", "127.0.0.1", 1);
        Endpoint sameButTls = new Endpoint("https", origin.endpoint().host(), origin.endpoint().port());
        assertEquals(Optional.empty(), client.takeIdle(client.way(other)));
        assertEquals(Optional.empty(), client.takeIdle(client.way(sameButTls)));
        assertEquals(1, client.idleConnections());
    }

    @Test void unusedConnectionsAreClosedAfterTheLimit() throws Exception {
        client.keepIdle(idle());
        Socket far = origin.accepted();
        step(60_001);
        assertEquals(Optional.empty(), client.takeIdle(client.way(origin.endpoint())));
        assertEquals(0, client.idleConnections());
        far.setSoTimeout(10_000);
        assertEquals(-1, far.getInputStream().read());
    }

    @Test void justWithinTheLimitIsHandedOut() throws IOException {
        UpstreamConnection connection = idle();
        client.keepIdle(connection);
        step(60_000);
        assertSame(connection, client.takeIdle(client.way(origin.endpoint())).orElseThrow());
        connection.close();
    }

    @Test void noMoreThanTheLimitAreKept() throws IOException {
        for (int i = 0; i < 3; i++) {
            client.keepIdle(idle());
        }
        assertEquals(2, client.idleConnections());
        assertEquals(2, deadlines.watchedCount());
    }

    @Test void privateAndClosedOnesAreNotKept() throws IOException {
        UpstreamConnection authenticated = idle();
        authenticated.keepPrivate();
        client.keepIdle(authenticated);
        UpstreamConnection closed = idle();
        closed.close();
        client.keepIdle(closed);
        assertEquals(0, client.idleConnections());
    }

    @Test void closingClosesWhatIsKeptAndRefusesMore() throws Exception {
        client.keepIdle(idle());
        UpstreamConnection inUse = idle();
        client.close();
        assertEquals(0, client.idleConnections());
        client.keepIdle(inUse);
        assertEquals(0, deadlines.watchedCount());
        UpstreamException e = assertThrows(UpstreamException.class, () -> client.dial(origin.endpoint()));
        assertEquals(ErrorClass.PROXY_STOPPED, e.errorClass());
    }

    @Test void silenceIsOpenAndAnythingElseIsNot() throws Exception {
        UpstreamConnection silent = idle();
        origin.accepted();
        assertTrue(silent.isStillOpen());
        assertTrue(silent.isStillOpen(), "looking changes nothing");
        silent.close();
        assertFalse(silent.isStillOpen());

        UpstreamConnection ended = idle();
        origin.accepted().close();
        awaitNotOpen(ended);
        ended.close();

        UpstreamConnection speaking = idle();
        Socket far = origin.accepted();
        far.getOutputStream().write("HTTP/1.1 408 Request Timeout\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        awaitNotOpen(speaking);
        assertTrue(speaking.isUnusable(), "what was read belongs to no response");
        speaking.close();
    }

    /** The far end's segment is on its way over loopback: a moment at most. */
    private static void awaitNotOpen(UpstreamConnection connection) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (connection.isStillOpen()) {
            assertTrue(System.nanoTime() < until, "still open after 10 s");
        }
    }

    @Test void ownPortIsRefused() {
        ownPorts.add(origin.endpoint().port());
        UpstreamException e = assertThrows(UpstreamException.class, () -> client.dial(origin.endpoint()));
        assertEquals(ErrorClass.LOOP, e.errorClass());
        assertEquals(508, e.suggestedStatus());
        assertEquals(origin.endpoint().hostAndPort() + " is a port of this proxy itself; requests to it are refused", e.getMessage());
        Endpoint byName = new Endpoint("http", "localhost", origin.endpoint().port());
        assertEquals(ErrorClass.LOOP, assertThrows(UpstreamException.class, () -> client.dial(byName)).errorClass());
    }

    @Test void failuresToConnectAreToldApart() throws IOException {
        int unused;
        try (ServerSocket socket = new ServerSocket(0)) {
            unused = socket.getLocalPort();
        }
        UpstreamException refused = assertThrows(UpstreamException.class, () -> client.dial(new Endpoint("http", "127.0.0.1", unused)));
        assertEquals(ErrorClass.CONNECT_REFUSED, refused.errorClass());
        UpstreamException unknown = assertThrows(UpstreamException.class, () -> client.dial(new Endpoint("http", "no-such-host.invalid", 80)));
        assertEquals(ErrorClass.DNS, unknown.errorClass());
        assertTrue(unknown.getMessage().startsWith("host name no-such-host.invalid "), unknown.getMessage());
    }
}
