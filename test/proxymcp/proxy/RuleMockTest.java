package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.SentMessage;
import proxymcp.http.Fields;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.rule.MockBody;
import proxymcp.rule.Pace;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleAction;

/** What a client gets of an answer that a rule makes, while no origin hears of it. */
@Timeout(60)
final class RuleMockTest {
    private static final String NEXT = "HTTP/1.1 202 Next\r\nContent-Length: 4\r\n\r\nnext";

    @TempDir
    Path folder;

    private RuledProxy ruled;

    @BeforeEach
    void start() throws Exception {
        ruled = RuledProxy.start();
    }

    @AfterEach
    void stop() {
        ruled.close();
    }

    private static RuleAction.Mock mock(int status, MockBody body, String... namesAndValues) {
        Fields.Builder fields = new Fields.Builder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new RuleAction.Mock(status, fields.build(), body, Pace.FREE);
    }

    /** Sends {@code requests}, the first of which is mocked, and behind them one that is not; returns the answers but the last. */
    private List<RawClient.Response> answers(boolean secure, String method, int count, String requests) throws Exception {
        try (ScriptedOrigin origin = RuledProxy.origin(secure, new Step.ReadRequest(), ScriptedOrigin.send(NEXT), new Step.ReadToEnd());
                RawClient client = ruled.client(origin, secure)) {
            client.send((requests.replace("URL", (secure ? "" : "http://ORIGIN") + "/path").replace("ORIGIN", origin.authority())).replace("\n", "\r\n"));
            client.send(RuledProxy.request(origin, secure, "GET", "/next", "\n"));
            List<RawClient.Response> answers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                answers.add(client.readResponse(method));
            }
            assertEquals(NEXT, client.readResponse("GET").wire());
            assertEquals(1, origin.connection(0).requests().size(), "requests that the origin got");
            assertTrue(origin.connection(0).receivedText().startsWith("GET /next "), origin.connection(0).receivedText());
            return answers;
        }
    }

    @Test
    void textIsSentWithTheFieldsThatWereGiven() throws Exception {
        Rule rule = ruled.add(mock(418, new MockBody.Text("t\u00e9a"), "Set-Cookie", "a=1", "X-Odd", "y", "set-cookie", "b=2"));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            int before = ruled.proxy().exchanges().size();
            RawClient.Response answer = answers(secure, "GET", 1, "GET URL HTTP/1.1\nHost: ORIGIN\n\n").get(0);
            assertEquals(418, answer.status());
            assertEquals("t\u00e9a", new String(answer.body(), StandardCharsets.UTF_8));
            assertEquals(List.of("a=1", "b=2"), answer.head().fields().all("Set-Cookie"));
            assertEquals(Optional.of("y"), answer.head().fields().first("X-Odd"));
            assertEquals(List.of("4"), answer.head().fields().all("Content-Length"));
            assertEquals(List.of(), answer.head().fields().all("Transfer-Encoding"));
            assertRecorded(rule, ruled.proxy().exchange(before), answer);
        }
        assertEquals(2, ruled.book().hits(rule.id()));
    }

    private static void assertRecorded(Rule rule, Exchange exchange, RawClient.Response answer) {
        assertEquals(new Outcome.Complete(), exchange.outcome());
        assertEquals(RuledProxy.matches(rule), exchange.rules());
        assertTrue(exchange.isAnsweredByRule());
        assertEquals(Optional.empty(), exchange.route());
        assertEquals(answer.status(), exchange.response().orElseThrow().status());
        assertEquals(answer.bodyText(), RuledProxy.text(exchange.responseBody().bytes()));
        SentMessage sent = exchange.sent().response().orElseThrow();
        assertEquals(answer.wire(), RuledProxy.text(sent.head()) + RuledProxy.text(sent.body()));
        assertEquals(Optional.empty(), exchange.sent().request(), "what an origin got");
    }

    @Test
    void octetsAndFilesAreSentAsTheyAre() throws Exception {
        byte[] octets = new byte[256];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) i;
        }
        Rule rule = ruled.add(mock(200, new MockBody.Octets(octets), "Content-Type", "application/octet-stream"));
        RawClient.Response answer = answers(true, "GET", 1, "GET URL HTTP/1.1\nHost: ORIGIN\n\n").get(0);
        assertEquals(RuledProxy.text(octets), answer.bodyText());
        ruled.book().remove(rule.id());
        Path file = folder.resolve("answer");
        ruled.add(mock(200, new MockBody.Contents(file)));
        for (String content : List.of("first", "the second, longer", "")) {
            Files.writeString(file, content);
            assertEquals(content, answers(false, "GET", 1, "GET URL HTTP/1.1\nHost: ORIGIN\n\n").get(0).bodyText());
        }
    }

    @Test
    void aLongFileArrivesWhole() throws Exception {
        Path file = folder.resolve("long");
        byte[] octets = TestSite.block();
        Files.write(file, octets);
        ruled.add(mock(200, new MockBody.Contents(file)));
        assertEquals(CheckingSink.hexSha256(octets),
                CheckingSink.hexSha256(answers(false, "GET", 1, "GET URL HTTP/1.1\nHost: ORIGIN\n\n").get(0).body()));
    }

    @Test
    void aFileThatIsNotThereIsAFailureOfThatExchangeAlone() throws Exception {
        ruled.add(mock(200, new MockBody.Contents(folder.resolve("absent"))));
        try (RawClient client = ruled.proxy().client()) {
            client.sendLines("GET http://127.0.0.1:1/path HTTP/1.1\nHost: 127.0.0.1:1\n\n");
            RawClient.Response answer = client.readResponse("GET");
            assertTrue(answer.status() >= 500, answer.wire());
            assertTrue(answer.bodyText().contains("absent"), answer.wire());
        }
        assertTrue(ruled.proxy().exchange(0).outcome() instanceof Outcome.Incomplete);
        assertEquals(1, ruled.proxy().exchange(0).rules().size());
    }

    @Test
    void aHeadRequestGetsTheHeadAlone() throws Exception {
        ruled.add(mock(200, new MockBody.Text("hello")));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            RawClient.Response answer = answers(secure, "HEAD", 1, "HEAD URL HTTP/1.1\nHost: ORIGIN\n\n").get(0);
            assertTrue(answer.wire().endsWith("\r\n\r\n"), answer.wire());
            assertEquals(List.of("5"), answer.head().fields().all("Content-Length"), "as GET would be answered");
        }
    }

    @Test
    void aStatusWithoutBodyIsSentWithout() throws Exception {
        for (int status : List.of(204, 304)) {
            Rule rule = ruled.add(mock(status, new MockBody.Text("hello")));
            RawClient.Response answer = answers(false, "GET", 1, "GET URL HTTP/1.1\nHost: ORIGIN\n\n").get(0);
            assertEquals(status, answer.status());
            assertTrue(answer.wire().endsWith("\r\n\r\n"), answer.wire());
            assertFalse(status == 204 && answer.head().fields().contains("Content-Length"), answer.wire());
            ruled.book().remove(rule.id());
        }
    }

    @Test
    void fieldsThatSayAnotherLengthDoNotMisleadTheClient() throws Exception {
        ruled.add(mock(200, new MockBody.Text("hello"), "Content-Length", "999", "transfer-encoding", "chunked", "X", "y"));
        RawClient.Response answer = answers(false, "GET", 1, "GET URL HTTP/1.1\nHost: ORIGIN\n\n").get(0);
        assertEquals("hello", answer.bodyText());
        assertEquals(Optional.of("y"), answer.head().fields().first("X"));
    }

    @Test
    void aFieldThatEndsTheConnectionDoes() throws Exception {
        ruled.add(mock(200, new MockBody.Text("mocked"), "Connection", "close"));
        try (RawClient client = ruled.proxy().client()) {
            client.sendLines("GET http://127.0.0.1:1/path HTTP/1.1\nHost: 127.0.0.1:1\n\n");
            String got = client.readToEnd();
            assertTrue(got.contains("\r\nConnection: close\r\n") && got.endsWith("\r\n\r\nmocked"), got);
        }
    }

    @Test
    void anEmptyBodyHasALength() throws Exception {
        ruled.add(mock(200, new MockBody.Text("")));
        RawClient.Response answer = answers(false, "GET", 1, "GET URL HTTP/1.1\nHost: ORIGIN\n\n").get(0);
        assertEquals(List.of("0"), answer.head().fields().all("Content-Length"));
    }

    @Test
    void bodiesOfRequestsAreReadOverAndPipelinedOnesAnsweredInOrder() throws Exception {
        ruled.add(mock(200, new MockBody.Text("mocked")));
        String chunked = "POST URL HTTP/1.1\nHost: ORIGIN\nTransfer-Encoding: chunked\n\n4\nGET \n0\nT: 1\n\n";
        String counted = "POST URL HTTP/1.1\nHost: ORIGIN\nContent-Length: 14\n\nGET / HTTP/1.1";
        String large = "POST URL HTTP/1.1\nHost: ORIGIN\nContent-Length: 3000000\n\n" + "x".repeat(3_000_000);
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            int before = ruled.proxy().exchanges().size();
            for (RawClient.Response answer : answers(secure, "POST", 6, chunked + counted + large + counted + chunked + large)) {
                assertEquals("mocked", answer.bodyText());
            }
            assertEquals("GET ", RuledProxy.text(ruled.proxy().exchange(before).requestBody().bytes()));
            assertEquals("GET / HTTP/1.1", RuledProxy.text(ruled.proxy().exchange(before + 1).requestBody().bytes()));
            assertEquals(3_000_000, ruled.proxy().exchange(before + 2).requestBody().size());
        }
    }

    @Test
    void aClientThatWaitsForLeaveIsAnsweredAndBothAgreeOnWhatComesNext() throws Exception {
        ruled.add(mock(403, new MockBody.Text("no")));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(NEXT), new Step.ReadToEnd());
                RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "POST", "/path", "Expect: 100-continue\nContent-Length: 5\n\n"));
            RawClient.Response answer = client.readResponse("POST");
            if (answer.status() == 100) {
                client.send("hello");
                assertEquals("no", client.readResponse("POST").bodyText());
                client.send(RuledProxy.request(origin, false, "GET", "/next", "\n"));
                assertEquals(NEXT, client.readResponse("GET").wire());
            } else {
                // The body may come or not: no other request can follow on this connection.
                assertEquals("no", answer.bodyText());
                assertTrue(answer.head().fields().hasMember("Connection", "close"), answer.wire());
                assertEquals("", client.readToEnd());
            }
        }
    }

    @Test
    void aClientOfHttp10IsAnsweredAndItsConnectionEndsUnlessItAskedOtherwise() throws Exception {
        ruled.add(mock(200, new MockBody.Text("mocked")));
        try (RawClient client = ruled.proxy().client()) {
            client.sendLines("GET http://127.0.0.1:1/path HTTP/1.0\n\n");
            String got = client.readToEnd();
            assertTrue(got.endsWith("\r\n\r\nmocked"), got);
            assertFalse(got.contains("Transfer-Encoding"), got);
        }
        try (RawClient client = ruled.proxy().client()) {
            for (int i = 0; i < 2; i++) {
                client.sendLines("GET http://127.0.0.1:1/path HTTP/1.0\nConnection: keep-alive\n\n");
                RawClient.Response answer = client.readResponse("GET");
                assertEquals("mocked", answer.bodyText());
                assertTrue(answer.head().fields().hasMember("Connection", "keep-alive"), answer.wire());
            }
        }
    }

    @Test
    void aClientThatAsksForTheEndGetsIt() throws Exception {
        ruled.add(mock(200, new MockBody.Text("mocked")));
        try (RawClient client = ruled.proxy().client()) {
            client.sendLines("GET http://127.0.0.1:1/path HTTP/1.1\nHost: 127.0.0.1:1\nConnection: close\n\n");
            String got = client.readToEnd();
            assertTrue(got.contains("\r\nConnection: close\r\n") && got.endsWith("\r\n\r\nmocked"), got);
        }
    }

    @Test
    void hostsThatDoNotExistCanBeMockedAlsoUnderTls() throws Exception {
        ruled.add(mock(200, new MockBody.Text("mocked")));
        try (RawClient client = ruled.proxy().tunnelTo("nowhere.invalid:443")) {
            client.startTls(RunningProxy.clientTls(), "nowhere.invalid");
            client.sendLines("GET /path HTTP/1.1\nHost: nowhere.invalid\n\n");
            assertEquals("mocked", client.readResponse("GET").bodyText());
        }
        try (RawClient client = ruled.proxy().client()) {
            client.sendLines("GET http://nowhere.invalid/path HTTP/1.1\nHost: nowhere.invalid\n\n");
            assertEquals("mocked", client.readResponse("GET").bodyText());
        }
    }
}
