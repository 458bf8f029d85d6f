package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;

/** Upstream proxies through the tools: which way requests go, what a change leaves alone, what is refused, and what is never told. */
@Timeout(60)
final class UpstreamToolsTest {
    private static final String SET = "proxy_set_upstream";
    private static final String CLEAR = "proxy_clear_upstream";
    private static final String SET_HOST = "proxy_set_host_upstream";
    private static final String REMOVE_HOST = "proxy_remove_host_upstream";
    private static final String PASSWORD = "hunter2-of-the-test";

    @TempDir
    Path folder;

    private Tools tools;
    private TestUpstream one;
    private TestUpstream two;

    @BeforeEach
    void begin() throws Exception {
        tools = new Tools(folder.resolve("home"));
        one = new TestUpstream("one");
        two = new TestUpstream("two");
    }

    @AfterEach
    void close() throws Exception {
        one.close();
        two.close();
        tools.close();
    }

    private int start() {
        return (int) number(tools.call("proxy_start", "{}"), "port");
    }

    private String fetch(int port, String url) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            String host = url.substring(7, url.indexOf('/', 7));
            socket.getOutputStream().write(("GET " + url + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return answer.substring(9, 12) + " " + answer.substring(answer.indexOf("\r\n\r\n") + 4);
        }
    }

    private static String url(TestUpstream upstream) {
        return "\"proxy_url\":\"" + upstream.url() + "\"";
    }

    private String upstreams() {
        JsonObject status = tools.call("proxy_status", "{}");
        return Json.text(at(status, "globalUpstream")) + " " + Json.text(at(status, "hostUpstreams"));
    }

