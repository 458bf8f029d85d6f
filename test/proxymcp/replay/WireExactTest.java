package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Endpoint;
import proxymcp.http.WireWriter;
import proxymcp.proxy.RawClient;
import proxymcp.proxy.ScriptedOrigin;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.store.StoredExchange;

/** What reaches the origin when a request is sent again is, octet for octet, what reached it when that was recorded. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class WireExactTest {
    private static final SendSettings ALL = settings(Optional.empty());
    private static final Step OK = ScriptedOrigin.respond("fine");

    @TempDir
    private Path home;

    private static SendSettings settings(Optional<Target> target) {
        return new SendSettings(new Safety(true, java.util.Set.of()), target, 15_000, Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    @Test void plainGetWithOddCaseDuplicatesAndEmptyValues() throws Exception {
        assertSame("GET http://%s/a?b=&c=%%20&b=1 HTTP/1.1\r\nhOsT: %s\r\nX-Twice: 1\r\nx-twice:2\r\nX-Empty:\r\nX-Wide:   spaced   \r\n"
                + "Cookie: a=1; b=\r\nAccept: */*\r\n\r\n", "GET");
    }

    @Test void headThatWasReadLeniently() throws Exception {
        assertSame("GET http://%s/\u00e4?\u00fc HTTP/1.1\r\nHost: %s\r\nX-Wide: \u00e4\t\u00ff\r\n\r\n", "GET");
    }

    @Test void headRequest() throws Exception {
        assertSame("HEAD http://%s/h HTTP/1.1\r\nHost: %s\r\n\r\n", "HEAD");
    }

    @Test void requestOfHttp10() throws Exception {
        assertSame("GET http://%s/old HTTP/1.0\r\nHost: %s\r\nX-Old: yes\r\n\r\n", "GET");
    }

    @Test void fieldsOfTheConnectionToTheProxyStayAway() throws Exception {
        assertSame("GET http://%s/ HTTP/1.1\r\nHost: %s\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: Basic eDp5\r\n"
                + "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\n\r\n", "GET");
    }

    @Test void bodyOfLengthZero() throws Exception {
        assertSame("POST http://%s/none HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n", "POST");
    }

    @Test void chunkedBodyWithTrailers() throws Exception {
        assertSame("POST http://%s/c HTTP/1.1\r\nHost: %s\r\ntransfer-encoding: Chunked\r\nTrailer: X-Sum\r\n\r\n"
                + "b\r\nhello world\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n", "POST");
    }

    @Test void binaryBody() throws Exception {
        byte[] body = new byte[300];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (i * 7);
        }
        assertSame(withBody("application/octet-stream", "", body), "POST");
    }

    @Test void compressedBodyStaysAsItIs() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write("{\"a\": 1}".getBytes(StandardCharsets.UTF_8));
        }
        assertSame(withBody("application/json", "Content-Encoding: gzip\r\n", packed.toByteArray()), "POST");
    }

    @Test void bodyLongerThanMemoryIsGivenFor() throws Exception {
        byte[] body = new byte[3_000_000];
        new java.util.Random(8).nextBytes(body);
        assertSame(withBody("application/octet-stream", "", body), "POST");
    }

    @Test void originThatWantsTheBodyIsAskedFirst() throws Exception {
        String head = "POST http://%s/e HTTP/1.1\r\nHost: %s\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
        List<Step> script = List.of(new Step.ReadHead(), ScriptedOrigin.send("HTTP/1.1 100 Continue\r\n\r\n"), new Step.ReadBody(), OK);
        try (RecordedTraffic traffic = RecordedTraffic.start(home); ScriptedOrigin origin = ScriptedOrigin.each(script.toArray(new Step[0]))) {
            try (RawClient client = traffic.client()) {
                client.send(head.formatted(origin.authority(), origin.authority()));
                assertEquals("HTTP/1.1 100 Continue\r\n\r\n", client.readHead());
                client.send("abcd");
                assertEquals("fine", client.readResponse("POST").bodyText());
            }
            traffic.stop();
            SendResult result = replayOnly(traffic, ALL);
            assertEquals(OptionalInt.of(200), result.status(), result.reason());
            assertArrayEquals(origin.connection(0).received(), origin.connection(1).received());
            assertTrue(origin.connection(1).receivedText().endsWith("\r\n\r\nabcd"));
            assertEquals(1, traffic.replayOf(result).exchange().informational().size());
        }
    }

    @Test void originThatRefusesTheBodyGetsNone() throws Exception {
        Step[] script = {new Step.ReadHead(), ScriptedOrigin.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno"), new Step.ReadToEnd()};
        try (RecordedTraffic traffic = RecordedTraffic.start(home); ScriptedOrigin recorded = ScriptedOrigin.each(new Step.ReadHead(),
                ScriptedOrigin.send("HTTP/1.1 100 Continue\r\n\r\n"), new Step.ReadBody(), OK); ScriptedOrigin refusing = ScriptedOrigin.each(script)) {
            try (RawClient client = traffic.client()) {
                client.send("POST http://%s/e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n".formatted(recorded.authority()));
                client.readHead();
                client.send("abcd");
                client.readResponse("POST");
            }
            traffic.stop();
            SendResult result = replayOnly(traffic, settings(Optional.of(new Target(new Endpoint("http", "127.0.0.1", refusing.port())))));
            assertEquals(OptionalInt.of(417), result.status(), result.reason());
            assertTrue(refusing.connection(0).receivedText().endsWith("\r\n\r\n"), refusing.connection(0).receivedText());
        }
    }

    @Test void originOverIpv6() throws Exception {
        try (RecordedTraffic traffic = RecordedTraffic.start(home); ScriptedOrigin origin = new ScriptedOrigin(InetAddress.getByName("::1"),
                Optional.empty(), index -> List.of(new Step.ReadRequest(), OK))) {
            assertSame(traffic, origin, latin1("GET http://%1$s/six HTTP/1.1\r\nHost: %1$s\r\n\r\n".formatted("[::1]:" + origin.port())), "GET");
        }
    }

    @Test void anotherSchemeHostAndPortAreSentToWithTheirHost() throws Exception {
        try (RecordedTraffic traffic = RecordedTraffic.start(home); ScriptedOrigin first = ScriptedOrigin.each(new Step.ReadRequest(), OK);
                ScriptedOrigin second = ScriptedOrigin.each(new Step.ReadRequest(), OK)) {
            exchange(traffic, latin1("POST http://%1$s/p/q?r=1 HTTP/1.1\r\nA: 1\r\nHOST: %1$s\r\nContent-Length: 2\r\n\r\nhi".formatted(first.authority())), "POST");
            traffic.stop();
            SendSettings moved = settings(Optional.of(new Target(new Endpoint("http", "localhost", second.port()))));
            Plan plan = traffic.planAll(moved);
            assertEquals("http://localhost:" + second.port() + "/p/q?r=1", plan.items().get(0).targetUrl());
            assertEquals("http://" + first.authority() + "/p/q?r=1", plan.items().get(0).originalUrl());
            SendResult result = replayOnly(traffic, moved);
            assertEquals(OptionalInt.of(200), result.status(), result.reason());
            assertEquals("POST /p/q?r=1 HTTP/1.1\r\nA: 1\r\nHOST: localhost:" + second.port() + "\r\nContent-Length: 2\r\n\r\nhi",
                    second.connection(0).receivedText());
            assertEquals(1, first.connectionCount());
        }
    }

    private void assertSame(String formatted, String method) throws Exception {
        try (RecordedTraffic traffic = RecordedTraffic.start(home); ScriptedOrigin origin = origin(method)) {
            assertSame(traffic, origin, latin1(formatted.formatted(origin.authority(), origin.authority())), method);
        }
    }

    private void assertSame(byte[] body, String method) throws Exception {
        try (RecordedTraffic traffic = RecordedTraffic.start(home); ScriptedOrigin origin = origin(method)) {
            byte[] target = latin1("POST http://" + origin.authority() + "/x HTTP/1.1\r\nHost: " + origin.authority() + "\r\n");
            assertSame(traffic, origin, joined(target, body), method);
        }
    }

    private static ScriptedOrigin origin(String method) throws IOException {
        return ScriptedOrigin.each(new Step.ReadRequest(), method.equals("HEAD") ? ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n") : OK);
    }

    private static void assertSame(RecordedTraffic traffic, ScriptedOrigin origin, byte[] request, String method) throws Exception {
        exchange(traffic, request, method);
        traffic.stop();
        SendResult result = replayOnly(traffic, ALL);
        assertEquals(OptionalInt.of(200), result.status(), result.reason());
        assertTrue(result.isSuccess());
        assertEquals(List.of(), result.changes());
        byte[] original = origin.connection(0).received();
        assertArrayEquals(original, origin.connection(1).received(), () -> "was: " + text(original));
        StoredExchange replayed = traffic.replayOf(result);
        String head = new String(original, StandardCharsets.ISO_8859_1).split("(?<=\r\n\r\n)", 2)[0];
        assertEquals(head, text(WireWriter.octets(replayed.exchange().start().head())));
        assertEquals("replay", replayed.entry().source().id());
        assertEquals(Optional.of(new ReplayOf(traffic.id().text(), 1, traffic.planAll(ALL).items().get(0).exchangeId())),
                ReplayOf.of(replayed.exchange().notes()));
        StoredExchange recorded = traffic.catalog().open(traffic.id()).exchange(1).orElseThrow();
        assertEquals(recorded.requestBody().size(), replayed.requestBody().size());
        assertEquals(recorded.requestBody().sha256(), replayed.requestBody().sha256());
        assertEquals(recorded.exchange().requestTrailers(), replayed.exchange().requestTrailers());
    }

    private static SendResult replayOnly(RecordedTraffic traffic, SendSettings settings) throws Exception {
        Plan plan = traffic.planAll(settings);
        assertEquals(1, plan.items().size());
        try (HttpItemSender sender = traffic.sender(plan, settings)) {
            return sender.send(plan.items().get(0), 1);
        }
    }

    private static void exchange(RecordedTraffic traffic, byte[] request, String method) throws IOException {
        try (RawClient client = traffic.client()) {
            client.send(request);
            assertEquals(200, client.readResponse(method).status());
        }
    }

    private static byte[] withBody(String type, String more, byte[] body) {
        return joined(latin1("Content-Type: " + type + "\r\n" + more + "Content-Length: " + body.length + "\r\n\r\n"), body);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] octets) {
        return octets.length > 4_000 ? HexFormat.of().formatHex(octets, 0, 100) : new String(octets, StandardCharsets.ISO_8859_1);
    }
}
