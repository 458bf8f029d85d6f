package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import proxymcp.Programs;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;

/**
 * Capture never changes what passes: each case runs once without and once with the proxy, over HTTP and HTTPS, IPv4 and IPv6. curl must
 * receive the same octets, the origin the same request, and the exchange must hold both.
 */
final class CurlTest {
    @TempDir static Path folder;
    private static TestCertificate certificate;
    private static CapturingProxy proxy;
    private static List<TestOrigin> origins;

    /**
     * @param name of the case
     * @param path at the origin
     * @param exit curl's exit code, with the proxy and without
     * @param exchanges how many the run makes
     * @param arguments curl's
     */
    private record Case(String name, String path, int exit, int exchanges, String... arguments) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll static void start() throws Exception {
        Programs.require("curl");
        certificate = TestCertificate.forLoopback(folder);
        proxy = CapturingProxy.trusting(folder.resolve("home"), certificate);
        TestSite site = new TestSite();
        origins = new ArrayList<>(List.of(TestOrigin.http("127.0.0.1", site), TestOrigin.https("127.0.0.1", certificate.context(), site)));
        if (hasIpv6()) {
            origins.addAll(List.of(TestOrigin.http("::1", site), TestOrigin.https("::1", certificate.context(), site)));
        }
        byte[] block = TestSite.block();
        Files.write(folder.resolve("upload.bin"), block);
        Files.write(folder.resolve("upload.bin"), block, StandardOpenOption.APPEND);
    }

    @AfterAll static void stop() throws IOException {
        if (proxy != null) {
            proxy.close();
            for (TestOrigin origin : origins) {
                origin.close();
            }
        }
    }

    private static boolean hasIpv6() throws IOException {
        return NetworkInterface.getByInetAddress(InetAddress.getByName("::1")) != null;
    }

    @Test void casesRunOverIpv6Too() throws IOException {
        Assumptions.assumeTrue(hasIpv6(), "this machine has no ::1");
        assertEquals(4, origins.size());
    }

    static Stream<Case> cases() {
        String file = "@" + folder.resolve("upload.bin");
        String path = folder.resolve("upload.bin").toString();
        return Stream.concat(requests(file, path), responses());
    }

    private static Stream<Case> requests(String file, String path) {
        return Stream.of(
                new Case("GET", "/hello", 0, 1),
                new Case("two GETs on one connection", "/hello", 0, 2, "{url}"),
                new Case("odd but legal target", "/q?a=[1]&b=%zz|{x}\"", 0, 1, "--globoff"),
                new Case("dot segments stay", "/a/../b", 0, 1, "--path-as-is"),
                new Case("fields in order and case", "/hello", 0, 1, "-H", "x-LOWER: a", "-H", "X-Dup: 1", "-H", "x-dup: 2", "-H", "X-Empty;",
                        "-H", "Accept:", "-H", "Cookie: a=b; c=d", "-u", "user:password"),
                new Case("form", "/sink", 0, 1, "-d", "a=b&c=%20d"),
                new Case("multipart", "/sink", 0, 1, "-H", "Content-Type: multipart/form-data; boundary=b", "--data-binary", file),
                new Case("POST with 100-continue", "/sink", 0, 1, "-H", "Expect: 100-continue", "--data-binary", file),
                new Case("PUT", "/sink", 0, 1, "-T", path),
                new Case("chunked upload", "/sink", 0, 1, "-T", path, "-H", "Transfer-Encoding: chunked"),
                new Case("chunked upload without Expect", "/sink", 0, 1, "-T", path, "-H", "Transfer-Encoding: chunked", "-H", "Expect:"),
                new Case("short chunked POST", "/sink", 0, 1, "-d", "abc", "-H", "Transfer-Encoding: chunked"),
                new Case("empty chunked upload", "/sink", 0, 1, "-T", "-"),
                new Case("empty POST", "/sink", 0, 1, "-d", ""),
                new Case("DELETE", "/hello", 0, 1, "-X", "DELETE"),
                new Case("PATCH", "/sink", 0, 1, "-X", "PATCH", "-d", "[]"),
                new Case("OPTIONS", "/hello", 0, 1, "-X", "OPTIONS"),
                new Case("HTTP/1.0 client", "/hello", 0, 1, "--http1.0"),
                new Case("HTTP/1.0 POST", "/sink", 0, 1, "--http1.0", "-d", "a=b"));
    }

