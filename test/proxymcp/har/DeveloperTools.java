package proxymcp.har;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;

/** A headless Chromium that has the page of its own developer tools open; scripts run there. */
final class DeveloperTools implements AutoCloseable {
    private static final long WAIT_SECONDS = 60;

    private final Process browser;
    private final HttpClient client = HttpClient.newHttpClient();
    private WebSocket socket;
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();

    private DeveloperTools(Process browser) {
        this.browser = browser;
    }

    static DeveloperTools start(Path chromium, Path profile) throws Exception {
        Process browser = new ProcessBuilder(chromium.toString(), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
                "--remote-debugging-port=0", "--remote-allow-origins=*", "--user-data-dir=" + profile, "about:blank")
                .redirectErrorStream(true).redirectOutput(profile.resolveSibling("chromium.log").toFile()).start();
        DeveloperTools tools = new DeveloperTools(browser);
        try {
            tools.open(profile.resolve("DevToolsActivePort"));
            return tools;
        } catch (Exception e) {
            tools.close();
            throw e;
        }
    }

    private void open(Path portFile) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (!Files.exists(portFile) || Files.readString(portFile).lines().count() < 2) {
            if (System.nanoTime() > until || !browser.isAlive()) {
                throw new IOException("the browser did not open its debugging port");
            }
            LockSupport.parkNanos(20_000_000);
        }
        String base = "http://127.0.0.1:" + Files.readString(portFile).lines().findFirst().orElseThrow();
        HttpRequest page = HttpRequest.newBuilder(URI.create(base + "/json/new?" + base + "/devtools/inspector.html"))
                .PUT(HttpRequest.BodyPublishers.noBody()).build();
        JsonObject target = (JsonObject) Json.parse(client.send(page, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)).body());
        socket = client.newWebSocketBuilder().buildAsync(URI.create(target.string("webSocketDebuggerUrl").orElseThrow()), new Listener())
                .get(WAIT_SECONDS, TimeUnit.SECONDS);
        while (!evaluate("location.href + ' ' + document.readyState").endsWith("inspector.html complete")) {
            if (System.nanoTime() > until) {
                throw new IOException("the developer tools did not load");
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                messages.add(message.toString());
                message.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    /** The string that a script, or the promise it gives, comes to. */
    String evaluate(String script) throws Exception {
        JsonObject params = JsonObject.builder().put("expression", script).put("awaitPromise", true).put("returnByValue", true).build();
        socket.sendText(Json.text(JsonObject.builder().put("id", 1).put("method", "Runtime.evaluate").put("params", params).build()), true)
                .get(WAIT_SECONDS, TimeUnit.SECONDS);
        String answer = messages.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (answer == null) {
            throw new IOException("no answer to " + script);
        }
        return ((JsonObject) Json.parse(answer)).object("result").flatMap(result -> result.object("result")).flatMap(result -> result.get("value"))
                .map(value -> ((JsonString) value).value()).orElse(answer);
    }

    @Override
    public void close() {
        try {
            if (socket != null) {
                // It takes its lock files away itself.
                socket.sendText("{\"id\":2,\"method\":\"Browser.close\"}", true);
                browser.onExit().completeOnTimeout(browser, 10, TimeUnit.SECONDS).join();
                socket.abort();
            }
        } finally {
            kill();
        }
        client.close();
    }

    private void kill() {
        browser.descendants().forEach(ProcessHandle::destroyForcibly);
        browser.destroyForcibly();
        browser.onExit().orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
    }
}
