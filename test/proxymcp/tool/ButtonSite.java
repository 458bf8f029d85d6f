package proxymcp.tool;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.proxy.TestCertificate;
import proxymcp.proxy.TestOrigin;

/** An HTTPS site whose page has a button that sends a request, and tools with a proxy that has not been started. */
final class ButtonSite implements AutoCloseable {
    static final String TITLE = "a page with a button";
    private static final String PAGE = "<!doctype html><title>" + TITLE + "</title><link rel=icon href=data:,>"
            + "<button id=go onclick=\"fetch('/clicked').then(answer => answer.text()).then(text => this.textContent = text)\">go</button>";
    private static final long LIMIT_MILLIS = 60_000;

    final Tools tools;
    final TestOrigin origin;

    ButtonSite(Path folder) throws Exception {
        TestCertificate certificate = TestCertificate.forLoopback(folder);
        origin = TestOrigin.https("127.0.0.1", certificate.context(), ButtonSite::answer);
        tools = new Tools(folder.resolve("home"));
    }

    private static boolean answer(TestOrigin.Seen request, OutputStream out) throws IOException {
        byte[] body = (request.line().contains("/clicked") ? "clicked" : PAGE).getBytes(StandardCharsets.US_ASCII);
        out.write(("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        return true;
    }

    void startProxy() {
        tools.call("proxy_start", "{\"insecure_upstream\":true}");
    }

    String url(String path) {
        return origin.url("127.0.0.1", path);
    }

    /** Starts Chromium on a page of the site, and waits until that has come. */
    JsonObject launch(String path) throws InterruptedException {
        JsonObject launched = tools.call("interceptor_chrome_launch",
                "{\"browser\":\"chromium\",\"headless\":true,\"url\":\"" + url(path) + "\"}");
        captured(path);
        return launched;
    }

    /** Waits for the exchange with {@code path}; the target that it names. */
    Optional<String> captured(String path) throws InterruptedException {
        long until = System.nanoTime() + LIMIT_MILLIS * 1_000_000;
        while (System.nanoTime() < until) {
            for (Exchange exchange : tools.live.snapshot()) {
                if (exchange.start().url().equals(url(path)) && !(exchange.outcome() instanceof Outcome.InFlight)) {
                    return exchange.start().client().targetId();
                }
            }
            Thread.sleep(10);
        }
        throw new AssertionError("no " + path + " among " + urls());
    }

    /** Everything that is kept. */
    List<String> urls() {
        return tools.live.snapshot().stream().map(exchange -> exchange.start().url()).toList();
    }

    /** What its DevTools list: the URLs of the pages. */
    static List<String> pages(JsonObject result) {
        return result.array("targets").orElseThrow(() -> new AssertionError(Json.text(result))).values().stream().map(JsonObject.class::cast)
                .filter(target -> target.string("type").orElseThrow().equals("page")).map(target -> target.string("url").orElseThrow()).toList();
    }

    @Override
    public void close() throws IOException {
        tools.close();
        origin.close();
    }
}
