package proxymcp.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import proxymcp.http.Deadlines;

/** One client's connection to the origin stays its own until it goes elsewhere or leaves. */
final class AffinityTest {
    private final AtomicLong nanos = new AtomicLong();
    private final Deadlines deadlines = new Deadlines(System::nanoTime);
    private final UpstreamClient client = new UpstreamClient(UpstreamSettings.DEFAULT, new OwnPorts(), deadlines, nanos::get);
    private final Affinity affinity = new Affinity(client);
    private QuietOrigin origin;
    private QuietOrigin elsewhere;

    @BeforeEach void start() throws IOException {
        origin = new QuietOrigin();
        elsewhere = new QuietOrigin();
    }

    @AfterEach void stop() throws IOException {
        affinity.close();
        client.close();
        deadlines.close();
        origin.close();
        elsewhere.close();
        assertEquals(0, deadlines.watchedCount(), "a connection was left open");
    }

    private UpstreamConnection kept() throws IOException {
        UpstreamConnection connection = client.dial(origin.endpoint());
        affinity.keep(connection);
        return connection;
    }

    @Test void nextRequestGetsTheSameConnection() throws IOException {
        UpstreamConnection connection = kept();
        assertEquals(0, client.idleConnections(), "others cannot have it");
        assertSame(connection, affinity.reuse(client.way(origin.endpoint()), true).orElseThrow());
        assertEquals(Optional.empty(), affinity.reuse(client.way(origin.endpoint()), true), "it is in use now");
        connection.close();
    }

    @Test void requestElsewhereLeavesItToOthers() throws IOException {
        UpstreamConnection connection = kept();
        assertEquals(Optional.empty(), affinity.reuse(client.way(elsewhere.endpoint()), true));
        assertEquals(1, client.idleConnections());
        assertSame(connection, new Affinity(client).reuse(client.way(origin.endpoint()), true).orElseThrow());
        connection.close();
    }

    @Test void leavingClientLeavesItToOthers() throws IOException {
        UpstreamConnection connection = kept();
        affinity.close();
        assertSame(connection, new Affinity(client).reuse(client.way(origin.endpoint()), true).orElseThrow());
        connection.close();
    }

    @Test void authenticatedConnectionIsNobodyElses() throws IOException {
        kept().keepPrivate();
        affinity.close();
        assertEquals(Optional.empty(), new Affinity(client).reuse(client.way(origin.endpoint()), true));
    }

    @Test void requestThatCannotBeRepeatedLooksFirst() throws Exception {
        UpstreamConnection connection = kept();
        UpstreamConnection other = client.dial(origin.endpoint());
        other.idle(client.now());
        client.keepIdle(other);
        origin.accepted().close();
        awaitClosed(connection);
        UpstreamConnection given = affinity.reuse(client.way(origin.endpoint()), false).orElseThrow();
        assertNotSame(connection, given);
        assertSame(other, given, "the pool's connection is open");
        given.close();
    }

    @Test void longUnusedConnectionIsNotReused() throws IOException {
        kept();
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(UpstreamLimits.DEFAULT.idleMillis() + 1));
        assertEquals(Optional.empty(), affinity.reuse(client.way(origin.endpoint()), true));
    }

    private static void awaitClosed(UpstreamConnection connection) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (connection.isStillOpen()) {
            assertTrue(System.nanoTime() < until, "still open after 10 s");
        }
    }
}
