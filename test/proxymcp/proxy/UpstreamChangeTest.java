package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Route;
import proxymcp.upstream.NoProxy;
import proxymcp.upstream.UpstreamProxies;
import proxymcp.upstream.UpstreamProxy;

/** The way out changes while requests are under way: each keeps the one it began with, and no connection serves two ways. */
@Timeout(60)
final class UpstreamChangeTest {
    private static final int CHANGES = 100;
    private static final int EACH = 10;
    private static final int SECURED_OF_EACH = 1;

    /** An origin that holds its answers until the gate opens; an answer says which way the request came. */
    private static final class GatedOrigin implements AutoCloseable {
        private final ServerSocket server;
        private final Optional<SSLContext> tls;
        private final Function<Socket, String> wayOf;
        private final Semaphore arrived;
        private final CountDownLatch gate;
        private final Set<Socket> open = ConcurrentHashMap.newKeySet();

        GatedOrigin(Optional<SSLContext> tls, Function<Socket, String> wayOf, Semaphore arrived, CountDownLatch gate) throws IOException {
            this.server = new ServerSocket(0, 1_024, InetAddress.getByName("127.0.0.1"));
            this.tls = tls;
            this.wayOf = wayOf;
            this.arrived = arrived;
            this.gate = gate;
            Thread.ofVirtual().name("gated-origin").start(this::accept);
        }

        private void accept() {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    open.add(socket);
                    Thread.ofVirtual().name("gated-origin-connection").start(() -> serve(socket));
                } catch (IOException e) {
                    return; // Closed by the test.
                }
            }
        }

        private void serve(Socket accepted) {
            try (accepted; Socket socket = secured(accepted)) {
                InputStream in = socket.getInputStream();
                StringBuilder head = new StringBuilder();
                for (int octet = in.read(); octet >= 0; octet = in.read()) {
                    head.append((char) octet);
                    if (octet == '\n' && head.lastIndexOf("\r\n\r\n") == head.length() - 4) {
                        head.setLength(0);
                        String way = wayOf.apply(accepted);
                        arrived.release();
                        gate.await();
                        socket.getOutputStream().write(("HTTP/1.1 200 OK\r\nContent-Length: " + way.length() + "\r\n\r\n" + way)
                                .getBytes(StandardCharsets.US_ASCII));
                    }
                }
            } catch (IOException | InterruptedException e) {
                return; // The peer left, or the test ended.
            } finally {
                open.remove(accepted);
            }
        }

        private Socket secured(Socket accepted) throws IOException {
            if (tls.isEmpty()) {
                return accepted;
            }
            SSLSocket socket = (SSLSocket) tls.get().getSocketFactory().createSocket(accepted, null, true);
            socket.setUseClientMode(false);
            return socket;
        }

        String authority() {
            return "localhost:" + server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    /**
     * A client connection and the way that its next request has to go.
     *
     * @param target in the request line
     */
    private record Client(RawClient connection, String target, String authority) {
        String get() throws IOException {
            connection.send("GET " + target + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
            RawClient.Response response = connection.readResponse("GET");
            return response.status() + " " + response.bodyText();
        }
    }

    private static UpstreamProxies through(String url) {
        return url.equals("direct") ? UpstreamProxies.NONE
                : UpstreamProxies.NONE.withGlobal(Optional.of(new UpstreamProxies.Entry(UpstreamProxy.parse(url), NoProxy.NONE)));
    }

    private static void await(Semaphore arrived, int count) throws InterruptedException {
        assertTrue(arrived.tryAcquire(count, 20, TimeUnit.SECONDS), "of " + count + " requests " + arrived.availablePermits() + " arrived");
    }

    @Test void aThousandRequestsInFlightKeepTheirWaysOverAHundredChanges() throws Exception {
        Semaphore arrived = new Semaphore(0);
        CountDownLatch gate = new CountDownLatch(1);
        try (RelayingProxy socks5 = RelayingProxy.plain(); RelayingProxy http = RelayingProxy.plain(); RelayingProxy socks4 = RelayingProxy.plain();
                RunningProxy proxy = RunningProxy.start(); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<String> ways = List.of("direct", "socks5h://127.0.0.1:" + socks5.port(), "http://127.0.0.1:" + http.port(),
                    "socks4a://127.0.0.1:" + socks4.port());
            List<RelayingProxy> relays = List.of(socks5, http, socks4);
            Function<Socket, String> wayOf = socket -> {
                for (int i = 0; i < relays.size(); i++) {
                    if (relays.get(i).made(socket.getPort(), socket.getLocalPort())) {
                        return ways.get(i + 1);
                    }
                }
                return "direct";
            };
            List<Client> clients = new ArrayList<>();
            try (GatedOrigin plain = new GatedOrigin(Optional.empty(), wayOf, arrived, gate);
                    GatedOrigin secured = new GatedOrigin(Optional.of(RunningProxy.originTls()), wayOf, arrived, gate)) {
                for (int i = 0; i < CHANGES * EACH; i++) {
                    boolean tls = i % EACH < SECURED_OF_EACH;
                    clients.add(tls ? new Client(proxy.tlsTo(secured.authority()), "/" + i, secured.authority())
                            : new Client(proxy.client(), "http://" + plain.authority() + "/" + i, plain.authority()));
                }
                List<Future<String>> answers = new ArrayList<>();
                for (int change = 0; change < CHANGES; change++) {
                    proxy.server().use(through(ways.get(change % ways.size())));
                    for (int i = 0; i < EACH; i++) {
                        answers.add(threads.submit(clients.get(change * EACH + i)::get));
                    }
                    await(arrived, EACH);
                }
                gate.countDown();
                for (int i = 0; i < answers.size(); i++) {
                    assertEquals("200 " + ways.get(i / EACH % ways.size()), answers.get(i).get(20, TimeUnit.SECONDS), "request " + i);
                }
                secondRequestsGoTheNewWay(proxy, threads, clients, ways);
            } finally {
                for (Client client : clients) {
                    client.connection().close();
                }
            }
            assertRecorded(proxy, 2 * CHANGES * EACH);
        }
    }

    /** The same client connections, whose last upstream connections were made another way, and a pool full of such. */
    private static void secondRequestsGoTheNewWay(RunningProxy proxy, ExecutorService threads, List<Client> clients, List<String> ways)
            throws Exception {
        int perChange = clients.size() / 10;
        for (int change = 0; change < 10; change++) {
            String way = ways.get((change + 1) % ways.size());
            proxy.server().use(through(way));
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < perChange; i++) {
                answers.add(threads.submit(clients.get(change * perChange + i)::get));
            }
            for (Future<String> answer : answers) {
                assertEquals("200 " + way, answer.get(20, TimeUnit.SECONDS));
            }
        }
    }

    private static void assertRecorded(RunningProxy proxy, int count) throws InterruptedException {
        List<Exchange> all = proxy.await(exchanges -> exchanges.size() == count
                && exchanges.stream().noneMatch(exchange -> exchange.outcome() instanceof Outcome.InFlight));
        Map<Long, Optional<String>> wayOfConnection = new HashMap<>();
        for (Exchange exchange : all) {
            assertEquals(new Outcome.Complete(), exchange.outcome());
            Route route = exchange.route().orElseThrow();
            String seen = new String(exchange.responseBody().bytes(), StandardCharsets.US_ASCII);
            assertEquals(seen, route.upstreamProxy().orElse("direct"));
            assertEquals(route.upstreamProxy(), wayOfConnection.computeIfAbsent(route.connectionId(), id -> route.upstreamProxy()));
        }
    }
}
