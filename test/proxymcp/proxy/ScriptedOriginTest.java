package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import proxymcp.proxy.ScriptedOrigin.End;
import proxymcp.proxy.ScriptedOrigin.Step;

/** The test support itself: what the proxy's tests believe must be true. */
class ScriptedOriginTest {
    @Test
    void playsAScriptAndKeepsWhatItReceived() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.respond("hello"));
                RawClient client = RawClient.connect(origin.port())) {
            client.sendLines("""
                    POST /a HTTP/1.1
                    Transfer-Encoding: chunked

                    3
                    abc
                    0
                    X: y

                    """);
            RawClient.Response response = client.readResponse("POST");
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", response.wire());
            assertEquals("hello", response.bodyText());
            assertEquals("", client.readToEnd());
            ScriptedOrigin.Connection connection = origin.connection(0);
            assertEquals(End.PLAYED, connection.awaitEnd());
            assertEquals("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n", connection.receivedText());
            ScriptedOrigin.Received request = connection.requests().get(0);
            assertEquals("abc", request.bodyText());
            assertEquals("[Line[name=X, value=y]]", request.trailers().toString());
        }
    }

    @Test
    void repeatsForEachRequestUntilTheClientCloses() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(
                new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("x"))))) {
            try (RawClient client = RawClient.connect(origin.port())) {
                client.send("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n");
                assertEquals("x", client.readResponse("GET").bodyText());
                assertEquals("x", client.readResponse("GET").bodyText());
            }
            assertEquals(End.PLAYED, origin.connection(0).awaitEnd());
            assertEquals(2, origin.connection(0).requests().size());
            assertEquals(1, origin.connectionCount());
        }
    }

    @Test
    void readsABodyApartFromItsHeadAndWaitsForTheTest() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch headRead = new CountDownLatch(1);
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), new Step.Signal(headRead), new Step.Await(gate),
                ScriptedOrigin.send("HTTP/1.1 100 Continue\r\n\r\n"), new Step.ReadBody(), ScriptedOrigin.respond(""));
                RawClient client = RawClient.connect(origin.port())) {
            client.send("PUT / HTTP/1.1\r\nContent-Length: 2\r\n\r\n");
            headRead.await();
            gate.countDown();
            assertEquals(100, client.readResponse("PUT").status());
            client.send("ab");
            assertEquals(200, client.readResponse("PUT").status());
            assertEquals("ab", origin.connection(0).requests().get(0).bodyText());
        }
    }

    @Test
    void sendsInPiecesAndEchoes() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.SendSlowly("abcdefg".getBytes(StandardCharsets.US_ASCII), 3),
                new Step.SendRepeated(new byte[] {'z'}, 3), new Step.ReadBytes(1), new Step.Echo());
                RawClient client = RawClient.connect(origin.port())) {
            assertEquals("abcdefgzzz", client.readText(10));
            client.send("1234");
            assertArrayEquals(new byte[] {'2', '3', '4'}, client.readBytes(3));
            client.halfClose();
            assertEquals("", client.readToEnd());
        }
    }

    @Test
    void tellsHowThePeerWent() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), new Step.ReadToEnd())) {
            try (RawClient client = RawClient.connect(origin.port())) {
                client.send("GET / HT");
                origin.connection(0).awaitReceived("GET / HT");
            }
            assertEquals(End.PEER_CLOSED, origin.connection(0).awaitEnd());
            try (RawClient client = RawClient.connect(origin.port())) {
                client.send("GET /");
                origin.connection(1).awaitReceived("GET /");
                client.reset();
            }
            assertEquals(End.PEER_RESET, origin.connection(1).awaitEnd());
        }
    }

    @Test
    void resetAndCloseReachTheClient() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.inOrder(List.of(
                List.of(new Step.ReadHead(), ScriptedOrigin.send("ab"), new Step.Close()),
                List.of(new Step.ReadHead(), new Step.Reset())))) {
            try (RawClient client = RawClient.connect(origin.port())) {
                client.send("GET / HTTP/1.1\r\n\r\n");
                assertEquals("ab", client.readToEnd());
            }
            try (RawClient client = RawClient.connect(origin.port())) {
                client.send("GET / HTTP/1.1\r\n\r\n");
                AssertionError reset = assertThrows(AssertionError.class, client::readToEnd);
                assertTrue(reset.getMessage().contains("reset"), reset.getMessage());
            }
        }
    }

    @Test
    void closingEndsAStall() throws Exception {
        ScriptedOrigin origin = ScriptedOrigin.each(new Step.Stall());
        try (RawClient client = RawClient.connect(origin.port())) {
            ScriptedOrigin.Connection connection = origin.connection(0);
            origin.close();
            client.awaitGone();
            assertEquals(End.ORIGIN_CLOSED, connection.awaitEnd());
        }
    }

    @Test
    void failuresOfTheBackgroundReachTheTest() throws Exception {
        ScriptedOrigin malformed = ScriptedOrigin.each(new Step.ReadRequest());
        try (RawClient client = RawClient.connect(malformed.port())) {
            client.send("no http\r\n\r\n");
            assertEquals(End.FAILED, malformed.connection(0).awaitEnd());
        }
        assertThrows(AssertionError.class, malformed::close);

        ScriptedOrigin unscripted = ScriptedOrigin.inOrder(List.of(List.of()));
        for (int i = 0; i < 2; i++) {
            try (RawClient client = RawClient.connect(unscripted.port())) {
                client.awaitGone();
            }
        }
        unscripted.connection(1).awaitEnd();
        AssertionError thrown = assertThrows(AssertionError.class, unscripted::close);
        assertTrue(thrown.getMessage().contains("connection 2 of 1 scripted ones"), thrown.getMessage());
    }
}
