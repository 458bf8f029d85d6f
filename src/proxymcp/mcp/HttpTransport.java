package proxymcp.mcp;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonLimits;
import proxymcp.json.JsonValue;
import proxymcp.rpc.RpcError;
import proxymcp.rpc.RpcException;
import proxymcp.rpc.RpcMessage;

/**
 * MCP over Streamable HTTP at {@code /mcp}, without sessions, in both eras. Each POST carries one message and is
 * answered with JSON, or with an event stream where progress was asked for.
 *
 * <p>Threads: the server's dispatcher, and a virtual thread for each request, on which its call runs. In the modern
 * era a client that goes away cancels its call; in the initialize era it does not.
 */
public final class HttpTransport implements AutoCloseable {
    private static final String PATH = "/mcp";
    private static final int BODY_BYTES_MAX = 16 << 20;
    private static final JsonLimits LIMITS = new JsonLimits(200, BODY_BYTES_MAX);
    private static final int BACKLOG = 128;
    /** How long calls may take to stop when the endpoint closes. */
    private static final long STOP_MILLIS = 300;

    private final McpServer server;
    private final HttpServer http;
    private final HttpGuard guard;
    private final long keepAliveMillis;
    private final RunningCalls calls = new RunningCalls();

    private HttpTransport(McpServer server, HttpServer http, HttpOptions options) {
        this.server = server;
        this.http = http;
        this.guard = new HttpGuard(options.bindAddress(), http.getAddress().getPort(), options.token());
        this.keepAliveMillis = options.keepAliveMillis();
    }

    /**
     * Begins to listen.
     *
     * @throws IOException if the address cannot be bound
     */
    public static HttpTransport start(McpServer server, HttpOptions options) throws IOException {
        setServerLimits();
        HttpServer http = HttpServer.create(new InetSocketAddress(options.bindAddress(), options.port()), BACKLOG);
        HttpTransport transport = new HttpTransport(server, http, options);
        http.setExecutor(task -> Thread.ofVirtual().name("http").start(task));
        http.createContext("/", transport::handle);
        http.start();
        return transport;
    }

