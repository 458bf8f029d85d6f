package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.proxy.ScriptedOrigin.Step;

/** Work that keeps every core busy runs on platform threads, which the system slices: requests pass all the same. */
@Timeout(60)
final class TwoBusyCallsTest {
    @Test
    void requestsPassWhileAsManyThreadsAsCoresSpin() throws Exception {
        int cores = Math.max(2, Runtime.getRuntime().availableProcessors());
        CountDownLatch spinning = new CountDownLatch(cores);
        AtomicLong turns = new AtomicLong();
        List<Thread> busy = new ArrayList<>();
        try (RunningProxy proxy = RunningProxy.start();
                ScriptedOrigin origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("ok"))));
                ScriptedOrigin secure = ScriptedOrigin.each(RunningProxy.originTls(), new Step.ReadRequest(), ScriptedOrigin.respond("ok"))) {
            for (int i = 0; i < cores; i++) {
                busy.add(Thread.ofPlatform().daemon().name("busy").start(() -> {
                    spinning.countDown();
                    while (!Thread.currentThread().isInterrupted()) {
                        turns.incrementAndGet();
                    }
                }));
            }
            spinning.await();
            for (int i = 0; i < 20; i++) {
                try (RawClient client = proxy.client()) {
                    client.send("GET http://%1$s/ HTTP/1.1\r\nHost: %1$s\r\n\r\n".formatted(origin.authority()));
                    assertEquals("ok", client.readResponse("GET").bodyText());
                }
            }
            try (RawClient client = proxy.tlsTo(secure.authority())) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertEquals("ok", client.readResponse("GET").bodyText());
            }
            assertEquals(cores, busy.stream().filter(Thread::isAlive).count());
        } finally {
            for (Thread thread : busy) {
                thread.interrupt();
                thread.join();
            }
        }
    }
}
