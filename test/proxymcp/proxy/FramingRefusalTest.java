package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import proxymcp.proxy.ScriptedOrigin.Step;

/**
 * What two parsers could read differently is answered by the proxy and never reaches an origin (RFC 9112 sections 6.3 and 11.2), whether
 * it comes alone or between good requests, on the proxy's port or inside a CONNECT, at once or byte by byte.
 *
 * <p>In the requests, {@code TARGET} stands for the target in the form that is due and {@code ORIGIN} for the origin's authority.
 */
@Timeout(60)
final class FramingRefusalTest {
    private static final String LINE = "POST TARGET HTTP/1.1\r\n";
    private static final String HEAD = LINE + "Host: ORIGIN\r\n";
    private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n\r\n";

    private record Case(String name, String request, int status) {
        @Override
        public String toString() {
            return name;
        }

        /** The request as a client of the proxy sends it, or as one inside a tunnel does. */
        String octets(ScriptedOrigin origin, boolean inTunnel) {
            String target = inTunnel ? "/bad" : "http://ORIGIN/bad";
            return request.replace("TARGET", target).replace("ORIGIN", origin.authority());
        }

        boolean isAboutTheBody() {
            return request.startsWith(CHUNKED);
        }

        /** Whether its first octets are those of a request; what they are not is tunnelled. */
        boolean beginsAsHttp() {
            return request.startsWith("POST TARGET");
        }
    }

    private static RunningProxy proxy;
    private ScriptedOrigin origin;

    @BeforeAll
    static void startProxy() throws IOException {
        proxy = RunningProxy.start();
    }

    @AfterAll
    static void stopProxy() {
        proxy.close();
    }