    /** The JDK's server reads its limits once, from properties; what an operator has set already stands. */
    private static void setServerLimits() {
        setIfAbsent("sun.net.httpserver.nodelay", "true");
        setIfAbsent("sun.net.httpserver.idleInterval", "60");
        setIfAbsent("sun.net.httpserver.maxReqTime", "60");
        setIfAbsent("sun.net.httpserver.maxReqHeaders", "100");
        setIfAbsent("sun.net.httpserver.maxReqHeaderSize", "65536");
        setIfAbsent("jdk.httpserver.maxConnections", "512");
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** The port that was bound. */
    public int port() {
        return http.getAddress().getPort();
    }

    /** The address for clients. */
    public String url() {
        String host = http.getAddress().getAddress().getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port() + PATH;
    }

    /** Stops listening, cancels what runs, gives it a moment to stop, and closes all connections. */
    @Override
    public void close() {
        calls.cancelAll();
        try {
            calls.awaitNone(STOP_MILLIS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        http.stop(0);
    }

    private void handle(HttpExchange exchange) {
        try {
            serve(exchange);
        } catch (IOException gone) {
            // The client left while it sent or received; there is nobody to tell.
        } catch (Throwable fault) {
            // An exception that leaves this method would close the connection without a word in the log.
            Log.fault("the HTTP endpoint", fault);
        } finally {
            exchange.close();
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        try {
            guard.check(exchange.getRequestHeaders());
            checkTarget(exchange);
            receive(exchange, RpcMessage.parseText(body(exchange), LIMITS));
        } catch (HttpRefusal refusal) {
            refuse(exchange, refusal);
        } catch (RpcException refusal) {
            refuse(exchange, new HttpRefusal(400, refusal));
        }
    }

    private static void checkTarget(HttpExchange exchange) throws HttpRefusal {
        if (!PATH.equals(exchange.getRequestURI().getPath())) {
            throw new HttpRefusal(404, "Not found: the endpoint is " + PATH);
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            throw new HttpRefusal(405, "Method not allowed: only POST");
        }
        String type = HttpHeader.single(exchange.getRequestHeaders(), "Content-Type").orElse("");
        int parameters = type.indexOf(';');
        String mediaType = (parameters < 0 ? type : type.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
        if (!mediaType.equals("application/json")) {
            // A form on a web page cannot send this type without asking first.
            throw new HttpRefusal(415, "Unsupported media type: expected Content-Type: application/json");
        }
    }

    private static byte[] body(HttpExchange exchange) throws IOException, HttpRefusal {
        byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX + 1);
        if (body.length > BODY_BYTES_MAX) {
            throw new HttpRefusal(413, "Content too large: at most " + BODY_BYTES_MAX + " bytes");
        }
        return body;
    }

    private void receive(HttpExchange exchange, JsonValue value) throws IOException, HttpRefusal, RpcException {
        if (value instanceof JsonArray batch) {
            receiveBatch(exchange, batch);
            return;
        }
        if (RpcMessage.of(value) instanceof RpcMessage.Request request) {
            Revision revision = HttpEra.of(request, exchange.getRequestHeaders(), server);
            Optional<JsonValue> token = McpServer.progressToken(request);
            if (token.isPresent() && McpServer.mayTakeLong(request.method())) {
                answerWithEvents(exchange, request, revision, token.get());
            } else {
                sendJson(exchange, 200, answer(request, revision, CallContext.detached(guard.origin())).json());
            }
        } else {
            // Notifications and responses: without sessions nothing could be done with either.
            exchange.sendResponseHeaders(202, -1);
        }
    }

    private RpcMessage.Response answer(RpcMessage.Request request, Revision revision, CallContext context) {
        Object key = new Object();
        if (!calls.add(key, context)) {
            return new RpcMessage.Failure(Optional.of(request.id()), new RpcError(RpcError.INTERNAL_ERROR, "The server is closing"));
        }
        try {
            return server.answer(request, revision, context);
        } finally {
            calls.remove(key);
        }
    }

    private void answerWithEvents(HttpExchange exchange, RpcMessage.Request request, Revision revision, JsonValue token)
            throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", "text/event-stream");
        headers.set("Cache-Control", "no-cache");
        headers.set("X-Accel-Buffering", "no");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        // The head leaves with the first flush only.
        out.flush();
        try (EventStream events = new EventStream(out)) {
            Progress progress = new Progress(token, revision, events, System::nanoTime);
            CallContext context = new CallContext(guard.origin(), Optional.of(progress));
            events.keepAlive(keepAliveMillis, () -> {
                if (revision.isModern()) {
                    context.cancel();
                }
            });
            events.accept(answer(request, revision, context).json());
        }
    }

    /** Batches belong to one revision (2025-03-26), whose clients send no version header. They run one by one. */
    private void receiveBatch(HttpExchange exchange, JsonArray batch) throws IOException, HttpRefusal {
        if (batch.size() == 0 || HttpEra.legacy(exchange.getRequestHeaders(), Optional.empty()) != Revision.R2025_03_26) {
            throw new HttpRefusal(400, "Invalid request: expected one message");
        }
        List<JsonValue> answers = new ArrayList<>();
        for (JsonValue value : batch) {
            try {
                if (RpcMessage.of(value) instanceof RpcMessage.Request request) {
                    answers.add(answerInBatch(request).json());
                }
            } catch (RpcException refused) {
                answers.add(refused.response().json());
            }
        }
        if (answers.isEmpty()) {
            exchange.sendResponseHeaders(202, -1);
        } else {
            sendJson(exchange, 200, new JsonArray(answers));
        }
    }

    private RpcMessage.Response answerInBatch(RpcMessage.Request request) {
        if (Handshake.isModern(request) || request.method().equals("initialize")) {
            return new RpcMessage.Failure(Optional.of(request.id()),
                    new RpcError(RpcError.INVALID_REQUEST, "Invalid request: not allowed in a batch"));
        }
        return answer(request, Revision.R2025_03_26, CallContext.detached(guard.origin()));
    }

    private static void refuse(HttpExchange exchange, HttpRefusal refusal) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        if (refusal.status() == 405) {
            headers.set("Allow", "POST");
        }
        if (refusal.status() == 401) {
            headers.set("WWW-Authenticate", "Bearer realm=\"proxy-mcp\"");
        }
        sendJson(exchange, refusal.status(), refusal.answer().response().json());
    }

    private static void sendJson(HttpExchange exchange, int status, JsonValue body) throws IOException {
        byte[] bytes = Json.bytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        boolean headOnly = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, headOnly ? -1 : bytes.length);
        if (!headOnly) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
