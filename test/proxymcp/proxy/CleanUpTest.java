package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.proxy.ScriptedOrigin.Step;

/** A proxy that is stopped leaves no thread, no socket and no open record behind, whatever its connections were doing. */
@Timeout(120)
final class CleanUpTest {
    private static final int CLIENTS_OF_EACH_KIND = 4;
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final byte[] BLOCK = new byte[64 * 1024];

    private final List<AutoCloseable> opened = new ArrayList<>();

    /** The sockets of this process, by the kernel's names. */
    private static Set<String> sockets() throws IOException {
        Set<String> sockets = new HashSet<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : descriptors) {
                String target = target(descriptor);
                if (target.startsWith("socket:")) {
                    sockets.add(target);
                }
            }
        }
        return sockets;
    }

    private static String target(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException e) {
            return ""; // Closed meanwhile.
        }
    }

    private static void awaitOnly(Set<String> before) throws IOException, InterruptedException {
        long due = System.nanoTime() + ScriptedOrigin.LIMIT.toNanos();
        while (true) {
            Set<String> left = sockets();
            left.removeAll(before);
            if (left.isEmpty()) {
                return;
            }
            assertTrue(System.nanoTime() - due < 0, () -> "sockets are left: " + left);
            Thread.sleep(20);
        }
    }

    private static String get(String authority) {
        return "GET http://%1$s/ HTTP/1.1\r\nHost: %1$s\r\n\r\n".formatted(authority);
    }

    private ScriptedOrigin origin(Step... steps) throws IOException {
        return keep(ScriptedOrigin.each(steps));
    }

    private <T extends AutoCloseable> T keep(T resource) {
        opened.add(resource);
        return resource;
    }

    private void closeAll() throws Exception {
        for (AutoCloseable resource : opened.reversed()) {
            resource.close();
        }
    }

    /** Clients in the middle of everything that an exchange can be in the middle of; returns how many exchanges are under way. */
    private int load(RunningProxy proxy) throws Exception {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n";
        ScriptedOrigin endless = origin(new Step.ReadRequest(), ScriptedOrigin.send(head), new Step.SendRepeated(BLOCK, 10_000_000));
        ScriptedOrigin stalled = origin(new Step.ReadRequest(), ScriptedOrigin.send(head + "hello"), new Step.Stall());
        ScriptedOrigin silent = origin(new Step.ReadHead(), new Step.Stall());
        ScriptedOrigin upgraded = origin(new Step.ReadHead(),
                ScriptedOrigin.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), new Step.Stall());
        ScriptedOrigin tls = keep(ScriptedOrigin.each(RunningProxy.originTls(), new Step.ReadRequest(), new Step.Stall()));
        ServerSocket full = keep(new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")));
        List<Socket> queued = new ArrayList<>();
        FailureTest.fillBacklog(full, queued);
        queued.forEach(this::keep);
        for (int i = 0; i < CLIENTS_OF_EACH_KIND; i++) {
            keep(proxy.client()).send(get(endless.authority()));
            keep(proxy.client()).send(get(stalled.authority()));
            keep(proxy.client()).send(get(silent.authority()));
            keep(proxy.client()).send(get("127.0.0.1:" + full.getLocalPort()));
            keep(proxy.client()).send(get(silent.authority()).replace("GET", "POST").replace("\r\n\r\n", "\r\nContent-Length: 100\r\n\r\nx"));
            keep(proxy.client()).send(get(upgraded.authority()).replace("\r\n\r\n", "\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"));
            keep(proxy.tlsTo(tls.authority())).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            keep(proxy.tunnelTo(stalled.authority())).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            keep(proxy.tunnelTo(origin(new Step.Stall()).authority())).send("\0\1\2");
        }
        return 9 * CLIENTS_OF_EACH_KIND;
    }

    /** Connections without an exchange. */
    private void loadWithoutExchanges(RunningProxy proxy) throws Exception {
        ScriptedOrigin quick = origin(new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("ok"))));
        for (int i = 0; i < CLIENTS_OF_EACH_KIND; i++) {
            keep(proxy.client());
            keep(proxy.client()).send("GET http://");
            keep(proxy.tunnelTo("127.0.0.1:" + quick.port()));
            keep(proxy.tunnelTo("127.0.0.1:1")).send(new byte[] {0x16, 3, 1});
            keep(proxy.tlsTo(quick.authority()));
            keep(proxy.client()).send("BAD\r\n\r\n");
        }
    }

    @Test
    void stoppingUnderLoadLeavesNothingBehind() throws Exception {
        Assumptions.assumeTrue(Files.isDirectory(DESCRIPTORS), "descriptors cannot be counted here");
        RunningProxy.start().close(); // What is made once a process is made by now.
        List<String> threadsBefore = ProxyThreads.alive();
        Set<String> socketsBefore = sockets();
        CheckingSink sink = new CheckingSink();
        try (RunningProxy proxy = RunningProxy.start(settings -> settings, sink)) {
            int exchanges = load(proxy);
            proxy.await(all -> all.size() == exchanges);
            loadWithoutExchanges(proxy);
            ProxyThreads.awaitStarted("client-watch");
            proxy.server().close();

            assertEquals(0, proxy.server().openConnections());
            assertEquals(0, proxy.server().idleUpstreamConnections());
            assertEquals(0, proxy.server().watchedSockets());
            assertEquals(List.of(), sink.violations());
            assertEquals(sink.opened(), sink.ended());
            for (Exchange exchange : proxy.exchanges()) {
                assertEquals(new Outcome.Incomplete(ErrorClass.PROXY_STOPPED, "the proxy was stopped"), exchange.outcome());
            }
            ProxyThreads.awaitOnly(threadsBefore);
        } finally {
            closeAll();
        }
        awaitOnly(socketsBefore);
    }

    @Test
    void clientsThatAreKilledLeaveNothingBehind() throws Exception {
        CheckingSink sink = new CheckingSink();
        // That a client has left is noticed when its connection to the origin stands or has failed.
        try (RunningProxy proxy = RunningProxy.start(FailureTest.waiting(2_000, 300_000), sink)) {
            int exchanges = load(proxy);
            proxy.await(all -> all.size() == exchanges);
            loadWithoutExchanges(proxy);
            for (AutoCloseable resource : opened) {
                if (resource instanceof RawClient client) {
                    client.reset();
                }
            }
            proxy.await(all -> all.stream().noneMatch(exchange -> exchange.outcome() instanceof Outcome.InFlight));
            awaitNoConnections(proxy.server());
            assertEquals(0, proxy.server().watchedSockets());
            assertEquals(List.of(), sink.violations());
            assertEquals(sink.opened(), sink.ended());
        } finally {
            closeAll();
        }
    }

    private static void awaitNoConnections(ProxyServer server) throws InterruptedException {
        long due = System.nanoTime() + ScriptedOrigin.LIMIT.toNanos();
        while (server.openConnections() > 0 || server.watchedSockets() > server.idleUpstreamConnections()) {
            assertTrue(System.nanoTime() - due < 0,
                    () -> server.openConnections() + " connections, " + server.watchedSockets() + " sockets are left");
            Thread.sleep(20);
        }
    }

    @Test
    void thePortIsFreeAgainAndClosingTwiceDoesNothing() throws Exception {
        RunningProxy first = RunningProxy.start();
        int port = first.port();
        try (RawClient client = first.client()) {
            first.close();
            first.close();
            client.awaitGone();
        }
        try (RunningProxy second = RunningProxy.start(settings -> new ProxySettings("127.0.0.1", port, settings.requireAuth(),
                settings.targetId(), settings.insecureUpstream(), settings.upstreamCaFile(), settings.limits()));
                ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.respond("ok"));
                RawClient client = second.client()) {
            client.send(get(origin.authority()));
            assertEquals("ok", client.readResponse("GET").bodyText());
        }
    }
}
