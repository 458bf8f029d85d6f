package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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

/** Requests sent again over real sockets: what comes back, on which connections, and how it ends early. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class HttpItemSenderTest {
    private static final Step SERVE = new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("fine")));

    @TempDir
    private Path home;

    private static SendSettings to(int port, long timeoutMillis) {
        return new SendSettings(new Safety(true, Set.of()), Optional.of(new Target(new Endpoint("http", "127.0.0.1", port))), timeoutMillis,
                Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    /** Records one request of each method, to an origin that answers all. */
    private RecordedTraffic recorded(JsonObject settings, String... methods) throws IOException {
        RecordedTraffic traffic = RecordedTraffic.start(home, CaptureProfile.FULL, settings);
        try (ScriptedOrigin origin = ScriptedOrigin.each(SERVE); RawClient client = traffic.client()) {
            for (String method : methods) {
                client.send(method + " http://" + origin.authority() + "/" + method + " HTTP/1.1\r\nHost: " + origin.authority()
                        + (method.equals("GET") ? "" : "\r\nContent-Length: 2") + "\r\n\r\n" + (method.equals("GET") ? "" : "hi"));
                assertEquals(200, client.readResponse(method).status());
            }
        }
        traffic.stop();
        return traffic;
    }

    @Test void connectionsAreKeptFromOneItemToTheNext() throws Exception {
        try (RecordedTraffic traffic = recorded(JsonObject.EMPTY, "GET", "POST", "GET"); ScriptedOrigin origin = ScriptedOrigin.each(SERVE)) {
            SendSettings settings = to(origin.port(), 10_000);
            Plan plan = traffic.planAll(settings);
            try (HttpItemSender sender = traffic.sender(plan, settings)) {
                for (PlanItem item : plan.items()) {
                    SendResult result = sender.send(item, 1);
                    assertEquals(OptionalInt.of(200), result.status(), result.reason());
                    assertEquals(4, result.responseBytes());
                    assertFalse(result.nothingSent());
                }
            }
            assertEquals(1, origin.connectionCount());
            assertEquals(3, origin.connection(0).requests().size());
        }
    }

    @Test void statusBodyAndFieldsOfTheAnswerAreTold() throws Exception {
        Step busy = ScriptedOrigin.send("HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n");
        try (RecordedTraffic traffic = recorded(JsonObject.EMPTY, "GET"); ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(),
                ScriptedOrigin.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), busy)) {
            SendSettings settings = to(origin.port(), 10_000);
            Plan plan = traffic.planAll(settings);
            AtomicReference<Answer> seen = new AtomicReference<>();
            try (HttpItemSender sender = traffic.sender(plan, settings, new Watching(seen))) {
                SendResult result = sender.send(plan.items().get(0), 1);
                assertEquals(OptionalInt.of(429), result.status());
                assertFalse(result.isSuccess());
                assertEquals(Optional.empty(), result.errorClass());
                assertEquals(Optional.of("7"), result.retryAfter());
                assertEquals(Optional.of("Sun, 06 Nov 1994 08:49:37 GMT"), result.date());
                assertEquals("abc", new String(seen.get().body()));
                assertTrue(seen.get().whole());
                assertEquals(103, traffic.replayOf(result).exchange().informational().get(0).status());
                assertEquals(Optional.of("1"), traffic.replayOf(result).exchange().responseTrailers().first("X-T"));
            }
        }
    }

    @Test void aLongBodyIsCountedAndItsBeginKept() throws Exception {
        byte[] block = new byte[64 << 10];
        Step[] script = {new Step.ReadRequest(), ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: " + 40L * block.length + "\r\n\r\n"),
                new Step.SendRepeated(block, 40)};
        try (RecordedTraffic traffic = recorded(JsonObject.EMPTY, "GET"); ScriptedOrigin origin = ScriptedOrigin.each(script)) {
            SendSettings settings = to(origin.port(), 10_000);
            Plan plan = traffic.planAll(settings);
            AtomicReference<Answer> seen = new AtomicReference<>();
            try (HttpItemSender sender = traffic.sender(plan, settings, new Watching(seen))) {
                assertEquals(40L * block.length, sender.send(plan.items().get(0), 1).responseBytes());
                assertEquals(Answer.BODY_BYTES_MAX, seen.get().body().length);
                assertFalse(seen.get().whole());
            }
        }
    }

    @Test void nothingWasSentWhereNobodyListens() throws Exception {
        int port;
        try (ScriptedOrigin gone = ScriptedOrigin.each()) {
            port = gone.port();
        }
        try (RecordedTraffic traffic = recorded(JsonObject.EMPTY, "POST")) {
            SendSettings settings = to(port, 10_000);
            Plan plan = traffic.planAll(settings);
            try (HttpItemSender sender = traffic.sender(plan, settings)) {
                SendResult result = sender.send(plan.items().get(0), 1);
                assertEquals(Optional.of(ErrorClass.CONNECT_REFUSED), result.errorClass());
                assertTrue(result.nothingSent());
            }
        }
    }

    @Test void anOriginThatClosesInsteadOfAnsweringMayHaveSeenTheRequest() throws Exception {
        try (RecordedTraffic traffic = recorded(JsonObject.EMPTY, "POST"); ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest())) {
            SendSettings settings = to(origin.port(), 10_000);
            Plan plan = traffic.planAll(settings);
            try (HttpItemSender sender = traffic.sender(plan, settings)) {
                SendResult result = sender.send(plan.items().get(0), 1);
                assertEquals(Optional.of(ErrorClass.CLOSED), result.errorClass());
                assertFalse(result.nothingSent());
            }
        }
    }

    /** The head comes at once and the body trickles: the bound is for the whole exchange. */
    @Test void aBodyThatIsLateEndsTheItem() throws Exception {
        Step[] script = {new Step.ReadRequest(), ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), new Step.ReadToEnd()};
        try (RecordedTraffic traffic = recorded(JsonObject.EMPTY, "GET"); ScriptedOrigin origin = ScriptedOrigin.each(script)) {
            SendSettings settings = to(origin.port(), 300);
            Plan plan = traffic.planAll(settings);
            try (HttpItemSender sender = traffic.sender(plan, settings)) {
                SendResult result = sender.send(plan.items().get(0), 1);
                assertEquals(Optional.of(ErrorClass.TIMEOUT), result.errorClass());
                assertEquals("no complete answer within 300 ms", result.reason());
                assertEquals(OptionalInt.of(200), result.status());
                assertEquals(2, result.responseBytes());
            }
        }
    }

    @Test void closingEndsCallsInFlightAndLaterOnes() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        try (RecordedTraffic traffic = recorded(JsonObject.EMPTY, "GET");
                ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), new Step.Signal(reached), new Step.ReadToEnd())) {
            SendSettings settings = to(origin.port(), 30_000);
            Plan plan = traffic.planAll(settings);
            HttpItemSender sender = traffic.sender(plan, settings);
            List<SendResult> results = new ArrayList<>();
            Thread sending = Thread.ofVirtual().start(() -> results.add(sender.send(plan.items().get(0), 1)));
            assertTrue(reached.await(20, TimeUnit.SECONDS));
            sender.close();
            assertTrue(sending.join(java.time.Duration.ofSeconds(20)));
            results.add(sender.send(plan.items().get(0), 1));
            for (SendResult result : results) {
                assertEquals(Optional.of(ErrorClass.CLIENT_ABORTED), result.errorClass(), result.reason());
            }
            assertEquals(1, origin.connectionCount());
        }
    }

    @Test void theRecordedUpstreamProxyIsGoneThrough() throws Exception {
        try (ScriptedOrigin proxy = ScriptedOrigin.each(SERVE)) {
            JsonObject upstream = JsonObject.builder().put("globalUpstream",
                    JsonObject.builder().put("proxyUrl", "http://127.0.0.1:" + proxy.port()).build()).build();
            try (RecordedTraffic traffic = recorded(upstream, "POST")) {
                SendSettings settings = to(9, 10_000);
                Plan plan = traffic.planAll(settings);
                try (HttpItemSender sender = traffic.sender(plan, settings)) {
                    SendResult result = sender.send(plan.items().get(0), 1);
                    assertEquals(OptionalInt.of(200), result.status(), result.reason());
                }
                assertEquals("POST http://127.0.0.1:9/POST HTTP/1.1\r\nHost: 127.0.0.1:9\r\nContent-Length: 2\r\n\r\nhi",
                        proxy.connection(0).receivedText());
            }
        }
    }

    /** Notes the last answer. */
    private record Watching(AtomicReference<Answer> seen) implements ItemChanges {
        @Override
        public Outcome change(PlanItem item, OutgoingRequest request) {
            return NONE.change(item, request);
        }

        @Override
        public void answered(PlanItem item, OutgoingRequest sent, Answer answer) {
            seen.set(answer);
        }

        @Override
        public Next redirected(PlanItem item, OutgoingRequest sent, Answer answer, int hop) {
            return new Next.Nothing();
        }
    }
}
