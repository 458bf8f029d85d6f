package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.proxy.ScriptedOrigin.Step;

/** What is recorded is what passed, told in the order that {@link proxymcp.exchange.Recording} promises, and while it passes. */
@Timeout(120)
final class RecordingContractTest {
    private static final int CLIENTS = 12;
    private static final int EXCHANGES_OF_EACH = 15;
    private static final int LONG = 150_000;

    private final CheckingSink sink = new CheckingSink();
    private final Map<String, byte[]> sent = new ConcurrentHashMap<>();
    private final byte[] longBody = new byte[LONG];

    /** One request of the load against an origin that ends it in one way. */
    private interface Kind {
        void run(RawClient client, String path, byte[] body) throws Exception;
    }

    private static String post(ScriptedOrigin origin, String path, String framing) {
        return "POST http://%1$s%2$s HTTP/1.1\r\nHost: %1$s\r\n%3$s\r\n\r\n".formatted(origin.authority(), path, framing);
    }

    private static void send(RawClient client, ScriptedOrigin origin, String path, byte[] body) throws Exception {
        client.send(post(origin, path, "Content-Length: " + body.length));
        client.send(body);
    }

    private static void sendChunked(RawClient client, ScriptedOrigin origin, String path, byte[] body) throws Exception {
        client.send(post(origin, path, "Transfer-Encoding: chunked"));
        int half = body.length / 2;
        for (byte[] part : List.of(Arrays.copyOf(body, half), Arrays.copyOfRange(body, half, body.length))) {
            if (part.length > 0) {
                client.send(Integer.toHexString(part.length) + "\r\n");
                client.send(part);
                client.send("\r\n");
            }
        }
        client.send("0\r\nT: 1\r\n\r\n");
    }

    /** Kinds 0 to 2: answered, with a length, with chunks, and cut. */
    private List<Kind> answered(ScriptedOrigin good, ScriptedOrigin chunked, ScriptedOrigin cut) {
        return List.of(
            (client, path, body) -> {
                send(client, good, path, body);
                assertArrayEquals(longBody, client.readResponse("POST").body());
            },
            (client, path, body) -> {
                sendChunked(client, chunked, path, body);
                assertEquals(103, client.readResponse("POST").status());
                assertEquals("abc", client.readResponse("POST").bodyText());
            },
            (client, path, body) -> {
                send(client, cut, path, body);
                assertTrue(client.readToEnd().endsWith("\r\n\r\nabc"));
            });
    }

    /** Kinds 3 to 6: answered too early, with what is not HTTP, with a reset, and not at all. */
    private List<Kind> failed(ScriptedOrigin early, ScriptedOrigin garbage, ScriptedOrigin reset, int closed) {
        return List.of(
            (client, path, body) -> {
                send(client, early, path, body);
                client.readHead();
                client.halfClose();
                client.awaitGone();
            },
            (client, path, body) -> {
                send(client, garbage, path, body);
                client.readHead();
                client.halfClose();
                client.awaitGone();
            },
            (client, path, body) -> {
                client.send(post(reset, path, "Content-Length: 0"));
                assertEquals(502, client.readResponse("POST").status());
            },
            (client, path, body) -> {
                client.send(post(reset, path, "Content-Length: 0").replace(":" + reset.port(), ":" + closed));
                assertEquals(502, client.readResponse("POST").status());
            });
    }

    /** Kinds 7 and 8: the client leaves within its request, and within the response. */
    private List<Kind> aborted(ScriptedOrigin good) {
        return List.of(
            (client, path, body) -> {
                client.send(post(good, path, "Content-Length: " + (body.length + 1)));
                client.send(body);
                client.reset();
            },
            (client, path, body) -> {
                send(client, good, path, body);
                client.readBytes(1_000);
                client.reset();
            });
    }

