package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;

/** As many calls as cores keep a core busy each; were they on virtual threads, nothing below would ever be answered. */
final class BusyPoolTest {
    @TempDir
    Path folder;

    @Test
    void busyCallsHoldUpNeitherAProxiedRequestNorAnotherCall() throws Exception {
        int busy = Math.max(2, Runtime.getRuntime().availableProcessors());
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch running = new CountDownLatch(busy);
        List<Thread> callers = new ArrayList<>();
        try (Tools tools = new Tools(folder.resolve("home")); ServerSocket origin = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            int port = (int) Tools.number(tools.call("proxy_start", "{}"), "port");
            for (int i = 0; i < busy; i++) {
                callers.add(Thread.ofVirtual().start(() -> keepBusy(tools, running, done)));
            }
            running.await();
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.setSoTimeout(20_000);
                client.getOutputStream().write(("GET http://127.0.0.1:" + origin.getLocalPort() + "/ HTTP/1.1\r\nHost: 127.0.0.1:"
                        + origin.getLocalPort() + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                try (Socket server = origin.accept()) {
                    assertEquals('G', server.getInputStream().read());
                    server.getOutputStream().write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    assertEquals("HTTP/1.1 204", new String(client.getInputStream().readNBytes(12), StandardCharsets.US_ASCII));
                }
            }
            Thread other = Thread.ofVirtual().start(() -> tools.call("proxy_status", "{}"));
            assertTrue(other.join(java.time.Duration.ofSeconds(20)), "another call waits for the busy ones");
        } finally {
            done.set(true);
            for (Thread caller : callers) {
                caller.join();
            }
        }
    }

    private static void keepBusy(Tools tools, CountDownLatch running, AtomicBoolean done) {
        try {
            tools.pool.run(CallContext.detached(CallOrigin.STDIO), () -> {
                running.countDown();
                while (!done.get()) {
                    Thread.onSpinWait();
                }
                return Boolean.TRUE;
            });
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
