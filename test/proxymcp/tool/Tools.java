package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import proxymcp.chrome.Browsers;
import proxymcp.chrome.Interceptors;
import proxymcp.exchange.LiveBuffer;
import proxymcp.exchange.SwitchSink;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.json.ResultSchema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.mcp.McpServer;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.ResourceTemplate;
import proxymcp.mcp.ServerInfo;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.mcp.WorkPool;
import proxymcp.decode.Decoders;
import proxymcp.proxy.ProxyLimits;
import java.util.Map;
import java.util.Random;
import proxymcp.replay.ReplayRuns;
import proxymcp.replay.RunTime;
import proxymcp.replay.queue.EmbeddedQueue;
import proxymcp.rule.RuleBook;
import proxymcp.selftest.SelfTest;
import proxymcp.selftest.SelfTestTool;
import proxymcp.store.SessionCatalog;
import proxymcp.store.StoreFiles;
import proxymcp.store.StoreLimits;

/** A real server over a home of a test, called as {@code tools/call} does; every result is held against its output schema. */
final class Tools implements AutoCloseable {
    final LiveBuffer live;
    final SwitchSink sink;
    final SessionCatalog catalog;
    final SessionControl sessions;
    final ProxyControl control;
    final McpServer server;
    final Toolbox toolbox;
    final WorkPool pool = new WorkPool();
    final ReplayControl replays;
    final Interceptors interceptors;

    Tools(Path home) {
        this(home, LiveBuffer.Limits.DEFAULT);
    }

    Tools(Path home, LiveBuffer.Limits limits) {
        this(home, limits, Decoders.builtin());
    }

    Tools(Path home, LiveBuffer.Limits limits, Decoders decoders) {
        live = new LiveBuffer(limits);
        sink = new SwitchSink(live);
        catalog = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC());
        sessions = new SessionControl(catalog, sink);
        control = new ProxyControl(home, live, sink, RuleBook.open(home, Clock.systemUTC()), Clock.systemUTC());
        replays = new ReplayControl(new ReplayRuns(home.resolve("replays"), RunTime.of(Clock.systemUTC()), new Random(1)), sessions, control,
                List.of("REPLAY_TEST"), Map.of("REPLAY_TEST", "from outside"), Clock.systemUTC(), new Random(2), queues(home));
        interceptors = new Interceptors(home, Browsers.ofThisMachine(), System.getenv(), Clock.systemUTC());
        control.serve(interceptors);
        FileAccess files = new FileAccess(home, home.resolveSibling("cwd"), home.resolveSibling("user"), List.of());
        toolbox = new Toolbox(control, sessions, files, ProxyLimits.DEFAULT, pool, Set.copyOf(Toolbox.TOOLSETS), decoders, replays,
                interceptors);
        List<Tool> offered = new ArrayList<>(toolbox.tools());
        offered.addAll(new SelfTestTool(new SelfTest(home, folder -> {
            throw new IOException("the self-test has tests of its own");
        }, Clock.systemUTC(), System::nanoTime, new Random(3))).tools(Set.copyOf(Toolbox.TOOLSETS)));
        server = new McpServer(new ServerInfo("proxy", "proxy-mcp", "0", ""), offered, toolbox.resources(), toolbox.templates());
    }

    /** The embedded queue of the home alone. */
    private QueueControl queues(Path home) {
        return new QueueControl((url, allowVolatile) -> EmbeddedQueue.open(home.resolve("queue"), StoreFiles.DISK, System::currentTimeMillis, new Random(4)),
                control, 2_000, Clock.systemUTC(), new Random(3));
    }

    /** A result that must be a success. */
    JsonObject call(String tool, String arguments) {
        return call(CallOrigin.STDIO, tool, arguments);
    }

    JsonObject call(CallOrigin origin, String tool, String arguments) {
        ToolOutcome outcome = outcome(origin, tool, arguments);
        assertTrue(outcome instanceof ToolOutcome.Success, () -> tool + " " + arguments + " said " + Json.text(outcome.json()));
        requireSchema(tool, outcome.json());
        return outcome.json();
    }

    /** A result that must be an error; its code and its sentence, with the hint after " | ". */
    String failure(String tool, String arguments) {
        return failure(CallOrigin.STDIO, tool, arguments);
    }

    String failure(CallOrigin origin, String tool, String arguments) {
        ToolOutcome outcome = outcome(origin, tool, arguments);
        assertTrue(outcome instanceof ToolOutcome.Failure, () -> tool + " " + arguments + " said " + Json.text(outcome.json()));
        JsonObject json = outcome.json();
        assertEquals(Optional.of("error"), json.string("status"));
        return json.string("code").orElseThrow() + ": " + json.string("error").orElseThrow()
                + json.string("hint").map(hint -> " | " + hint).orElse("");
    }

    private ToolOutcome outcome(CallOrigin origin, String tool, String arguments) {
        return server.call(tool, object(arguments), CallContext.detached(origin));
    }

    private void requireSchema(String tool, JsonObject result) {
        for (ResultSchema.Member member : server.tool(tool).output().members()) {
            Optional<JsonValue> value = result.get(member.name());
            assertTrue(value.isPresent() || !member.always(), () -> tool + " lacks " + member.name() + ": " + Json.text(result));
            Optional<String> type = member.shape().string("type");
            if (value.isPresent() && type.isPresent()) {
                assertEquals(type.get(), typeOf(value.get()), () -> tool + "." + member.name());
            }
        }
        for (JsonObject.Member member : result.members()) {
            boolean known = member.name().equals("status")
                    || server.tool(tool).output().members().stream().anyMatch(declared -> declared.name().equals(member.name()));
            assertTrue(known, () -> tool + " returns " + member.name() + ", which its output schema does not name");
        }
    }

    private static String typeOf(JsonValue value) {
        return switch (value) {
            case JsonObject object -> "object";
            case JsonArray array -> "array";
            case proxymcp.json.JsonString string -> "string";
            case JsonNumber number -> number.exactLong().isPresent() ? "integer" : "number";
            case proxymcp.json.JsonBoolean bool -> "boolean";
            case JsonNull none -> "null";
        };
    }

    static JsonObject object(String json) {
        try {
            return (JsonObject) Json.parse(json);
        } catch (JsonException e) {
            throw new AssertionError("the test's own JSON: " + json, e);
        }
    }

    static JsonValue at(JsonObject object, String path) {
        JsonValue value = object;
        for (String step : path.split("\\.")) {
            value = value instanceof JsonArray array ? array.values().get(Integer.parseInt(step))
                    : ((JsonObject) value).get(step).orElseThrow(() -> new AssertionError("no " + step + " of " + path + " in " + object));
        }
        return value;
    }

    static String text(JsonObject object, String path) {
        return ((proxymcp.json.JsonString) at(object, path)).value();
    }

    static long number(JsonObject object, String path) {
        return ((JsonNumber) at(object, path)).exactLong().orElseThrow();
    }

    @Override
    public void close() {
        try (catalog; interceptors) {
            replays.close();
            sessions.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            control.close();
            pool.close();
        }
    }

    /** The resource {@code proxy://sessions/SESSION/PART}. */
    JsonObject ofSession(String session, String part) throws Exception {
        for (ResourceTemplate template : toolbox.templates()) {
            if (template.uri().text().equals("proxy://sessions/{session_id}/" + part)) {
                return object(((ResourceContents.Text) template.family().read(Map.of("session_id", session),
                        CallContext.detached(CallOrigin.STDIO)).orElseThrow()).text());
            }
        }
        throw new AssertionError("no template " + part);
    }
}
