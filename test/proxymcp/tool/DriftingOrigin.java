package proxymcp.tool;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** An origin whose answers a test exchanges for others between two times that the same is asked. */
public final class DriftingOrigin implements AutoCloseable {
    private final HttpServer server;
    private final AtomicLong asked = new AtomicLong();
    private volatile Answers answers;

    /** What is answered. */
    @FunctionalInterface
    public interface Answers {
        /**
         * The answer.
         *
         * @param path with its query
         * @param fresh another number each time
         */
        Reply of(String path, long fresh);
    }

    /** One answer. */
    public record Reply(int status, String mediaType, String body) {
        /** A success in JSON. */
        public static Reply json(String body) {
            return new Reply(200, "application/json", body);
        }
    }

    /** An origin that answers so at first. */
    public DriftingOrigin(Answers first) throws IOException {
        answers = first;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500);
        server.createContext("/", this::serve);
        server.start();
    }

    /** Answers so from now on. */
    public void drift(Answers next) {
        answers = next;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            Reply reply = answers.of(exchange.getRequestURI().toString(), asked.incrementAndGet());
            byte[] octets = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", reply.mediaType());
            exchange.sendResponseHeaders(reply.status(), octets.length == 0 ? -1 : octets.length);
            exchange.getResponseBody().write(octets);
        }
    }

    /** Where it is. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Sends requests through a proxy, one after the other: a method and a path each. */
    public void ask(int proxyPort, String... methodsAndPaths) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", proxyPort))).build()) {
            for (String wanted : methodsAndPaths) {
                int space = wanted.indexOf(' ');
                HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + wanted.substring(space + 1)));
                request.method(wanted.substring(0, space), wanted.startsWith("GET") ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString("{\"name\":\"recorded\"}"));
                client.send(request.build(), HttpResponse.BodyHandlers.discarding());
            }
        }
    }

    /** Id of a session, ended, that a proxy of {@code tools} recorded of these requests. */
    String session(Tools tools, String... methodsAndPaths) throws Exception {
        int port = (int) Tools.number(tools.call("proxy_start", "{}"), "port");
        String id = Tools.text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}"), "session.id");
        ask(port, methodsAndPaths);
        tools.call("proxy_stop", "{}");
        tools.call("proxy_session_stop", "{}");
        return id;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
