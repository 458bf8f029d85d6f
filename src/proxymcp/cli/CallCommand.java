package proxymcp.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import proxymcp.json.Json;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.json.NearestName;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.mcp.McpServer;
import proxymcp.mcp.ToolOutcome;

/** One tool, its JSON on stdout: within this process, or on a running server. */
final class CallCommand {
    private CallCommand() {}

    static ExitCode run(Options options, Command.Call command, Terminal terminal, Closing closing)
            throws BadCommandLine, CouldNotStart, InterruptedException {
        return command.url().isPresent() ? remote(command, new RemoteServer(command.url().get(), command.token()), terminal)
                : here(options, command, terminal, closing);
    }

    private static ExitCode here(Options options, Command.Call command, Terminal terminal, Closing closing)
            throws BadCommandLine, CouldNotStart {
        McpServer server = Wiring.of(options, closing).server();
        JsonObject schema;
        try {
            schema = server.tool(command.tool()).input().whole().published();
        } catch (IllegalArgumentException unknown) {
            throw new BadCommandLine(Terminal.clean(unknown.getMessage()));
        }
        JsonObject arguments = CallArguments.parse(command.arguments(), schema);
        Wiring.openHome(options, closing);
        ToolOutcome outcome = server.call(command.tool(), arguments, CallContext.detached(CallOrigin.STDIO));
        terminal.line(Json.text(outcome.json()));
        return switch (outcome) {
            case ToolOutcome.Success(JsonObject members) -> exit(members);
            case ToolOutcome.Failure failure -> ExitCode.TOOL_ERROR;
        };
    }

    private static ExitCode remote(Command.Call command, RemoteServer server, Terminal terminal)
            throws BadCommandLine, CouldNotStart, InterruptedException {
        JsonObject tools = server.call("tools/list", JsonObject.EMPTY, Optional.empty());
        JsonObject arguments = CallArguments.parse(command.arguments(), schema(tools, command.tool()));
        JsonObject result = server.call("tools/call",
                JsonObject.builder().put("name", command.tool()).put("arguments", arguments).build(), Optional.of(command.tool()));
        for (JsonValue content : result.array("content").orElseThrow(() -> new CouldNotStart("the result has no content"))) {
            if (content instanceof JsonObject item) {
                terminal.line(item.string("text").orElse(Json.text(item)));
            }
        }
        return RemoteServer.isError(result) ? ExitCode.TOOL_ERROR : exit(result.object("structuredContent").orElse(JsonObject.EMPTY));
    }

    /** A check that found something wrong is no success for a script, though the tool did its work. */
    private static ExitCode exit(JsonObject members) {
        boolean wrong = members.get("ok").equals(Optional.of(JsonBoolean.FALSE)) || members.string("verdict").equals(Optional.of("fail"));
        return wrong ? ExitCode.TOOL_ERROR : ExitCode.FINE;
    }

    /** Parameters that a tool takes without telling are told by another one under the same name, and a name has one type. */
    private static JsonObject withWhatOthersTell(JsonObject schema, JsonObject elsewhere) {
        JsonObject told = schema.object("properties").orElse(JsonObject.EMPTY);
        JsonObject.Builder properties = JsonObject.builder().putAll(told);
        for (JsonObject.Member property : elsewhere.members()) {
            if (told.get(property.name()).isEmpty()) {
                properties.put(property.name(), property.value());
            }
        }
        return JsonObject.builder().put("properties", properties.build()).build();
    }

    private static JsonObject schema(JsonObject tools, String name) throws BadCommandLine, CouldNotStart {
        List<String> names = new ArrayList<>();
        Optional<JsonObject> found = Optional.empty();
        JsonObject.Builder elsewhere = JsonObject.builder();
        Set<String> seen = new HashSet<>();
        for (JsonValue value : tools.array("tools").orElseThrow(() -> new CouldNotStart("the server lists no tools"))) {
            if (value instanceof JsonObject tool) {
                String known = tool.string("name").orElse("");
                JsonObject schema = tool.object("inputSchema").orElse(JsonObject.EMPTY);
                if (known.equals(name)) {
                    found = Optional.of(schema);
                }
                names.add(known);
                for (JsonObject.Member property : schema.object("properties").orElse(JsonObject.EMPTY).members()) {
                    if (seen.add(property.name())) {
                        elsewhere.put(property.name(), property.value());
                    }
                }
            }
        }
        if (found.isPresent()) {
            return withWhatOthersTell(found.get(), elsewhere.build());
        }
        Optional<String> nearest = NearestName.of(name, names);
        throw new BadCommandLine("Unknown tool: " + Terminal.clean(name)
                + (nearest.isPresent() ? "; did you mean " + Terminal.clean(nearest.get()) + "?" : ""));
    }
}
