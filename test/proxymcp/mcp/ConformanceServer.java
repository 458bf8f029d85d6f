package proxymcp.mcp;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import proxymcp.json.Args;
import proxymcp.json.JsonObject;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;

/**
 * A server with the fixtures that protocol test suites call, for runs by hand and for the tests of the transports.
 *
 * <pre>
 *   java -cp … proxymcp.mcp.ConformanceServer              speaks over stdin and stdout
 *   java -cp … proxymcp.mcp.ConformanceServer --port 3001  listens on 127.0.0.1
 * </pre>
 */
final class ConformanceServer {
    private static final ResultSchema NOTHING = ResultSchema.of();

    private ConformanceServer() {
    }

    public static void main(String[] arguments) throws Exception {
        McpServer server = server();
        if (arguments.length == 2 && arguments[0].equals("--port")) {
            HttpTransport transport = HttpTransport.start(server,
                    HttpOptions.loopback(Integer.parseInt(arguments[1]), Optional.empty()));
            System.err.println(transport.url());
            new CountDownLatch(1).await();
        } else {
            new StdioTransport(server, new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out)).serve();
        }
    }

    static McpServer server() {
        ServerInfo info = new ServerInfo("fixtures", "Fixtures", "1.0.0", "Only for tests.");
        return new McpServer(info, tools(), List.of(new Resource("test://static-text", "static_text", "Static text",
                "A fixed text", Optional.of("text/plain"),
                context -> ResourceContents.text("text/plain", "This is the content of the static text resource.")),
                new Resource("test://static-binary", "static_binary", "Static bytes", "Four fixed bytes",
                        Optional.of("application/octet-stream"),
                        context -> new ResourceContents.Blob(Optional.of("application/octet-stream"), new byte[] {0, 1, 2, (byte) 0xff}))),
                List.of(new ResourceTemplate(new UriTemplate("test://template/{id}/data"), "template_data", "Template data",
                        "Says its id", Optional.of("application/json"), new TemplateData())));
    }

    private static List<Tool> tools() {
        return List.of(
                tool("test_simple_text", "Says something", Schema.EMPTY, ResultSchema.of(ResultSchema.text("text")),
                        (args, context) -> ToolOutcome.success(
                                JsonObject.builder().put("text", "This is a simple text response for testing.").build())),
                tool("test_error_handling", "Always fails", Schema.EMPTY, NOTHING,
                        (args, context) -> ToolOutcome.failure("on_purpose", "This tool intentionally returns an error for testing")),
                tool("test_tool_with_progress", "Reports progress", Schema.EMPTY, NOTHING, ConformanceServer::reportProgress),
                tool("echo", "Gives back its arguments", Schema.of(
                        Property.text("text", "Any text"),
                        Property.integer("limit", "A bounded number", 1, 5000).defaultTo(50),
                        Property.choice("mode", "One of a few", "none", "all").defaultTo("none")),
                        ResultSchema.of(ResultSchema.object("arguments"), ResultSchema.integer("limit")),
                        (args, context) -> ToolOutcome.success(JsonObject.builder().put("arguments", args.json())
                                .put("limit", args.integer("limit")).build())),
                tool("origin", "Says where the call came from", Schema.EMPTY, ResultSchema.of(ResultSchema.text("origin")),
                        (args, context) -> ToolOutcome.success(JsonObject.builder().put("origin", context.origin().name()).build())),
                tool("broken", "Throws", Schema.EMPTY, NOTHING, (args, context) -> {
                    throw new IllegalStateException("secret detail");
                }),
                tool("wait", "Waits to be cancelled", Schema.EMPTY, NOTHING, ConformanceServer::waitForCancellation));
    }

    private static Tool tool(String name, String description, Schema input, ResultSchema output, Tool.Handler handler) {
        return new Tool(name, name, description, Tool.Hints.QUERY, "core", input, output, handler);
    }

    private static ToolOutcome reportProgress(Args args, CallContext context) throws InterruptedException {
        for (int done = 0; done <= 100; done += 50) {
            context.progress(done, 100, "done " + done);
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return ToolOutcome.success(JsonObject.EMPTY);
    }

    private static ToolOutcome waitForCancellation(Args args, CallContext context) throws InterruptedException {
        CountDownLatch cancelled = new CountDownLatch(1);
        context.onCancel(cancelled::countDown);
        context.progress(1, "waiting");
        if (!cancelled.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("nobody cancelled it");
        }
        throw new CancellationException();
    }

    /** Members 1 to 250, so that lists have several pages and completions are cut. */
    private static final class TemplateData implements ResourceTemplate.Family {
        private static final int MEMBERS = 250;

        @Override
        public Optional<ResourceContents> read(Map<String, String> variables, CallContext context) {
            String id = variables.get("id");
            return id.equals("none") ? Optional.empty() : Optional.of(ResourceContents.json(JsonObject.builder().put("id", id)
                    .put("templateTest", true).put("data", "Data for ID: " + id).build()));
        }

        @Override
        public List<ResourceTemplate.Member> list() {
            List<ResourceTemplate.Member> members = new ArrayList<>();
            for (int id = 1; id <= MEMBERS; id++) {
                members.add(new ResourceTemplate.Member(Map.of("id", Integer.toString(id)), "Data " + id));
            }
            return members;
        }

        @Override
        public List<String> complete(String variable, String typed, Map<String, String> chosen) {
            List<String> values = new ArrayList<>();
            for (int id = 1; id <= MEMBERS; id++) {
                if (Integer.toString(id).startsWith(typed)) {
                    values.add(Integer.toString(id));
                }
            }
            return values;
        }
    }
}
