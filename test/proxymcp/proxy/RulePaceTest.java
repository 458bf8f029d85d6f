package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.SentMessage;
import proxymcp.exchange.SentMessages;
import proxymcp.http.Fields;
import proxymcp.proxy.RuledProxy.Passed;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.rule.Delay;
import proxymcp.rule.MockBody;
import proxymcp.rule.Pace;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleAction;
import proxymcp.rule.RuleDraft;
import proxymcp.rule.RuleMatcher;
import proxymcp.rule.Transforms;

/** Answers that a rule delays, slows down or cuts. Times have lower bounds alone: a busy machine may take longer. */
@Timeout(60)
final class RulePaceTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final long DELAY_MILLIS = 150;
    private static final long DELAY_NANOS = DELAY_MILLIS * 1_000_000;

    private RuledProxy ruled;

    @BeforeEach
    void start() throws Exception {
        ruled = RuledProxy.start();
    }

    @AfterEach
    void stop() {
        ruled.close();
    }

    private static RuleAction pass(Pace pace) {
        return new RuleAction.Pass(Transforms.NONE, pace);
    }

    private static RuleAction mock(String body, Pace pace) {
        return new RuleAction.Mock(200, Fields.EMPTY, new MockBody.Text(body), pace);
    }

    @Test
    void aDelayedRequestPassesUnchangedNotBeforeItsTime() throws Exception {
        Rule rule = ruled.add(pass(RuledProxy.delay(DELAY_MILLIS)));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            long begun = System.nanoTime();
            Passed passed = ruled.pass(secure, "POST", "Content-Length: 5\n\nhello", OK);
            assertTrue(System.nanoTime() - begun >= DELAY_NANOS);
            assertTrue(passed.exchange().timings().total() >= DELAY_NANOS, passed.exchange().timings().toString());
            assertEquals("POST /path?q=1 HTTP/1.1\r\nHost: ORIGIN\r\nContent-Length: 5\r\n\r\nhello", passed.atOrigin());
            assertEquals(OK, passed.atClient().wire());
            assertEquals(RuledProxy.matches(rule), passed.exchange().rules());
            assertEquals(SentMessages.NONE, passed.exchange().sent());
        }
    }

    @Test
    void mocksAndDropsAreDelayedToo() throws Exception {
        for (RuleAction action : List.of(mock("mocked", RuledProxy.delay(DELAY_MILLIS)),
                new RuleAction.Drop(RuleAction.Drop.Mode.CLOSE, RuledProxy.delay(DELAY_MILLIS)))) {
            Rule rule = ruled.add(action);
            try (RawClient client = ruled.proxy().client()) {
                long begun = System.nanoTime();
                client.sendLines("GET http://127.0.0.1:1/path HTTP/1.1\nHost: 127.0.0.1:1\nConnection: close\n\n");
                client.readToEnd();
                assertTrue(System.nanoTime() - begun >= DELAY_NANOS);
            }
            ruled.book().remove(rule.id());
        }
        assertTrue(ruled.proxy().exchange(0).timings().total() >= DELAY_NANOS);
        assertTrue(ruled.proxy().exchange(1).timings().total() >= DELAY_NANOS);
    }

    @Test
    void randomDelaysKeepWithinTheirRange() throws Exception {
        ruled.add(pass(new Pace(Optional.of(new Delay.Uniform(20, 40, OptionalLong.of(7))), OptionalLong.empty(), OptionalLong.empty())));
        for (int i = 0; i < 3; i++) {
            assertTrue(ruled.pass(false, "GET", "\n", OK).exchange().timings().total() >= 20_000_000L);
        }
    }

    @Test
    void aClientThatLeavesDuringADelayEndsIt() throws Exception {
        ruled.add(pass(RuledProxy.delay(Delay.MILLIS_MAX)));
        try (ScriptedOrigin origin = ScriptedOrigin.each(); RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "GET", "/path", "\n"));
            ruled.proxy().await(all -> all.size() == 1);
            client.reset();
            Outcome outcome = ruled.proxy().exchange(0).outcome();
            assertEquals(ErrorClass.CLIENT_ABORTED, ((Outcome.Incomplete) outcome).errorClass());
            assertEquals(0, origin.connectionCount());
        }
    }

    @Test
    void aProxyThatStopsDoesNotWaitForADelay() throws Exception {
        ruled.add(pass(RuledProxy.delay(Delay.MILLIS_MAX)));
        try (RawClient client = ruled.proxy().client()) {
            client.sendLines("GET http://127.0.0.1:1/path HTTP/1.1\nHost: 127.0.0.1:1\n\n");
            ruled.proxy().await(all -> all.size() == 1);
            ruled.proxy().close();
            Outcome outcome = ruled.proxy().exchange(0).outcome();
            assertEquals(ErrorClass.PROXY_STOPPED, ((Outcome.Incomplete) outcome).errorClass());
        }
    }

    @Test
    void aClientThatIsWatchedDuringALongDelayLosesNoOctet() throws Exception {
        // In its second second of waiting the proxy reads ahead to notice a client that leaves: the next request must not be lost in that.
        Pace longDelay = RuledProxy.delay(2_000);
        ruled.book().add(RuleDraft.of("", RuleMatcher.url("/mock$"), mock("mocked", longDelay)));
        ruled.book().add(RuleDraft.of("", RuleMatcher.url("/pass$"), pass(longDelay)));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.send(OK))));
                RawClient passed = ruled.proxy().client(); RawClient mocked = ruled.proxy().client()) {
            for (RawClient client : List.of(passed, mocked)) {
                client.send(RuledProxy.request(origin, false, "POST", client == passed ? "/pass" : "/mock", "Content-Length: 5\n\nhello")
                        + RuledProxy.request(origin, false, "GET", "/next", "\n"));
            }
            assertEquals("mocked", mocked.readResponse("POST").bodyText());
            for (RawClient client : List.of(passed, passed, mocked)) {
                assertEquals(OK, client.readResponse("GET").wire());
            }
        }
    }

    @Test
    void aDelayOfOneDoesNotHoldUpAnother() throws Exception {
        ruled.add(pass(RuledProxy.delay(Delay.MILLIS_MAX)));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(OK)); RawClient held = ruled.proxy().client();
                RawClient free = ruled.proxy().client()) {
            held.send(RuledProxy.request(origin, false, "GET", "/path", "\n"));
            ruled.proxy().await(all -> all.size() == 1);
            free.send(RuledProxy.request(origin, false, "GET", "/other", "\n"));
            assertEquals(OK, free.readResponse("GET").wire());
        }
    }

    @Test
    void aThrottledBodyArrivesWholeAndNotBeforeItsTime() throws Exception {
        String body = "0123456789".repeat(3_000);
        String counted = "HTTP/1.1 200 OK\r\nContent-Length: 30000\r\n\r\n" + body;
        String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7530\r\n" + body + "\r\n0\r\n\r\n";
        ruled.add(pass(RuledProxy.throttle(100_000)));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            for (String answer : List.of(counted, chunked)) {
                long begun = System.nanoTime();
                Passed passed = ruled.pass(secure, "GET", "\n", answer);
                // 0.3 s, less what may be sent at once: a tenth of a second's worth.
                assertTrue(System.nanoTime() - begun >= 200_000_000L);
                assertEquals(body, passed.atClient().bodyText());
                assertEquals(passed.exchange().response().orElseThrow().fields(), passed.atClient().head().fields());
                assertEquals(SentMessages.NONE, passed.exchange().sent());
            }
        }
    }

    @Test
    void aThrottledMockArrivesWholeAndNotBeforeItsTime() throws Exception {
        ruled.add(mock("0123456789".repeat(3_000), RuledProxy.throttle(100_000)));
        try (RawClient client = ruled.proxy().client()) {
            long begun = System.nanoTime();
            client.sendLines("GET http://127.0.0.1:1/path HTTP/1.1\nHost: 127.0.0.1:1\n\n");
            assertEquals("0123456789".repeat(3_000), client.readResponse("GET").bodyText());
            assertTrue(System.nanoTime() - begun >= 200_000_000L);
        }
    }

    @Test
    void theFirstOctetsOfAThrottledBodyDoNotWaitForTheLast() throws Exception {
        // At one octet a second the whole would take a day.
        ruled.add(mock("x".repeat(86_400), RuledProxy.throttle(1)));
        try (RawClient client = ruled.proxy().client()) {
            client.sendLines("GET http://127.0.0.1:1/path HTTP/1.1\nHost: 127.0.0.1:1\n\n");
            client.readHead();
            assertEquals("x", client.readText(1));
            client.reset();
            assertEquals(ErrorClass.CLIENT_ABORTED, ((Outcome.Incomplete) ruled.proxy().exchange(0).outcome()).errorClass());
        }
    }

    /** The octets of the body that came before the connection ended. */
    private static String bodyUntilGone(RawClient client, boolean chunked) {
        client.awaitGone();
        String wire = client.receivedText();
        String body = wire.substring(wire.indexOf("\r\n\r\n") + 4);
        if (!chunked) {
            return body;
        }
        StringBuilder octets = new StringBuilder();
        for (int at = 0; at < body.length(); ) {
            int end = body.indexOf("\r\n", at);
            int size = Integer.parseInt(body.substring(at, end), 16);
            assertTrue(size > 0, "the last chunk would make the body look whole");
            octets.append(body, end + 2, Math.min(body.length(), end + 2 + size));
            at = end + 2 + size + 2;
        }
        return octets.toString();
    }

    @Test
    void exactlySoManyOctetsArriveAndTheConnectionEnds() throws Exception {
        String counted = "HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n" + "abc".repeat(1_000);
        String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nbb8\r\n" + "abc".repeat(1_000) + "\r\n0\r\n\r\n";
        String untilClose = "HTTP/1.1 200 OK\r\n\r\n" + "abc".repeat(1_000);
        for (int bytes : List.of(0, 1, 2_999)) {
            Rule rule = ruled.add(pass(RuledProxy.abortAfter(bytes)));
            for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
                for (String answer : List.of(counted, chunked, untilClose)) {
                    int before = ruled.proxy().exchanges().size();
                    try (ScriptedOrigin origin = RuledProxy.origin(secure, new Step.ReadRequest(), ScriptedOrigin.send(answer));
                            RawClient client = ruled.client(origin, secure)) {
                        client.send(RuledProxy.request(origin, secure, "GET", "/path", "\n"));
                        assertEquals("abc".repeat(1_000).substring(0, bytes), bodyUntilGone(client, answer.equals(chunked)));
                        assertCut(rule, bytes, ruled.proxy().exchange(before));
                    }
                }
            }
            ruled.book().remove(rule.id());
        }
    }

    private static void assertCut(Rule rule, int bytes, Exchange exchange) {
        assertEquals(ErrorClass.BLOCKED_BY_RULE, ((Outcome.Incomplete) exchange.outcome()).errorClass());
        assertEquals(RuledProxy.matches(rule), exchange.rules());
        SentMessage sent = exchange.sent().response().orElseThrow();
        assertEquals(bytes, sent.bodyBytes());
        assertEquals("abc".repeat(1_000).substring(0, bytes), RuledProxy.text(sent.body()));
        assertTrue(!sent.complete());
        assertTrue(sent.bodySha256().isEmpty(), "a digest of what did not end");
    }

    @Test
    void aResponseThatIsNotLongerPassesWhole() throws Exception {
        ruled.add(pass(RuledProxy.abortAfter(2)));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            Passed passed = ruled.pass(secure, "GET", "\n", OK);
            assertEquals(OK, passed.atClient().wire());
            assertEquals(new Outcome.Complete(), passed.exchange().outcome());
        }
    }

    @Test
    void aMockIsCutToo() throws Exception {
        Rule rule = ruled.add(mock("abc".repeat(1_000), RuledProxy.abortAfter(1_000)));
        try (RawClient client = ruled.proxy().client()) {
            client.sendLines("GET http://127.0.0.1:1/path HTTP/1.1\nHost: 127.0.0.1:1\n\n");
            assertEquals("abc".repeat(1_000).substring(0, 1_000), bodyUntilGone(client, false));
        }
        assertCut(rule, 1_000, ruled.proxy().exchange(0));
    }

    @Test
    void allTheOctetsArriveBeforeTheEndAtAClientThatReadsLate() throws Exception {
        byte[] block = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
        // More than a client that does not read has room for: the rest waits in the proxy's system.
        int bytes = 300_001;
        ruled.add(pass(RuledProxy.abortAfter(bytes)));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            int before = ruled.proxy().exchanges().size();
            try (ScriptedOrigin origin = RuledProxy.origin(secure, new Step.ReadRequest(),
                    ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: " + (8 << 20) + "\r\n\r\n"), new Step.SendRepeated(block, 8));
                    RawClient client = ruled.client(origin, secure)) {
                client.send(RuledProxy.request(origin, secure, "GET", "/path", "\n"));
                assertEquals(bytes, ruled.proxy().exchange(before).sent().response().orElseThrow().bodyBytes());
                client.awaitGone();
                String wire = client.receivedText();
                assertEquals(bytes, wire.length() - wire.indexOf("\r\n\r\n") - 4);
            }
        }
    }

    @Test
    void aBodyWithoutALengthIsCutByAReset() throws Exception {
        ruled.add(pass(RuledProxy.abortAfter(3)));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send("HTTP/1.1 200 OK\r\n\r\nhello"));
                RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "GET", "/path", "\n"));
            AssertionError failed = assertThrows(AssertionError.class, client::readToEnd);
            assertTrue(failed.getCause() instanceof SocketException, failed.toString());
            assertTrue(client.receivedText().endsWith("\r\n\r\nhel"), client.receivedText());
        }
    }
}
