package proxymcp.cli;

import java.util.Optional;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.mcp.McpServer;
import proxymcp.mcp.Tool;

/** The tools with a line each, or all about one as JSON. */
final class ToolsCommand {
    private static final int NAME_COLUMN = 24;

    private ToolsCommand() {}

    static ExitCode run(Options options, Optional<String> name, Terminal terminal, Closing closing) throws BadCommandLine {
        McpServer server = Wiring.of(options, closing).server();
        if (name.isPresent()) {
            terminal.line(Json.text(described(tool(server, name.get()))));
            return ExitCode.FINE;
        }
        for (Tool tool : server.tools()) {
            String gap = " ".repeat(Math.max(1, NAME_COLUMN - tool.name().length()));
            terminal.line(tool.name() + gap + tool.description());
        }
        return ExitCode.FINE;
    }

    private static Tool tool(McpServer server, String name) throws BadCommandLine {
        try {
            return server.tool(name);
        } catch (IllegalArgumentException unknown) {
            throw new BadCommandLine(Terminal.clean(unknown.getMessage()));
        }
    }

    private static JsonObject described(Tool tool) {
        return JsonObject.builder().put("name", tool.name()).put("title", tool.title()).put("description", tool.description())
                .put("toolset", tool.toolset()).put("inputSchema", tool.input().whole().published())
                .put("outputSchema", tool.output().typed()).build();
    }
}