    @Test
    void aMixedLoadIsRecordedAsItPassed() throws Exception {
        long seed = Long.getLong("proxymcp.seed", System.nanoTime());
        new Random(seed).nextBytes(longBody);
        byte[] head = ("HTTP/1.1 200 OK\r\nContent-Length: " + LONG + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        Step request = new Step.ReadRequest();
        try (RunningProxy proxy = RunningProxy.start(settings -> settings, sink);
                ScriptedOrigin good = ScriptedOrigin.each(new Step.Repeat(List.of(request, new Step.Send(head), new Step.Send(longBody))));
                ScriptedOrigin chunked = ScriptedOrigin.each(new Step.Repeat(List.of(request, ScriptedOrigin.send(
                        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n"))));
                ScriptedOrigin cut = ScriptedOrigin.each(request, ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"));
                ScriptedOrigin early = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(
                        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nearly"), new Step.ReadToEnd());
                ScriptedOrigin garbage = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send("garbage\r\n\r\n"), new Step.ReadToEnd());
                ScriptedOrigin reset = ScriptedOrigin.each(new Step.ReadHead(), new Step.Reset())) {
            List<Kind> kinds = new ArrayList<>(answered(good, chunked, cut));
            kinds.addAll(failed(early, garbage, reset, RunningProxy.closedPort()));
            kinds.addAll(aborted(good));
            run(proxy, kinds, new Random(seed));
            proxy.await(all -> all.stream().noneMatch(exchange -> exchange.outcome() instanceof Outcome.InFlight));
        }
        assertEquals(List.of(), sink.violations(), "seed " + seed);
        assertEquals(sink.opened(), sink.ended());
        assertBodies(seed);
    }

    private void run(RunningProxy proxy, List<Kind> kinds, Random random) throws Exception {
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                String name = "/" + i;
                Random own = new Random(random.nextLong());
                running.add(clients.submit(() -> {
                    for (int j = 0; j < EXCHANGES_OF_EACH; j++) {
                        int kind = (j + name.length() + own.nextInt(kinds.size())) % kinds.size();
                        byte[] body = new byte[own.nextBoolean() ? own.nextInt(100) : own.nextInt(LONG)];
                        own.nextBytes(body);
                        String path = name + "/" + j + "/" + kind;
                        sent.put(path, body);
                        try (RawClient client = proxy.client()) {
                            kinds.get(kind).run(client, path, body);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> client : running) {
                client.get(100, TimeUnit.SECONDS);
            }
        }
    }

    /** Complete bodies are equal; of those that were cut, what was recorded is a beginning. */
    private void assertBodies(long seed) {
        int complete = 0;
        for (Map.Entry<String, byte[]> one : sent.entrySet()) {
            CheckingSink.Checked checked = sink.of(one.getKey());
            int kind = one.getKey().charAt(one.getKey().length() - 1) - '0';
            if (checked == null) {
                assertEquals(7, kind, one.getKey() + ", seed " + seed); // Reset before its head was read.
                continue;
            }
            String what = one.getKey() + " " + checked.outcome() + ", seed " + seed;
            byte[] body = kind == 5 || kind == 6 ? new byte[0] : one.getValue();
            if (checked.outcome() instanceof Outcome.Complete && kind < 3) {
                complete++;
                assertArrayEquals(body, checked.requestBody(), what);
                assertArrayEquals(kind == 0 ? longBody : "abc".getBytes(StandardCharsets.US_ASCII), checked.responseBody(), what);
            } else {
                assertTrue(isBeginning(checked.requestBody(), body), what);
                if (kind == 8) {
                    assertTrue(isBeginning(checked.responseBody(), longBody), what);
                }
            }
        }
        assertTrue(complete > 0, "seed " + seed);
    }

    private static boolean isBeginning(byte[] beginning, byte[] whole) {
        return beginning.length <= whole.length
                && Arrays.equals(beginning, 0, beginning.length, whole, 0, beginning.length);
    }

    @Test
    void anExchangeIsSeenFromItsHeadOnAndGrows() throws Exception {
        CountDownLatch sendHead = new CountDownLatch(1);
        CountDownLatch sendRest = new CountDownLatch(1);
        try (RunningProxy proxy = RunningProxy.start();
                ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), new Step.Await(sendHead),
                        ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"), new Step.Await(sendRest),
                        ScriptedOrigin.send("world"));
                RawClient client = proxy.client()) {
            client.send(post(origin, "/a", "Content-Length: 2") + "h");
            Exchange begun = proxy.await(all -> all.size() == 1 && all.get(0).requestBody().size() == 1).get(0);
            assertInstanceOf(Outcome.InFlight.class, begun.outcome());
            assertEquals("http://" + origin.authority() + "/a", begun.start().url());
            assertEquals(CapturedBody.State.FLOWING, begun.requestBody().state());
            client.send("i");
            Exchange asked = proxy.await(all -> all.get(0).requestBody().state() == CapturedBody.State.COMPLETE).get(0);
            assertEquals("hi", new String(asked.requestBody().bytes(), StandardCharsets.US_ASCII));
            assertTrue(asked.response().isEmpty());
            sendHead.countDown();
            Exchange answered = proxy.await(all -> all.get(0).responseBody().size() == 5).get(0);
            assertEquals(200, answered.response().orElseThrow().status());
            assertEquals(CapturedBody.State.FLOWING, answered.responseBody().state());
            assertTrue(answered.route().isPresent());
            assertInstanceOf(Outcome.InFlight.class, answered.outcome());
            sendRest.countDown();
            assertEquals("helloworld", client.readResponse("POST").bodyText());
            assertEquals(new Outcome.Complete(), proxy.exchange(0).outcome());
        }
    }
}
