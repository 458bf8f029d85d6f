package proxymcp.tool;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import proxymcp.json.Args;
import proxymcp.json.JsonObject;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.store.SessionId;
import proxymcp.store.SessionWriter;

/** Checkpoints of the session that is recorded. */
final class CheckpointTool {
    static final Schema INPUT = Schema.of(
            Property.text("session_id", "The session that is recorded, unless given", 1, 100),
            Property.text("label", "Keeps the checkpoint under this name in the session", 1, 200));

    private final SessionControl sessions;

    CheckpointTool(SessionControl sessions) {
        this.sessions = sessions;
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_session_checkpoint", "Take a checkpoint",
                "Makes all that was recorded so far safe from a lost machine, and marks the place.",
                Tool.Hints.ADD, SessionTools.TOOLSET, INPUT, ResultSchema.of(ResultSchema.object("checkpoint")),
                new ToolCall(this::checkpoint)));
    }

    private ToolOutcome checkpoint(Args args, CallContext context) throws Exception {
        SessionWriter writer = recorded(args.optString("session_id"));
        SessionWriter.Taken taken;
        try {
            taken = writer.checkpoint(args.optString("label"));
        } catch (IOException e) {
            throw new ToolFailure("store_error", e.getMessage(), "proxy_session_status tells how the session goes");
        }
        JsonObject checkpoint = JsonObject.builder().putAll(SessionView.checkpoint(taken.checkpoint()))
                .put("durationMs", TimeUnit.NANOSECONDS.toMillis(taken.durationNanos())).put("forcedThrough", taken.forcedThrough()).build();
        return ToolOutcome.success(JsonObject.builder().put("checkpoint", checkpoint).build());
    }

    private SessionWriter recorded(Optional<String> given) throws Exception {
        Optional<SessionWriter> active = sessions.active();
        if (given.isEmpty()) {
            return active.orElseThrow(() -> new ToolFailure("not_recording", "No session is being recorded", "proxy_session_start begins one"));
        }
        SessionId id = SessionControl.id("session_id", given.get());
        if (active.isPresent() && active.get().id().equals(id)) {
            return active.get();
        }
        sessions.catalog().segments(id); // Refuses an id that no session has.
        throw new ToolFailure("not_recording", "session " + id + " is not being recorded by this process: it has ended, or another one records it",
                "only the process that records a session takes its checkpoints");
    }
}
