package proxymcp.mcp;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.json.NearestName;
import proxymcp.rpc.RpcError;
import proxymcp.rpc.RpcException;
import proxymcp.rpc.RpcMessage;

/**
 * What this server offers, and the answers to requests about it. Knows no transport: {@link StdioTransport} and
 * {@link HttpTransport} read messages, decide their revision and write what {@link #answer} returns.
 *
 * <p>Immutable but for the gate that bounds running calls; any thread may use it.
 */
public final class McpServer {
    private static final int RUNNING_MAX = 64;
    private static final int WAITING_MAX = 1_024;

    private final Handshake handshake;
    private final Map<String, Tool> tools = new TreeMap<>();
    private final ToolMethods toolMethods;
    private final ResourceMethods resourceMethods;
    private final boolean hasResources;
    private final boolean hasTemplates;
    private final CallGate gate = new CallGate(RUNNING_MAX, WAITING_MAX);

    /**
     * A server.
     *
     * @throws IllegalArgumentException if two tools have the same name, or two resources the same URI
     */
    public McpServer(ServerInfo info, Collection<Tool> tools, Collection<Resource> resources,
            Collection<ResourceTemplate> templates) {
        for (Tool tool : tools) {
            if (this.tools.put(tool.name(), tool) != null) {
                throw new IllegalArgumentException("two tools are named " + tool.name());
            }
        }
        this.hasTemplates = !templates.isEmpty();
        this.hasResources = hasTemplates || !resources.isEmpty();
        this.handshake = new Handshake(info, hasResources, hasTemplates);
        this.toolMethods = new ToolMethods(this.tools);
        this.resourceMethods = new ResourceMethods(resources, templates);
    }

    /** The tools, by name. */
    public List<Tool> tools() {
        return List.copyOf(tools.values());
    }

    /**
     * The tool of this name.
     *
     * @throws IllegalArgumentException naming the nearest one, if there is none
     */
    public Tool tool(String name) {
        Tool tool = tools.get(name);
        if (tool == null) {
            throw new IllegalArgumentException(unknownTool(name));
        }
        return tool;
    }

    /**
     * Runs a tool as {@code tools/call} does, for a caller within this process.
     *
     * @throws IllegalArgumentException if there is no such tool
     */
    public ToolOutcome call(String name, JsonObject arguments, CallContext context) {
        return toolMethods.run(tool(name), arguments, context);
    }

    /**
     * Reads a resource as {@code resources/read} does, for a caller within this process.
     *
     * @return empty if there is none of this URI
     * @throws Exception a fault of this program
     */
    public Optional<ResourceContents> read(String uri, CallContext context) throws Exception {
        return resourceMethods.contents(uri, context);
    }

    private String unknownTool(String name) {
        Optional<String> nearest = NearestName.of(name, new ArrayList<>(tools.keySet()));
        return "Unknown tool: " + name + (nearest.isPresent() ? "; did you mean " + nearest.get() + "?" : "");
    }

    /** Whether a request may take long, so that it needs a thread of its own. The others are answered from memory. */
    static boolean mayTakeLong(String method) {
        return switch (method) {
            case "tools/call", "resources/list", "resources/read", "completion/complete" -> true;
            default -> false;
        };
    }

    /**
     * Answers a request whose revision has been checked. Never throws.
     *
     * @param revision of this request
     * @param context of this call; its progress ends before the answer is returned
     */
    RpcMessage.Response answer(RpcMessage.Request request, Revision revision, CallContext context) {
        try {
            return new RpcMessage.Success(request.id(), answerOrThrow(request, revision, context));
        } catch (RpcException refused) {
            return new RpcMessage.Failure(Optional.of(request.id()), refused.error());
        } catch (Throwable fault) {
            // Whatever happens, the caller gets an answer, and nothing of the inside shows.
            Log.fault("a request", fault);
            return new RpcMessage.Failure(Optional.of(request.id()), new RpcError(RpcError.INTERNAL_ERROR, "Internal error"));
        } finally {
            context.endProgress();
        }
    }

    private JsonObject answerOrThrow(RpcMessage.Request request, Revision revision, CallContext context) throws Exception {
        JsonObject result;
        if (mayTakeLong(request.method())) {
            gate.enter();
            try {
                result = dispatch(request, revision, context);
            } finally {
                gate.leave();
            }
        } else {
            result = dispatch(request, revision, context);
        }
        return revision.isModern() ? handshake.modernResult(request.method(), result) : result;
    }

    private JsonObject dispatch(RpcMessage.Request request, Revision revision, CallContext context) throws Exception {
        JsonObject params = request.params();
        if (!offers(request.method(), revision)) {
            throw new RpcException(new RpcError(RpcError.METHOD_NOT_FOUND, "Method not found: " + request.method()));
        }
        return switch (request.method()) {
            case "initialize" -> handshake.initialize(params);
            case "ping" -> JsonObject.EMPTY;
            case "server/discover" -> handshake.discover();
            case "tools/list" -> toolMethods.list(params, revision);
            case "tools/call" -> toolMethods.call(calledTool(params), params, revision, context);
            case "resources/list" -> resourceMethods.list(params, revision);
            case "resources/templates/list" -> resourceMethods.listTemplates(params, revision);
            case "resources/read" -> resourceMethods.read(params, revision, context);
            case "completion/complete" -> resourceMethods.complete(params);
            default -> throw new IllegalStateException("offered but not served: " + request.method());
        };
    }

    /** Whether a method exists in a revision, with what this server has. */
    boolean offers(String method, Revision revision) {
        return switch (method) {
            case "initialize", "ping" -> !revision.isModern();
            case "server/discover" -> revision.isModern();
            case "tools/list", "tools/call" -> true;
            case "resources/list", "resources/templates/list", "resources/read" -> hasResources;
            case "completion/complete" -> hasTemplates && revision.isAtLeast(Revision.R2025_03_26);
            default -> false;
        };
    }

    private Tool calledTool(JsonObject params) throws RpcException {
        Optional<String> name = params.string("name");
        if (name.isEmpty()) {
            throw Params.invalid("name: expected the name of a tool");
        }
        Tool tool = tools.get(name.get());
        if (tool == null) {
            throw new RpcException(new RpcError(RpcError.INVALID_PARAMS, unknownTool(name.get())));
        }
        return tool;
    }

    /** The progress that a request asked for, if it did. */
    static Optional<JsonValue> progressToken(RpcMessage.Request request) {
        Optional<JsonObject> meta = request.params().object("_meta");
        return meta.isPresent() ? Params.progressToken(meta.get()) : Optional.empty();
    }
}