    @BeforeEach
    void startOrigin() throws IOException {
        origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("ok"))));
    }

    @AfterEach
    void stopOrigin() throws IOException {
        origin.close();
    }

    static Stream<Case> ofLength() {
        return Stream.of(
                new Case("both lengths", HEAD + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
                new Case("both lengths, the coding first", HEAD + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400),
                new Case("two lengths", HEAD + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", 400),
                new Case("two equal lengths", HEAD + "Content-Length: 5\r\ncontent-length: 5\r\n\r\nhello", 400),
                new Case("a list of lengths", HEAD + "Content-Length: 5, 5\r\n\r\nhello", 400),
                new Case("a length with plus", HEAD + "Content-Length: +5\r\n\r\nhello", 400),
                new Case("a length with minus", HEAD + "Content-Length: -5\r\n\r\nhello", 400),
                new Case("a space in a length", HEAD + "Content-Length: 1 0\r\n\r\nhello", 400),
                new Case("a length in hex", HEAD + "Content-Length: 0x5\r\n\r\nhello", 400),
                new Case("a length with a parameter", HEAD + "Content-Length: 5;a=b\r\n\r\nhello", 400),
                new Case("a length with an underscore", HEAD + "Content-Length: 1_0\r\n\r\nhello", 400),
                new Case("an empty length", HEAD + "Content-Length:\r\n\r\n", 400),
                new Case("a length of 20 digits", HEAD + "Content-Length: 18446744073709551621\r\n\r\nhello", 400),
                new Case("a length behind a vertical tab", HEAD + "Content-Length: \u000b5\r\n\r\nhello", 400));
    }

    static Stream<Case> ofTransferCoding() {
        return Stream.of(
                new Case("chunked is not last", HEAD + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
                new Case("chunked twice", HEAD + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
                new Case("chunked on two lines", HEAD + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
                new Case("chunked with a parameter", HEAD + "Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n", 400),
                new Case("an empty member behind chunked", HEAD + "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n", 400),
                new Case("an empty coding", HEAD + "Transfer-Encoding:\r\n\r\n0\r\n\r\n", 400),
                new Case("a quoted coding", HEAD + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", 400),
                new Case("a control character in the coding", HEAD + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n", 400),
                new Case("an unknown coding", HEAD + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
                new Case("identity", HEAD + "Transfer-Encoding: identity\r\n\r\n", 501),
                new Case("a known coding below chunked", HEAD + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
                new Case("a coding in HTTP/1.0",
                        "POST TARGET HTTP/1.0\r\nHost: ORIGIN\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400));
    }

    static Stream<Case> ofFieldLines() {
        return Stream.of(
                new Case("obs-fold", HEAD + "X: a\r\n b\r\n\r\n", 400),
                new Case("a folded length", HEAD + "Content-Length:\r\n 5\r\n\r\nhello", 400),
                new Case("a first field line with space", LINE + " Host: ORIGIN\r\n\r\n", 400),
                new Case("LF behind a field", HEAD + "X: a\nY: b\r\n\r\n", 400),
                new Case("LF behind the request line", "POST TARGET HTTP/1.1\nHost: ORIGIN\r\n\r\n", 400),
                new Case("LF as the empty line", HEAD + "X: a\r\n\n", 400),
                new Case("CR in a value", HEAD + "X: a\rY: b\r\n\r\n", 400),
                new Case("space before the colon", HEAD + "Content-Length : 5\r\n\r\nhello", 400),
                new Case("tab before the colon", HEAD + "Content-Length\t: 5\r\n\r\nhello", 400),
                new Case("a space in a name", HEAD + "Content Length: 5\r\n\r\nhello", 400),
                new Case("no name", HEAD + ": x\r\n\r\n", 400),
                new Case("no colon", HEAD + "X\r\n\r\n", 400),
                new Case("NUL in a value", HEAD + "X: a\0b\r\n\r\n", 400),
                new Case("NUL in a name", HEAD + "X\0: a\r\n\r\n", 400),
                new Case("no Host", LINE + "X: a\r\n\r\n", 400),
                new Case("two Hosts", HEAD + "Host: other.example\r\n\r\n", 400),
                new Case("two equal Hosts", HEAD + "host: ORIGIN\r\n\r\n", 400),
                new Case("a list of hosts", LINE + "Host: ORIGIN, ORIGIN\r\n\r\n", 400),
                new Case("a user in Host", LINE + "Host: user@ORIGIN\r\n\r\n", 400),
                new Case("a path in Host", LINE + "Host: ORIGIN/x\r\n\r\n", 400),
                new Case("an empty Host", LINE + "Host:\r\n\r\n", 400));
    }

    static Stream<Case> ofRequestLine() {
        return Stream.of(
                new Case("two spaces in the request line", "POST  TARGET HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("two spaces before the version", "POST TARGET  HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("a tab in the request line", "POST\tTARGET\tHTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("space behind the version", "POST TARGET HTTP/1.1 \r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("space before the method", " POST TARGET HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("no version", "POST TARGET\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("a version of two digits", "POST TARGET HTTP/1.10\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("a version in lower case", "POST TARGET http/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("version 0.9", "POST TARGET HTTP/0.9\r\nHost: ORIGIN\r\n\r\n", 505),
                new Case("version 2.0", "POST TARGET HTTP/2.0\r\nHost: ORIGIN\r\n\r\n", 505),
                new Case("a method that is no token", "PO(ST TARGET HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("NUL in the target", "POST TARGET\0x HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("a user in the target", "POST http://user:secret@ORIGIN/ HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("* for another method than OPTIONS", "POST * HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("another scheme", "POST ftp://ORIGIN/ HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("CR without LF before it", "\rPOST TARGET HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("many empty lines before it", "\r\n\r\n\r\n\r\n\r\nPOST TARGET HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400));
    }

    static Stream<Case> ofChunks() {
        return Stream.of(
                new Case("chunk size overflows 64 bits", CHUNKED + "10000000000000005\r\nhello\r\n0\r\n\r\n", 400),
                new Case("chunk size overflows 32 bits behind a good chunk", CHUNKED + "1\r\na\r\nFFFFFFFFFFFFFFFFF\r\n", 400),
                new Case("chunk size with a sign", CHUNKED + "+5\r\nhello\r\n0\r\n\r\n", 400),
                new Case("negative chunk size", CHUNKED + "-5\r\nhello\r\n0\r\n\r\n", 400),
                new Case("chunk size with 0x", CHUNKED + "0x5\r\nhello\r\n0\r\n\r\n", 400),
                new Case("space before a chunk size", CHUNKED + " 5\r\nhello\r\n0\r\n\r\n", 400),
                new Case("space behind a chunk size", CHUNKED + "5 \r\nhello\r\n0\r\n\r\n", 400),
                new Case("no chunk size", CHUNKED + "\r\nhello\r\n0\r\n\r\n", 400),
                new Case("LF behind a chunk size", CHUNKED + "5\nhello\r\n0\r\n\r\n", 400),
                new Case("LF in a chunk extension", CHUNKED + "5;a\nhello\r\n0\r\n\r\n", 400),
                new Case("CR in a chunk extension", CHUNKED + "5;a\rb\r\nhello\r\n0\r\n\r\n", 400),
                new Case("NUL in a chunk extension", CHUNKED + "5;a\0b\r\nhello\r\n0\r\n\r\n", 400),
                new Case("a chunk extension of 5,000 octets", CHUNKED + "5;" + "a".repeat(5_000) + "\r\nhello\r\n0\r\n\r\n", 400),
                new Case("more octets than the chunk size", CHUNKED + "5\r\nhello!\r\n0\r\n\r\n", 400),
                new Case("LF behind chunk data", CHUNKED + "5\r\nhello\n0\r\n\r\n", 400),
                new Case("LF behind the last chunk", CHUNKED + "5\r\nhello\r\n0\r\n\n\r\n", 400),
                new Case("a folded trailer", CHUNKED + "5\r\nhello\r\n0\r\nX: a\r\n b\r\n\r\n", 400),
                new Case("a trailer with space before the colon", CHUNKED + "5\r\nhello\r\n0\r\nX : a\r\n\r\n", 400),
                new Case("a trailer without a colon", CHUNKED + "5\r\nhello\r\n0\r\nX\r\n\r\n", 400));
    }

    static Stream<Case> ofHead() {
        return Stream.of(ofLength(), ofTransferCoding(), ofFieldLines(), ofRequestLine()).flatMap(cases -> cases);
    }

    static Stream<Case> all() {
        return Stream.concat(ofHead(), ofChunks());
    }

    /** Only what is addressed to a proxy can have these. */
    static Stream<Case> ofProxiesAlone() {
        return Stream.of(
                new Case("a path sent to a proxy", "GET /bad HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("* sent to a proxy", "OPTIONS * HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("CONNECT without a port", "CONNECT 127.0.0.1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
                new Case("CONNECT with a URI", "CONNECT http://ORIGIN/ HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("CONNECT with a length", "CONNECT ORIGIN HTTP/1.1\r\nHost: ORIGIN\r\nContent-Length: 5\r\n\r\nhello", 400),
                new Case("CONNECT with chunks", "CONNECT ORIGIN HTTP/1.1\r\nHost: ORIGIN\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
                new Case("CONNECT with two Hosts", "CONNECT ORIGIN HTTP/1.1\r\nHost: ORIGIN\r\nHost: other.example\r\n\r\n", 400),
                new Case("CONNECT without Host", "CONNECT ORIGIN HTTP/1.1\r\n\r\n", 400));
    }

    /** Only inside a tunnel can a request be for somebody else. */
    static Stream<Case> ofTunnelsAlone() {
        return Stream.of(
                new Case("another host inside a tunnel", "GET http://other.example/ HTTP/1.1\r\nHost: other.example\r\n\r\n", 400),
                new Case("another port inside a tunnel", "GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n", 400),
                new Case("another scheme inside a tunnel", "GET https://ORIGIN/ HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
                new Case("CONNECT inside a tunnel", "CONNECT ORIGIN HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400));
    }

    @ParameterizedTest
    @MethodSource({"all", "ofProxiesAlone"})
    void aloneNothingReachesTheOrigin(Case refused) throws Exception {
        try (RawClient client = proxy.client()) {
            client.send(refused.octets(origin, false));
            assertRefused(refused, client);
        }
        assertEquals(0, origin.connectionCount());
        assertProxyLives();
    }

    @ParameterizedTest
    @MethodSource("all")
    void aloneInATunnelNothingReachesTheOrigin(Case refused) throws Exception {
        if (!refused.beginsAsHttp()) {
            return; // The octets are no request: they pass a tunnel unread, as they would without us.
        }
        try (RawClient client = proxy.tunnelTo(origin.authority())) {
            client.send(refused.octets(origin, true));
            assertRefused(refused, client);
        }
        assertEquals(0, origin.connectionCount());
    }

    @ParameterizedTest
    @MethodSource({"all", "ofProxiesAlone"})
    void requestsBeforeItAreAnsweredAndThoseBehindItAreNot(Case refused) throws Exception {
        String before = "GET http://ORIGIN/before HTTP/1.1\r\nHost: ORIGIN\r\n\r\n".replace("ORIGIN", origin.authority());
        try (RawClient client = proxy.client()) {
            client.send(before + refused.octets(origin, false) + before.replace("before", "behind"));
            assertEquals("ok", client.readResponse("GET").bodyText());
            assertRefused(refused, client);
        }
        assertOriginSawOnlyTheFirst();
    }

    @ParameterizedTest
    @MethodSource({"all", "ofTunnelsAlone"})
    void inATunnelRequestsBeforeItAreAnsweredAndThoseBehindItAreNot(Case refused) throws Exception {
        String before = "GET /before HTTP/1.1\r\nHost: ORIGIN\r\n\r\n".replace("ORIGIN", origin.authority());
        try (RawClient client = proxy.tunnelTo(origin.authority())) {
            client.send(before + refused.octets(origin, true) + before.replace("before", "behind"));
            assertEquals("ok", client.readResponse("GET").bodyText());
            assertRefused(refused, client);
        }
        assertOriginSawOnlyTheFirst();
    }

    /** A body flows as it comes: what precedes the bad octet may have passed, but no request that an origin could take as whole. */
    @ParameterizedTest
    @MethodSource("all")
    void byteByByteNoWholeRequestReachesTheOrigin(Case refused) throws Exception {
        try (RawClient client = proxy.client()) {
            String octets = refused.octets(origin, false);
            if (octets.length() > 1_000) {
                return; // Thousands of packets would only test the kernel.
            }
            for (int i = 0; i < octets.length(); i++) {
                client.send(octets.substring(i, i + 1));
            }
            assertRefused(refused, client);
        }
        if (!refused.isAboutTheBody()) {
            assertEquals(0, origin.connectionCount());
        } else if (origin.connectionCount() > 0) {
            assertEquals(ScriptedOrigin.End.PEER_CLOSED, origin.connection(0).awaitEnd());
        }
    }

    private static void assertRefused(Case refused, RawClient client) {
        RawClient.Response answer = client.readResponse("POST");
        assertEquals(refused.status(), answer.status(), answer.wire());
        assertEquals(List.of("close"), answer.head().fields().all("Connection"));
        assertEquals(List.of("proxy-mcp; error=http_protocol_error"), answer.head().fields().all("Proxy-Status"));
        assertTrue(answer.bodyText().startsWith("proxy-mcp: "), answer.bodyText());
        assertEquals("", client.readToEnd());
    }

    private void assertOriginSawOnlyTheFirst() throws Exception {
        String line = "GET /before HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\n";
        assertEquals(1, origin.connectionCount());
        assertEquals(line, origin.connection(0).receivedText());
    }

    private void assertProxyLives() throws Exception {
        try (RawClient client = proxy.client()) {
            client.send("GET http://ORIGIN/ HTTP/1.1\r\nHost: ORIGIN\r\n\r\n".replace("ORIGIN", origin.authority()));
            assertEquals("ok", client.readResponse("GET").bodyText());
        }
    }
}
