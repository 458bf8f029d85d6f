package proxymcp.mcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import proxymcp.json.BadArgument;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.rpc.RpcException;

/** {@code tools/list} and {@code tools/call}. */
final class ToolMethods {
    private final Map<String, Tool> tools;

    /**
     * Serves these tools.
     *
     * @param tools in the order they are listed
     */
    ToolMethods(Map<String, Tool> tools) {
        this.tools = tools;
    }

    /** All on one page: many hosts never ask for a second one. */
    JsonObject list(JsonObject params, Revision revision) throws RpcException {
        Params.refuseCursor(params);
        List<JsonValue> entries = new ArrayList<>();
        for (Tool tool : tools.values()) {
            entries.add(entry(tool, revision));
        }
        return JsonObject.builder().put("tools", new JsonArray(entries)).build();
    }

    private static JsonObject entry(Tool tool, Revision revision) {
        JsonObject.Builder entry = JsonObject.builder().put("name", tool.name());
        if (revision.isAtLeast(Revision.R2025_06_18)) {
            entry.put("title", tool.title());
        }
        entry.put("description", tool.description()).put("inputSchema", tool.input().published());
        if (revision.isAtLeast(Revision.R2025_06_18)) {
            entry.put("outputSchema", tool.output().published());
        }
        if (revision.isAtLeast(Revision.R2025_03_26)) {
            entry.put("annotations", annotations(tool.hints()));
        }
        return entry.build();
    }

    /** Only what differs from the defaults of the specification, and only what means something: a tool that reads destroys nothing. */
    private static JsonObject annotations(Tool.Hints hints) {
        JsonObject.Builder told = JsonObject.builder();
        if (hints.readOnly()) {
            told.put("readOnlyHint", true);
        } else {
            if (!hints.destructive()) {
                told.put("destructiveHint", false);
            }
            if (hints.idempotent()) {
                told.put("idempotentHint", true);
            }
        }
        if (!hints.openWorld()) {
            told.put("openWorldHint", false);
        }
        return told.build();
    }

    JsonObject call(Tool tool, JsonObject params, Revision revision, CallContext context) throws RpcException {
        JsonValue arguments = params.get("arguments").orElse(JsonObject.EMPTY);
        if (!(arguments instanceof JsonObject object)) {
            throw Params.invalid("arguments: expected an object");
        }
        return result(run(tool, object, context), revision);
    }

    /** Runs a tool. Whatever goes wrong is a failure that the caller can read. */
    ToolOutcome run(Tool tool, JsonObject arguments, CallContext context) {
        try {
            if (context.cancelled()) {
                throw new CancellationException();
            }
            Optional<ToolOutcome> refusal = tool.handler().refusal(arguments);
            if (refusal.isPresent()) {
                return refusal.get();
            }
            return tool.handler().call(tool.input().check(arguments), context);
        } catch (BadArgument refused) {
            return ToolOutcome.failure("bad_argument", refused.getMessage());
        } catch (CancellationException | InterruptedException stopped) {
            return ToolOutcome.failure("cancelled", "The call was cancelled");
        } catch (Throwable fault) {
            Log.fault("tool " + tool.name(), fault);
            return new ToolOutcome.Failure("internal_error", tool.name() + " failed for a reason of its own",
                    Optional.of("the server's log on stderr names the fault"));
        }
    }

    private static JsonObject result(ToolOutcome outcome, Revision revision) {
        JsonObject json = outcome.json();
        JsonObject text = JsonObject.builder().put("type", "text").put("text", Json.text(json)).build();
        JsonObject.Builder result = JsonObject.builder().put("content", JsonArray.of(text));
        switch (outcome) {
            case ToolOutcome.Success success -> {
                if (revision.isAtLeast(Revision.R2025_06_18)) {
                    result.put("structuredContent", json);
                }
            }
            // Without structuredContent: clients that validate it would hide the error.
            case ToolOutcome.Failure failure -> result.put("isError", true);
        }
        return result.build();
    }
}