    @Test
    void aRunningProxyGoesAnotherWayFromTheNextRequestOnAndKeepsThoseInFlight() throws Exception {
        int port = start();
        JsonObject set = tools.call(SET, "{" + url(one) + "}");
        assertEquals("{\"status\":\"success\",\"message\":\"Requests that begin now go out through " + one.url()
                + "\",\"noProxy\":[],\"upstream\":{\"proxyUrl\":\"" + one.url() + "\"}}", Json.text(set));
        assertEquals("200 one", fetch(port, "http://shop.example/"));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<String> held = threads.submit(() -> fetch(port, "http://shop.example/held"));
            one.held.await();
            tools.call(SET, "{" + url(two) + "}");
            assertEquals("200 two", fetch(port, "http://shop.example/"));
            one.release();
            assertEquals("200 one", held.get());
        }
        tools.call("proxy_stop", "{}");
        assertEquals("200 two", fetch(start(), "http://shop.example/"), "kept over a stop");
        assertEquals(List.of("GET http://shop.example/ HTTP/1.1", "GET http://shop.example/held HTTP/1.1"), one.seen);
        tools.call("proxy_stop", "{}"); // Only then has every exchange ended: its client may have the answer before.
        for (Exchange exchange : tools.live.snapshot()) {
            assertEquals(new Outcome.Complete(), exchange.outcome());
        }
    }

    @Test
    void hundredChangesLeaveEveryRequestItsAnswer() throws Exception {
        int port = start();
        tools.call(SET, "{" + url(one) + "}");
        AtomicBoolean changing = new AtomicBoolean(true);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> done = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                done.add(threads.submit(() -> {
                    int count = 0;
                    while (changing.get() || count < 20) {
                        String answer = fetch(port, "http://shop.example/");
                        assertTrue(answer.equals("200 one") || answer.equals("200 two"), answer);
                        count++;
                    }
                    return count;
                }));
            }
            for (int i = 0; i < 100; i++) {
                switch (i % 4) {
                    case 0 -> tools.call(SET, "{" + url(two) + "}");
                    case 1 -> tools.call(SET_HOST, "{\"hostname\":\"*.example\"," + url(one) + "}");
                    case 2 -> tools.call(SET, "{" + url(one) + "}");
                    default -> tools.call(REMOVE_HOST, "{\"hostname\":\"*.example\"}");
                }
            }
            changing.set(false);
            for (Future<Integer> count : done) {
                assertTrue(count.get() >= 20);
            }
        }
    }

    @Test
    void hostsHaveTheirOwnAndAreFreedAgain() throws Exception {
        int port = start();
        JsonObject set = tools.call(SET_HOST, "{\"hostname\":\"*.Shop.Example.\"," + url(one) + "}");
        assertEquals("*.shop.example Requests to *.shop.example that begin now go out through " + one.url() + " []",
                text(set, "hostname") + " " + text(set, "message") + " " + Json.text(at(set, "noProxy")));
        tools.call(SET_HOST, "{\"hostname\":\"B\u00DCCHER.example\"," + url(one) + "}");
        tools.call(SET_HOST, "{\"hostname\":\"[0:0::1]\"," + url(one) + "}");
        tools.call(SET, "{" + url(two) + ",\"no_proxy\":[\"127.0.0.0/8\",\".intern.example\"]}");
        assertEquals("{\"proxyUrl\":\"" + two.url() + "\",\"noProxy\":[\"127.0.0.0/8\",\".intern.example\"]} {\"*.shop.example\":{\"proxyUrl\":\""
                + one.url() + "\"},\"xn--bcher-kva.example\":{\"proxyUrl\":\"" + one.url() + "\"},\"::1\":{\"proxyUrl\":\"" + one.url() + "\"}}",
                upstreams());
        assertEquals("200 one", fetch(port, "http://a.SHOP.example/"));
        assertEquals("200 one", fetch(port, "http://xn--bcher-kva.example/"));
        assertEquals("200 one", fetch(port, "http://[::1]/"));
        assertEquals("200 two", fetch(port, "http://shop.example/"));
        assertEquals("200 two", fetch(port, two.url().replace("127.0.0.1", "localhost") + "/"));
        assertEquals("200 two", fetch(port, two.url() + "/direct"), "reached directly, so that it is an origin here");
        assertEquals("GET /direct HTTP/1.1", two.seen.get(two.seen.size() - 1));
        assertEquals("Requests to *.shop.example that begin now go the way of other hosts",
                text(tools.call(REMOVE_HOST, "{\"hostname\":\".shop.example\"}"), "message"));
        assertEquals("200 two", fetch(port, "http://a.shop.example/"));
        assertEquals("unknown_upstream: No upstream is set for *.shop.example | proxy_status lists those that are",
                tools.failure(REMOVE_HOST, "{\"hostname\":\"*.shop.example\"}"));
        JsonObject cleared = tools.call(CLEAR, "{}");
        assertEquals("true Requests that begin now go out directly; what is set for single hosts (2) stays",
                at(cleared, "cleared") + " " + text(cleared, "message"));
        assertEquals("false", at(tools.call(CLEAR, "{}"), "cleared").toString());
        assertEquals("200 two", fetch(port, two.url() + "/direct"));
    }

    @Test
    void refusedArgumentsAreNamedAndChangeNothing() {
        tools.call(SET, "{" + url(one) + ",\"no_proxy\":[\"a.example\"]}");
        String before = upstreams();
        String secret = "u:" + PASSWORD + "@";
        for (String url : List.of("garbage", "", "http://", "ftp://" + secret + "h", "http://" + secret + "h:0", "http://" + secret + "h:65536",
                "http://" + secret + "a b", "http://" + secret + "h/path", "socks4://" + secret + "h", "http://" + secret + "%zz@h",
                "http://" + secret + "h".repeat(5_000), "pac+http://" + secret + "h/x.pac")) {
            for (String call : List.of(SET + " {", SET_HOST + " {\"hostname\":\"a.example\",")) {
                String failure = tools.failure(call.split(" ")[0], call.split(" ")[1] + "\"proxy_url\":\"" + url + "\"}");
                assertTrue(failure.startsWith("bad_argument: proxy_url: "), failure);
                assertFalse(failure.contains(PASSWORD), failure);
            }
        }
        assertTrue(tools.failure(SET, "{\"proxy_url\":\"pac+http://h/x.pac\"}").contains("proxy scripts (pac+http) are not run"));
        assertTrue(tools.failure(SET, "{}").startsWith("bad_argument: proxy_url"));
        assertTrue(tools.failure(SET, "{" + url(two) + ",\"no_proxy\":[\"10.0.0.0/33\"]}").startsWith("bad_argument: no_proxy: expected a host"));
        assertTrue(tools.failure(SET, "{" + url(two) + ",\"check_target\":\"a.example\"}").startsWith("bad_argument: check_target: expected check"));
        assertTrue(tools.failure(SET, "{" + url(two) + ",\"check\":true,\"check_target\":\"http://a\"}").startsWith("bad_argument: check_target"));
        assertTrue(tools.failure(SET_HOST, "{" + url(two) + "}").startsWith("bad_argument: hostname"));
        assertEquals("bad_argument: hostname: expected a host name or an IP address, without a port, or *.example.com for all names below one, "
                + "got \"a.example:80\"", tools.failure(SET_HOST, "{\"hostname\":\"a.example:80\"," + url(two) + "}"));
        assertTrue(tools.failure(REMOVE_HOST, "{\"hostname\":\"a b\"}").startsWith("bad_argument: hostname"));
        assertEquals(before, upstreams());
    }

    @Test
    void aCheckSaysHowTheUpstreamAnswersWhetherOrNotAProxyRuns() throws Exception {
        String target = ",\"check\":true,\"check_target\":\"shop.example:8443\"";
        assertEquals("connected to shop.example:8443", text(tools.call(SET, "{" + url(one) + target + "}"), "check"));
        assertTrue(text(tools.call(SET, "{" + url(one) + ",\"check\":true}"), "check").startsWith("accepts connections"));
        start();
        assertEquals("connected to shop.example:443", text(tools.call(SET_HOST, "{\"hostname\":\"a.example\"," + url(two)
                + ",\"check\":true,\"check_target\":\"shop.example\"}"), "check"));
        assertEquals(List.of("CONNECT shop.example:8443 HTTP/1.1"), one.seen);
        assertEquals(List.of("CONNECT shop.example:443 HTTP/1.1"), two.seen);
        assertEquals(0, tools.live.size(), "a check is no exchange");
    }

    @Test
    void anUpstreamThatFailsItsCheckIsNotSet() throws Exception {
        tools.call(SET, "{" + url(one) + "}");
        String before = upstreams();
        int closed;
        try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = gone.getLocalPort();
        }
        String refused = tools.failure(SET, "{\"proxy_url\":\"socks5://u:" + PASSWORD + "@127.0.0.1:" + closed + "\",\"check\":true}");
        assertTrue(refused.startsWith("upstream_check_failed: The check failed: upstream proxy socks5://127.0.0.1:" + closed), refused);
        assertTrue(refused.endsWith(" | nothing has changed; with check false it is set untried") && !refused.contains(PASSWORD), refused);
        String forbidden = tools.failure(SET_HOST, "{\"hostname\":\"a.example\"," + url(two) + ",\"check\":true,\"check_target\":\"blocked.example\"}");
        assertTrue(forbidden.startsWith("upstream_check_failed: ") && forbidden.contains("403"), forbidden);
        int port = start();
        String loop = tools.failure(SET, "{\"proxy_url\":\"http://127.0.0.1:" + port + "\",\"check\":true}");
        assertTrue(loop.contains("is a port of this proxy itself"), loop);
        assertEquals(before, upstreams());
    }

    @Test
    void aCheckEndsWhenItsCallIsCancelled() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            CallContext context = CallContext.detached(CallOrigin.STDIO);
            CompletableFuture<JsonObject> outcome = CompletableFuture.supplyAsync(() -> tools.server.call(SET,
                    Tools.object("{\"proxy_url\":\"socks5://127.0.0.1:" + silent.getLocalPort() + "\",\"check\":true}"), context).json());
            try (Socket dialled = silent.accept()) {
                assertEquals(5, dialled.getInputStream().read(), "the greeting of SOCKS 5");
                context.cancel();
                // Below the 10 s after which a check gives up by itself, far above what a cancellation takes.
                assertEquals("cancelled", text(outcome.get(8, TimeUnit.SECONDS), "code"));
            }
        }
        assertEquals("null {}", upstreams());
    }

    @Test
    void moreHostsThanThereIsRoomForAreRefusedAndALongStatusSaysHowManyThereAre() {
        for (int i = 0; i < 1_000; i++) {
            tools.call(SET_HOST, "{\"hostname\":\"h" + i + ".example\"," + url(one) + "}");
        }
        assertTrue(tools.failure(SET_HOST, "{\"hostname\":\"more.example\"," + url(one) + "}").startsWith("too_many: There are upstreams for 1000 hosts"));
        tools.call(SET_HOST, "{\"hostname\":\"h5.example\"," + url(two) + "}");
        JsonObject status = tools.call("proxy_status", "{}");
        assertEquals(1_000, number(status, "hostUpstreamsTotal"));
        assertTrue(Json.text(status).length() < 24_000);
    }

    @Test
    void passwordsAreInNoResultAndInNoFile() throws Exception {
        String basic = Base64.getEncoder().encodeToString(("user:" + PASSWORD).getBytes(StandardCharsets.US_ASCII));
        List<String> said = new ArrayList<>();
        String session;
        try (TestUpstream guarded = new TestUpstream("guarded", Optional.of("Basic " + basic))) {
            String url = "\"proxy_url\":\"http://user:" + PASSWORD + "@127.0.0.1:" + guarded.port() + "\"";
            said.add(Json.text(tools.call(SET, "{" + url + ",\"no_proxy\":[\"<local>\"],\"check\":true,\"check_target\":\"shop.example\"}")));
            said.add(Json.text(tools.call(SET_HOST, "{\"hostname\":\"own.example\"," + url + "}")));
            int port = start();
            JsonObject begun = tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}");
            session = text(begun, "session.id");
            String shown = "http://user@127.0.0.1:" + guarded.port();
            assertEquals("{\"proxyUrl\":\"" + shown + "\",\"noProxy\":[\"<local>\"]}", Json.text(at(begun, "session.settings.globalUpstream")));
            assertEquals("{\"own.example\":{\"proxyUrl\":\"" + shown + "\"}}", Json.text(((JsonObject) at(begun, "session.settings"))
                    .get("hostUpstreams").orElseThrow()));
            assertEquals("200 guarded", fetch(port, "http://shop.example/"));
            assertEquals("200 guarded", fetch(port, "http://own.example/"));
            JsonObject status = tools.call("proxy_status", "{}");
            assertEquals("http://user:***@127.0.0.1:" + guarded.port(), text(status, "globalUpstream.proxyUrl"));
            said.add(Json.text(status));
            tools.call("proxy_stop", "{}");
            String id = "{\"exchange_id\":\"" + tools.live.snapshot().get(0).start().id() + "\"}";
            JsonObject live = tools.call("proxy_get_exchange", id);
            JsonObject stored = tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + session + "\",\"seq\":1}");
            assertEquals("http://127.0.0.1:" + guarded.port(), text(live, "exchange.connection.upstreamProxy"));
            assertEquals("http://127.0.0.1:" + guarded.port(), text(stored, "exchange.connection.upstreamProxy"));
            Path har = Path.of(text(tools.call("proxy_export_har", "{\"session_id\":\"" + session + "\"}"), "outputFile"));
            assertTrue(Files.readString(har).contains("\"upstreamProxy\":\"http://127.0.0.1:" + guarded.port() + "\""));
            said.addAll(List.of(Json.text(begun), Json.text(live), Json.text(stored), Json.text(tools.call("proxy_get_session",
                    "{\"session_id\":\"" + session + "\"}"))));
        }
        for (String text : said) {
            assertFalse(text.contains(PASSWORD) || text.contains(basic), text);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String octets = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertFalse(octets.contains(PASSWORD) || octets.contains(basic), file.toString());
            }
        }
    }

    @Test
    void anUpstreamThatRefusesEndsTheExchangeInItsOwnName() throws Exception {
        try (TestUpstream guarded = new TestUpstream("guarded", Optional.of("Basic none"))) {
            tools.call(SET, "{\"proxy_url\":\"http://user:" + PASSWORD + "@127.0.0.1:" + guarded.port() + "\"}");
            int port = start();
            String answer = fetch(port, "http://shop.example/");
            assertFalse(answer.contains(PASSWORD), answer);
            tools.call("proxy_stop", "{}");
            String id = tools.live.snapshot().get(0).start().id().toString();
            String exchange = Json.text(tools.call("proxy_get_exchange", "{\"exchange_id\":\"" + id + "\"}"));
            assertTrue(exchange.contains("upstream_proxy") && !exchange.contains(PASSWORD), exchange);
        }
    }
}
