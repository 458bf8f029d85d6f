package proxymcp.upstream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import proxymcp.exchange.ErrorClass;

/** Names to addresses, with time stepped by hand. */
final class ResolverTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // A monotonic clock may overflow at any time.
    private final Resolver resolver = new Resolver(nanos::get);

    @AfterEach void close() {
        resolver.close();
    }

    @Test void literalsAreTheirOwnAddresses() throws Exception {
        assertArrayEquals(new InetAddress[] {InetAddress.getByName("192.0.2.7")}, resolver.resolve("192.0.2.7", 1_000, new Dialling()));
        assertArrayEquals(new InetAddress[] {InetAddress.getByName("2001:db8::7")}, resolver.resolve("2001:db8::7", 1_000, new Dialling()));
    }

    @Test void answerIsKeptFor30Seconds() throws Exception {
        InetAddress[] first = resolver.resolve("localhost", 10_000, new Dialling());
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(30) - 1);
        assertSame(first, resolver.resolve("localhost", 10_000, new Dialling()));
        nanos.addAndGet(1);
        InetAddress[] second = resolver.resolve("localhost", 10_000, new Dialling());
        assertNotSame(first, second);
        assertArrayEquals(first, second);
    }

    @Test void unknownNameIsADnsFailureAndNotKept() {
        for (int i = 0; i < 2; i++) {
            UpstreamException e = assertThrows(UpstreamException.class, () -> resolver.resolve("no-such-host.invalid", 10_000, new Dialling()));
            assertEquals(ErrorClass.DNS, e.errorClass());
            assertEquals("host name no-such-host.invalid does not resolve", e.getMessage());
        }
    }

    @Test void nonsenseIsADnsFailure() {
        UpstreamException e = assertThrows(UpstreamException.class, () -> resolver.resolve("1::2::3", 10_000, new Dialling()));
        assertEquals(ErrorClass.DNS, e.errorClass());
    }
}
