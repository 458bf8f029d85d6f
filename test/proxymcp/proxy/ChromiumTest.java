package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import proxymcp.Programs;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;

/** A browser loads an HTTPS page whose script can only say "done" when every part of it came through the proxy unharmed. */
final class ChromiumTest {
    private static final String PAGE = """
            <!doctype html><html><head><title>t</title><link rel="stylesheet" href="/style.css"><link rel="icon" href="data:,"></head>
            <body><img id="image" src="/dot.png"><p id="result">pending</p><script src="/app.js"></script></body></html>
            """;
    private static final String SCRIPT = """
            addEventListener('load', async () => {
              const posted = await (await fetch('/echo', {method: 'POST', body: 'p\u00f6sted'})).text();
              const json = await (await fetch('/data.json')).json();
              const color = getComputedStyle(document.body).color;
              const image = document.getElementById('image').naturalWidth;
              document.getElementById('result').textContent = ['done', posted, json.answer, color, image].join('|');
            });
            """;
    private static final byte[] DOT = Base64.getDecoder().decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=");

    @ParameterizedTest @ValueSource(strings = {"http", "socks5"})
    void pageWithItsPartsIsCaptured(String scheme, @TempDir Path folder) throws Exception {
        Path chromium = Programs.require("chromium");
        TestCertificate certificate = TestCertificate.forLoopback(folder);
        try (CapturingProxy proxy = CapturingProxy.trusting(folder.resolve("home"), certificate);
                TestOrigin origin = TestOrigin.https("127.0.0.1", certificate.context(), ChromiumTest::answer)) {
            String url = origin.url("127.0.0.1", "/");
            String dom = dump(folder, chromium, proxy, scheme, url);
            assertTrue(dom.contains(">done|p\u00f6sted|42|rgb(1, 2, 3)|1<"), dom);
            Map<String, String> captured = new TreeMap<>();
            // The browser has requests of its own, to its maker.
            for (Exchange exchange : proxy.awaitEnded(6, exchange -> exchange.start().url().startsWith(url))) {
                assertEquals(new Outcome.Complete(), exchange.outcome());
                captured.put(exchange.start().head().method() + " " + exchange.start().path(),
                        exchange.response().orElseThrow().status() + " " + exchange.responseBody().sha256().orElseThrow());
            }
            assertEquals(new TreeMap<>(Map.of("GET /", "200 " + sha256(bytes(PAGE)), "GET /style.css", "200 " + sha256(bytes(style())),
                    "GET /app.js", "200 " + sha256(bytes(SCRIPT)), "GET /dot.png", "200 " + sha256(DOT),
                    "GET /data.json", "200 " + sha256(bytes("{\"answer\":42}")),
                    "POST /echo", "200 " + sha256(bytes("p\u00f6sted")))), captured);
        }
    }

    private static String dump(Path folder, Path chromium, CapturingProxy proxy, String scheme, String url)
            throws IOException, InterruptedException {
        Path dom = folder.resolve("dom.html");
        Path log = folder.resolve("chromium.log");
        Process process = new ProcessBuilder(chromium.toString(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--user-data-dir=" + folder.resolve("profile"), "--proxy-server=" + scheme + "://127.0.0.1:" + proxy.port(),
                "--proxy-bypass-list=<-loopback>", "--ignore-certificate-errors-spki-list=" + proxy.authority().spkiFingerprint(),
                "--virtual-time-budget=10000", "--dump-dom", url)
                .redirectOutput(dom.toFile()).redirectError(log.toFile()).start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> "the browser did not end: " + text(log));
            assertEquals(0, process.exitValue(), () -> text(log));
            return text(dom);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static byte[] echo(TestOrigin.Seen request) {
        byte[] sent = bytes("p\u00f6sted");
        return request.bodySha256().equals(sha256(sent)) ? sent : bytes("something else");
    }

    private static boolean answer(TestOrigin.Seen request, OutputStream out) throws IOException {
        return switch (request.line().split(" ")[1]) {
            case "/" -> full(out, "text/html", bytes(PAGE));
            case "/style.css" -> full(out, "text/css", bytes(style()));
            case "/app.js" -> full(out, "text/javascript; charset=utf-8", bytes(SCRIPT));
            case "/dot.png" -> full(out, "image/png", DOT);
            case "/data.json" -> full(out, "application/json", bytes("{\"answer\":42}"));
            case "/echo" -> full(out, "text/plain; charset=utf-8", echo(request));
            default -> full(out, "text/plain", new byte[0]);
        };
    }

    private static boolean full(OutputStream out, String type, byte[] body) throws IOException {
        out.write(bytes("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length + "\r\n\r\n"));
        out.write(body);
        return true;
    }

    private static String style() {
        return "body { color: rgb(1, 2, 3); }\n" + "/* long enough to need several reads */\n".repeat(10_000);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "no " + file + ": " + e;
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(TestOrigin.sha256().digest(bytes));
    }
}
