package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.RuleMatch;
import proxymcp.rule.HeadEdits;
import proxymcp.rule.HeadEdits.Edit;
import proxymcp.rule.RequestEdits;
import proxymcp.rule.ResponseEdits;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleAction;
import proxymcp.rule.RuleChange;
import proxymcp.rule.Transforms;
import proxymcp.upstream.NoProxy;
import proxymcp.upstream.UpstreamProxies;
import proxymcp.upstream.UpstreamProxy;

/** A thousand requests in flight at once while rules and upstream proxies change: each follows one version of its rule from end to end. */
@Timeout(120)
final class RulesInFlightTest {
    private static final int REQUESTS = 1_000;
    private static final int CHANGES = 100;
    private static final int AT_A_TIME = REQUESTS / CHANGES;

    /** Answers with what it got, when the test lets it. */
    private static final class HoldingOrigin implements AutoCloseable {
        private final HttpServer server;
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final Semaphore arrived = new Semaphore(0);
        private final Semaphore released = new Semaphore(0);

        HoldingOrigin() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), REQUESTS);
            server.setExecutor(threads);
            server.createContext("/", this::answer);
            server.start();
        }

        private void answer(HttpExchange exchange) throws IOException {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII);
            arrived.release();
            try {
                if (!released.tryAcquire(90, TimeUnit.SECONDS)) {
                    throw new IOException("not released");
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            byte[] answer = (exchange.getRequestHeaders().get("X-Rule") + " " + body + " RESPONSE").getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, answer.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(answer);
            }
        }

        void awaitArrived(int count) throws InterruptedException {
            assertTrue(arrived.tryAcquire(count, 60, TimeUnit.SECONDS), "only " + arrived.availablePermits() + " arrived");
        }

        String authority() {
            return "127.0.0.1:" + server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    /** Marks all four parts that a rule can change with the number of its version. */
    private static RuleAction marking(int version) {
        HeadEdits header = new HeadEdits(List.of(new Edit.Set("X-Rule", Integer.toString(version))));
        return RuleAction.Pass.of(new Transforms(
                new RequestEdits(header, Optional.empty(), Optional.empty(), RuledProxy.literal("REQUEST", "request-" + version)),
                new ResponseEdits(header, OptionalInt.empty(), RuledProxy.expression("[A-Z]+$", "response-" + version))));
    }

    private static RuleChange to(int version) {
        return new RuleChange(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(marking(version)));
    }

    private static UpstreamProxies through(RunningProxy proxy) {
        UpstreamProxy way = UpstreamProxy.parse("http://127.0.0.1:" + proxy.port());
        return UpstreamProxies.NONE.withGlobal(Optional.of(new UpstreamProxies.Entry(way, NoProxy.NONE)));
    }

    private static RawClient.Response send(RuledProxy ruled, HoldingOrigin origin, int number) throws IOException {
        try (RawClient client = ruled.proxy().client()) {
            String body = number + " REQUEST";
            client.send("POST http://" + origin.authority() + "/path/" + number + " HTTP/1.1\r\nHost: " + origin.authority()
                    + "\r\nX-Rule: 0\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            return client.readResponse("POST");
        }
    }

    @Test
    void eachFollowsOneVersionAndNoneFails() throws Exception {
        Set<Integer> versions = new HashSet<>();
        Semaphore answered = new Semaphore(0);
        try (HoldingOrigin origin = new HoldingOrigin(); RuledProxy ruled = RuledProxy.start(); RunningProxy one = RunningProxy.start();
                RunningProxy two = RunningProxy.start(); ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<UpstreamProxies> ways = List.of(UpstreamProxies.NONE, through(one), through(two));
            Rule rule = ruled.add(marking(1));
            List<Future<RawClient.Response>> answers = new ArrayList<>();
            int version = 1;
            for (int change = 0; change < CHANGES; change++) {
                for (int i = 0; i < AT_A_TIME; i++) {
                    int number = answers.size();
                    Callable<RawClient.Response> request = () -> {
                        try {
                            return send(ruled, origin, number);
                        } finally {
                            answered.release();
                        }
                    };
                    answers.add(clients.submit(request));
                }
                if (change == 0) {
                    origin.awaitArrived(AT_A_TIME); // These have begun under the first version for sure.
                }
                version++;
                ruled.book().update(rule.id(), to(version));
                ruled.proxy().server().use(ways.get(version % ways.size()));
            }
            origin.awaitArrived(REQUESTS - AT_A_TIME);
            // All are in flight. They end while the rule goes on changing, some after each change.
            for (int change = 0; change < CHANGES; change++) {
                origin.released.release(AT_A_TIME);
                assertTrue(answered.tryAcquire(AT_A_TIME, 60, TimeUnit.SECONDS), "answers");
                version++;
                ruled.book().update(rule.id(), to(version));
                ruled.proxy().server().use(ways.get(version % ways.size()));
            }
            assertEquals(REQUESTS, ruled.book().hits(rule.id()));
            ruled.book().remove(rule.id());
            int[] followed = new int[REQUESTS];
            for (int number = 0; number < REQUESTS; number++) {
                followed[number] = assertOneVersion(number, answers.get(number).get(60, TimeUnit.SECONDS));
                versions.add(followed[number]);
            }
            assertRecorded(ruled, rule, followed);
        }
        assertTrue(versions.size() > 1 && versions.contains(1), "versions that were followed: " + versions);
    }

    private static int assertOneVersion(int number, RawClient.Response answer) {
        int version = Integer.parseInt(answer.head().fields().first("X-Rule").orElseThrow());
        assertEquals("200 [" + version + "] " + number + " request-" + version + " response-" + version,
                answer.status() + " " + answer.bodyText());
        return version;
    }

    private static void assertRecorded(RuledProxy ruled, Rule rule, int[] followed) throws InterruptedException {
        List<Exchange> all = ruled.proxy().await(kept -> {
            for (Exchange exchange : kept) {
                if (exchange.outcome() instanceof Outcome.InFlight) {
                    return false;
                }
            }
            return kept.size() == REQUESTS;
        });
        Set<String> ways = new HashSet<>();
        for (Exchange exchange : all) {
            int number = Integer.parseInt(exchange.start().path().substring("/path/".length()));
            String version = Integer.toString(followed[number]);
            assertEquals(new Outcome.Complete(), exchange.outcome());
            assertEquals(List.of(new RuleMatch(rule.id(), followed[number])), exchange.rules());
            assertEquals(number + " request-" + version, RuledProxy.text(exchange.sent().request().orElseThrow().body()));
            assertTrue(RuledProxy.text(exchange.sent().response().orElseThrow().body()).endsWith(" response-" + version));
            assertEquals(number + " REQUEST", RuledProxy.text(exchange.requestBody().bytes()), "as received");
            assertTrue(RuledProxy.text(exchange.responseBody().bytes()).endsWith(" RESPONSE"), "as received");
            ways.add(exchange.route().orElseThrow().upstreamProxy().orElse("direct"));
        }
        assertTrue(ways.size() > 1, "ways that were gone: " + ways);
    }
}