    private static Stream<Case> responses() {
        return Stream.of(
                new Case("HEAD", "/hello", 0, 1, "-I"),
                new Case("304", "/tagged", 0, 1, "-H", "If-None-Match: \"v1\""),
                new Case("200 with a tag", "/tagged", 0, 1, "-H", "If-None-Match: \"v0\""),
                new Case("204", "/status/204", 0, 1),
                new Case("599", "/status/599", 0, 1),
                new Case("206", "/range", 0, 1, "-r", "10-19"),
                new Case("redirect", "/redirect", 0, 2, "-L"),
                new Case("gzip as it is", "/gzip", 0, 1, "-H", "Accept-Encoding: gzip"),
                new Case("gzip decoded", "/gzip", 0, 1, "--compressed"),
                new Case("br as it is", "/br", 0, 1),
                new Case("br decoded", "/br", 0, 1, "--compressed"),
                new Case("chunked with trailers", "/chunked", 0, 1),
                new Case("103 twice", "/hints", 0, 1),
                new Case("20 cookies", "/cookies", 0, 1),
                new Case("field of 30 kB", "/long-field", 0, 1),
                new Case("16 MiB", "/pattern/16", 0, 1),
                new Case("until close", "/until-close", 0, 1),
                new Case("HTTP/1.0 server", "/http10", 0, 1),
                new Case("closed within a body", "/cut", 18, 1),
                new Case("closed within a chunk", "/cut-chunked", 18, 1),
                new Case("slow body", "/drip", 0, 1),
                new Case("events", "/events", 0, 1, "-N"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void passesUnchanged(Case test) throws Exception {
        for (TestOrigin origin : origins) {
            String url = origin.url(origins.indexOf(origin) < 2 ? "127.0.0.1" : "[::1]", test.path());
            int before = origin.seen().size();
            CurlRun direct = curl(test, url, "--cacert", certificate.certificateFile().toString());
            int between = origin.seen().size();
            CurlRun proxied = curl(test, url, "--cacert", caFile(), "-x", proxy.url());
            List<Exchange> all = proxy.awaitEnded(test.exchanges());
            assertEquals(test.exit(), direct.exit(), "the case itself is wrong: " + direct);
            assertEquals(direct, proxied, url);
            List<TestOrigin.Seen> seen = origin.seen();
            assertEquals(seen.subList(before, between), seen.subList(between, seen.size()), url);
            List<Exchange> ours = all.subList(all.size() - test.exchanges(), all.size());
            assertCaptured(test, seen.subList(between, seen.size()), ours, proxied);
        }
    }

    /** The exchange says what the origin saw and what curl got. */
    private static void assertCaptured(Case test, List<TestOrigin.Seen> seen, List<Exchange> exchanges, CurlRun run) {
        for (int i = 0; i < exchanges.size(); i++) {
            Exchange exchange = exchanges.get(i);
            TestOrigin.Seen request = seen.get(i);
            assertEquals(request.bodyBytes(), exchange.requestBody().size());
            if (exchange.requestBody().state() != CapturedBody.State.NONE) {
                assertEquals(Optional.of(request.bodySha256()), exchange.requestBody().sha256());
                assertEquals(CapturedBody.State.COMPLETE, exchange.requestBody().state());
            }
            assertEquals(request.line().split(" ")[0], exchange.start().head().method());
            assertEquals(request.line().split(" ")[1], exchange.start().path());
            if (test.exit() == 0) {
                assertEquals(new Outcome.Complete(), exchange.outcome());
            } else {
                assertEquals(ErrorClass.CLOSED, ((Outcome.Incomplete) exchange.outcome()).errorClass(), exchange.outcome().toString());
                assertEquals(CapturedBody.State.INCOMPLETE, exchange.responseBody().state());
            }
        }
        Exchange last = exchanges.get(exchanges.size() - 1);
        boolean asReceived = !List.of(test.arguments()).contains("--compressed") && !last.start().head().method().equals("HEAD");
        if (exchanges.size() == 1 && run.bodyBytes() > 0 && asReceived) {
            assertEquals(run.bodyBytes(), last.responseBody().size());
            assertEquals(Optional.of(run.bodySha256()), last.responseBody().sha256());
        }
    }

    @Test void decodedBodiesAreThePage() throws Exception {
        byte[] page = TestSite.PAGE.getBytes(StandardCharsets.US_ASCII);
        String sha256 = HexFormat.of().formatHex(TestOrigin.sha256().digest(page));
        for (String path : List.of("/gzip", "/br")) {
            CurlRun run = curl(List.of("--compressed", "--cacert", caFile(), "-x", proxy.url(), origins.get(1).url("localhost", path)));
            assertEquals(sha256, run.bodySha256(), path);
            assertTrue(proxy.awaitNewest().responseBody().size() < page.length / 10, "captured as it came, compressed");
        }
    }

    @Test void plainHttpInsideConnectIsRead() throws Exception {
        CurlRun run = curl(List.of("--proxytunnel", "-x", proxy.url(), "-d", "x=y", origins.get(0).url("127.0.0.1", "/sink")));
        Exchange exchange = proxy.awaitNewest();
        assertEquals(0, run.exit());
        assertEquals(origins.get(0).url("127.0.0.1", "/sink"), exchange.start().url());
        assertEquals("x=y", new String(exchange.requestBody().bytes(), StandardCharsets.US_ASCII));
        assertEquals(run.bodySha256(), exchange.responseBody().sha256().orElseThrow());
    }

    @Test void credentialsAreAskedForAndNotPassedOn() throws Exception {
        try (CapturingProxy guarded = CapturingProxy.start(folder.resolve("guarded"), settings ->
                CapturingProxy.trusting(settings, certificate.certificateFile()).withRequireAuth(Credentials.parse("me:s:e cret\u00e9")))) {
            for (TestOrigin origin : origins.subList(0, 2)) {
                String url = origin.url("127.0.0.1", "/hello");
                List<String> common = List.of("--cacert", guarded.authority().certificateFile().toString(), "-x", guarded.url(), url);
                int expected = url.startsWith("https") ? 56 : 0; // curl: a CONNECT that is refused is a failure to receive.
                int before = origin.seen().size();
                CurlRun without = curl(common);
                assertEquals(expected, without.exit());
                assertEquals(expected == 0 ? "407 1.1 0 0" : "000 0 0 0", without.info());
                assertEquals(before, origin.seen().size());
                List<String> with = new ArrayList<>(List.of("--proxy-user", "me:s:e cret\u00e9"));
                with.addAll(common);
                assertEquals("200 1.1 0 0", curl(with).info());
                List<TestOrigin.Seen> seen = origin.seen();
                assertEquals(Optional.empty(), TestOrigin.field(seen.get(seen.size() - 1).fields(), "Proxy-Authorization"));
                with.set(1, "me:wrong");
                assertEquals(expected == 0 ? "407 1.1 0 0" : "000 0 0 0", curl(with).info());
            }
        }
    }

    /** What the proxy says itself must reach a person who runs curl. */
    @Test void failuresAreAnsweredWithTheReason() throws Exception {
        int unused;
        try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
            unused = socket.getLocalPort();
        }
        Path body = folder.resolve("refused.txt");
        CurlRun run = curl(List.of("-o", body.toString(), "-x", proxy.url(), "http://127.0.0.1:" + unused + "/"));
        assertEquals("502 1.1 0 0", run.info());
        assertEquals("proxy-mcp: 127.0.0.1:" + unused + " (127.0.0.1) refused the connection: nothing listens there\n",
                Files.readString(body));
        assertTrue(run.heads().contains("\r\nProxy-Status: proxy-mcp; error=connection_refused\r\n"), run.heads());
        assertEquals(ErrorClass.CONNECT_REFUSED, ((Outcome.Incomplete) proxy.awaitNewest().outcome()).errorClass());
    }

    /** A ClientHello is no head that ends: a user who mistypes the proxy's scheme must not wait for a timeout. */
    @Test void tlsToTheProxyItselfIsRefusedAtOnce() throws Exception {
        assertEquals(35, curl(List.of("-k", "--proxy-insecure", "-x", "https://127.0.0.1:" + proxy.port(), "http://example.invalid/")).exit());
        try (RawClient client = RawClient.connect(proxy.port())) {
            client.send("\u0016\u0003\u0001");
            RawClient.Response answer = client.readResponse("GET");
            assertEquals("400 proxy-mcp: TLS where HTTP is spoken: the address of this proxy begins with http://, for https:// targets too\n",
                    answer.status() + " " + answer.bodyText());
        }
    }

    @Test void clientThatDoesNotTrustUsIsRecorded() throws Exception {
        CurlRun run = curl(List.of("-x", proxy.url(), origins.get(1).url("127.0.0.1", "/hello")));
        assertEquals(60, run.exit());
        Exchange exchange = proxy.awaitNewest();
        assertEquals("CONNECT tunnel://127.0.0.1:" + origins.get(1).port(), exchange.start().head().method() + " " + exchange.start().url());
        Outcome.Incomplete outcome = (Outcome.Incomplete) exchange.outcome();
        assertEquals(ErrorClass.TLS, outcome.errorClass());
        assertTrue(outcome.reason().startsWith("TLS with the client failed: "), outcome.reason());
    }

    private static CurlRun curl(Case test, String url, String... way) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(way));
        for (String argument : test.arguments()) {
            arguments.add(argument.equals("{url}") ? url : argument);
        }
        arguments.add(url);
        return curl(arguments);
    }

    private static CurlRun curl(List<String> arguments) throws IOException, InterruptedException {
        return CurlRun.of(folder, arguments);
    }

    private static String caFile() {
        return proxy.authority().certificateFile().toString();
    }
}
