package proxymcp.selftest;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import proxymcp.json.Args;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;

/** The self-test as a tool. */
public final class SelfTestTool {
    private static final String TOOLSET = "core";

    private final SelfTest test;

    /** @param test what is run */
    public SelfTestTool(SelfTest test) {
        this.test = test;
    }

    /** The tool, if one of the toolsets has it. */
    public List<Tool> tools(Set<String> toolsets) {
        return !toolsets.contains(TOOLSET) ? List.of() : List.of(new Tool("proxy_selftest", "Self-test",
                "Tries capture, query, decode, diff, replay and HAR on loopback; leaves nothing behind.", Tool.Hints.QUERY, TOOLSET, Schema.EMPTY,
                ResultSchema.of(ResultSchema.flag("ok"), ResultSchema.array("steps")), this::run));
    }

    private ToolOutcome run(Args args, CallContext context) {
        try {
            Optional<SelfTestReport> report = test.run(context, Narration.SILENT);
            return report.isPresent() ? ToolOutcome.success(report.get().json())
                    : ToolOutcome.failure("selftest_running", "A self-test of this server runs already", "call again when it has ended");
        } catch (IOException e) {
            return ToolOutcome.failure("home_unusable", "The home cannot be used: " + e, "start the server with --home DIR, a folder that it may write to");
        }
    }
}
