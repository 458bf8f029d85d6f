package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.Json;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.mcp.WorkPool;
import proxymcp.replay.Plan;
import proxymcp.replay.PlanException;
import proxymcp.replay.PreparedRun;
import proxymcp.replay.ReplayId;
import proxymcp.replay.ReplayRun;
import proxymcp.replay.RunException;
import proxymcp.replay.RunItem;
import proxymcp.replay.RunReport;
import proxymcp.replay.RunView;
import proxymcp.replay.SendSettings;
import proxymcp.store.SessionId;
import proxymcp.template.FlowTemplate;

/** Sending requests of a session again. */
final class ReplayTools {
    static final String TOOLSET = "replay";
    private static final long SLICE_MILLIS = 250;
    private static final int ITEMS_MAX = 5_000;
    private static final int WAIT_MILLIS_MAX = 300_000;
    private static final int STUCK_CHARS = 500;

    private static final Schema STATUS = Schema.of(
            Property.text("replay_id", "", 1, 100).required(),
            Property.choice("only", "", "all", "failed", "skipped").defaultTo("all"),
            Property.integer("limit", "", 0, ITEMS_MAX).defaultTo(100),
            Property.integer("offset", "", 0, Integer.MAX_VALUE).defaultTo(0),
            Property.integer("wait_ms", "Wait for the end that long", 0, WAIT_MILLIS_MAX).defaultTo(0), ListBudget.MAX_CHARS);
    private static final Schema CANCEL = Schema.of(Property.text("replay_id", "", 1, 100).required());

    private static final ResultSchema REPORT = ResultSchema.of(ResultSchema.text("replayId").optional(), ResultSchema.text("state"),
            ResultSchema.text("stateReason").optional(), ResultSchema.text("sessionId"), ResultSchema.text("replaySessionId").optional(), ResultSchema.array("replaySessionIds").optional(),
            ResultSchema.integer("selectedCount"), ResultSchema.integer("executedCount"), ResultSchema.integer("successCount"),
            ResultSchema.integer("errorCount"), ResultSchema.integer("skippedCount"), ResultSchema.integer("pendingCount").optional(),
            ResultSchema.integer("retryCount").optional(), ResultSchema.object("statusCounts").optional(), ResultSchema.object("errorBuckets").optional(),
            ResultSchema.object("skippedBuckets").optional(), ResultSchema.object("latencyMs").optional(), ResultSchema.any("requestsPerSecond", "number").optional(),
            ResultSchema.integer("startedAt").optional(), ResultSchema.any("endedAt", "integer or null").optional(), ResultSchema.array("selectionNotes").optional(),
            ResultSchema.text("waitingFor").optional(), ResultSchema.text("note").optional())
            .and(ListBudget.pageMembers("items").members().toArray(new ResultSchema.Member[0]));

    private final ReplayControl control;
    private final FileAccess files;
    private final WorkPool pool;

    ReplayTools(ReplayControl control, FileAccess files, WorkPool pool) {
        this.control = control;
        this.files = files;
        this.pool = pool;
    }

    List<Tool> tools() {
        return List.of(
                new Tool("proxy_replay_session", "Replay a session", "Sends recorded requests again, as recorded or changed, many at a time; "
                        + "first shows the plan. Unsafe methods are skipped unless allowed. Filters as in proxy_query_session.", Tool.Hints.ADD.reachingOut(), TOOLSET, ReplayArgs.INPUT,
                        ResultSchema.of(ResultSchema.text("mode"), ResultSchema.any("targetBaseUrl", "string or null"), ResultSchema.array("refreshItems").optional(),
                                ResultSchema.text("refreshNote").optional())
                                .and(REPORT.members().toArray(new ResultSchema.Member[0])), new ToolCall(this::replay)),
                new Tool("proxy_replay_status", "Look at a replay", "A run in numbers, and its items.", Tool.Hints.QUERY, TOOLSET, STATUS, REPORT,
                        new ToolCall(this::status)),
                new Tool("proxy_replay_cancel", "Cancel a replay", "Ends a run; what is in flight is cut off.", Tool.Hints.SET, TOOLSET, CANCEL,
                        ResultSchema.of(ResultSchema.text("replayId"), ResultSchema.text("state"), ResultSchema.text("message")),
                        new ToolCall(this::cancel)));
    }

    /**
     * Runs a template with the inputs of its recording, one step after the other, and waits for the end as long as a call may.
     *
     * @return what proxy_replay_session says
     */
    JsonObject run(String sessionId, String templateId, CallContext context) throws Exception {
        return replay(ReplayArgs.INPUT.check(JsonObject.builder().put("session_id", sessionId).put("template", templateId).put("mode", "execute")
                .put("allow_unsafe", true).put("concurrency", 1).put("wait_ms", WAIT_MILLIS_MAX).put("max_chars", 200_000).build()), context).json();
    }

    private ToolOutcome replay(Args given, CallContext context) throws Exception {
        ReplayArgs args = new ReplayArgs(given);
        ReplayArgs.Files named = (argument, name) -> files.toRead(context.origin(), argument, name);
        if (given.given("resume")) {
            return resume(args, named, context);
        }
        args.requireTemplateAlone();
        try {
            SendSettings sending = args.sending(named);
            args.settings();
            Optional<FlowTemplate> template = pool.run(context, () -> control.templates().read(args, named));
            Plan plan = template.isPresent() ? pool.run(context, () -> control.templates().plan(template.get(), args, sending))
                    : selected(args, sending, context);
            JsonObject kept = control.kept(args, template);
            if (given.string("mode").equals("dry_run")) {
                return pool.run(context, () -> dryRun(plan, args, sending, kept));
            }
            PreparedRun prepared = pool.run(context, () -> control.prepare(kept, plan, named));
            return running(control.runs().start(kept, plan, prepared), args, context);
        } catch (PlanException refused) {
            throw planned(refused);
        }
    }

    private Plan selected(ReplayArgs args, SendSettings sending, CallContext context) throws Exception {
        SessionId session = SessionControl.id("session_id", args.args().optString("session_id")
                .orElseThrow(() -> new BadArgument("session_id", "expected it, or resume")));
        return pool.run(context, () -> control.plan(session, args, sending));
    }

    private static ToolFailure planned(PlanException refused) {
        return new ToolFailure("bad_argument", refused.getMessage(), "nothing was sent");
    }

    private ToolOutcome resume(ReplayArgs args, ReplayArgs.Files named, CallContext context) throws Exception {
        args.requireResumeAlone();
        ReplayId id = id("resume", args.args().string("resume"));
        try {
            return running(pool.run(context, () -> control.runs().resume(id, (kept, plan) -> control.prepareAgain(id, kept, plan, named))), args, context);
        } catch (PlanException refused) {
            throw planned(refused);
        } catch (RunException refused) {
            throw failure(refused);
        }
    }

    private ToolOutcome dryRun(Plan plan, ReplayArgs args, SendSettings sending, JsonObject kept) throws Exception {
        try (ReplayControl.Planned planned = control.planned(plan, args, sending, kept)) {
            JsonObject items = ReplayView.plan(plan, planned.previews(), args.args().integer("max_chars"));
            JsonObject.Builder shown = JsonObject.builder().put("mode", "dry_run").put("state", "planned").put("sessionId", plan.sessionId())
                    .put("targetBaseUrl", targetBase(args)).putAll(ReplayView.planned(plan));
            List<String> notes = new ArrayList<>(plan.notes());
            if (items.get("complete").equals(Optional.of(JsonBoolean.TRUE))) {
                notes.addAll(planned.changes().remarks()); // All requests were made to be shown.
            }
            ReplayView.putNotes(shown, notes);
            return ToolOutcome.success(shown.putAll(items).build());
        }
    }

    private static JsonValue targetBase(ReplayArgs args) {
        Optional<String> base = args.args().optString("target_base_url");
        return base.isPresent() ? new JsonString(base.get()) : JsonNull.NULL;
    }

    /** Waits a while for a run that this call began. */
    private ToolOutcome running(ReplayRun run, ReplayArgs args, CallContext context) throws Exception {
        CallContext.Registration registration = context.onCancel(run::cancel);
        try {
            await(run, args.args().integer("wait_ms"), context);
        } finally {
            registration.remove();
        }
        JsonObject shown = shown(run, RunItem.Only.ALL, 0, ITEMS_MAX, args.args().integer("max_chars"));
        return ToolOutcome.success(JsonObject.builder().put("mode", "execute").put("targetBaseUrl", targetBase(args)).putAll(shown).build());
    }

    /** Waits for the end of a run, at most so long, and tells how far it is. */
    static void await(ReplayRun run, long millis, CallContext context) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = millis; left > 0 && !run.await(Math.min(left, SLICE_MILLIS)) && !context.cancelled();
                left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())) {
            RunReport report = run.report();
            context.progress(report.executedCount() + report.skippedCount(), report.selectedCount(), report.errorCount() + " failed");
        }
    }

    private static JsonObject shown(RunView run, RunItem.Only only, int offset, int limit, int charsMax) {
        JsonObject report = ReplayView.report(run.report());
        int room = Math.max(2_000, charsMax - Json.text(report).length());
        return JsonObject.builder().putAll(report).putAll(ReplayView.items(run, only, offset, limit, room)).build();
    }

    private ToolOutcome status(Args args, CallContext context) throws Exception {
        ReplayId id = id("replay_id", args.string("replay_id"));
        Optional<ReplayRun> ours = ours(id, context);
        if (ours.isPresent()) {
            await(ours.get(), args.integer("wait_ms"), context);
        }
        RunView run = find(id, args.integer("wait_ms"), context);
        RunItem.Only only = args.choice("only", RunItem.Only.class);
        JsonObject shown = pool.run(context, () -> shown(run, only, args.integer("offset"), args.integer("limit"), args.integer("max_chars")));
        Optional<String> stuck = run.report().state() == RunReport.State.INTERRUPTED ? control.queued().stuck(id) : Optional.empty();
        return ToolOutcome.success(stuck.isEmpty() ? shown : JsonObject.builder().putAll(shown).put("waitingFor", "its queue: "
                + Shortened.text(stuck.get(), STUCK_CHARS)).build());
    }

    /** A run of this process; one that a queue has, and whose process died, is this one's from now on. */
    private Optional<ReplayRun> ours(ReplayId id, CallContext context) throws Exception {
        Optional<ReplayRun> ours = control.runs().running(id);
        return ours.isPresent() ? ours : pool.run(context, () -> {
            control.queued().goOn(id);
            return control.runs().running(id);
        });
    }

    /** A run of another process is looked at until it has ended, or the time is over. */
    private RunView find(ReplayId id, long millis, CallContext context) throws Exception {
        try {
            RunView run = pool.run(context, () -> control.runs().find(id));
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            while (control.runs().running(id).isEmpty() && run.report().state() == RunReport.State.RUNNING && System.nanoTime() - until < 0
                    && !context.cancelled()) {
                Thread.sleep(SLICE_MILLIS);
                run = pool.run(context, () -> control.runs().find(id));
            }
            return run;
        } catch (RunException unknown) {
            throw failure(unknown);
        }
    }

    private ToolOutcome cancel(Args args, CallContext context) throws Exception {
        ReplayId id = id("replay_id", args.string("replay_id"));
        Optional<ReplayRun> ours = ours(id, context);
        if (ours.isEmpty()) {
            RunReport.State state = find(id, 0, context).report().state();
            if (state == RunReport.State.RUNNING && pool.run(context, () -> control.queued().cancelElsewhere(id))) {
                return cancelled(id, state, "its queue was told; nothing more is sent");
            }
            if (state == RunReport.State.RUNNING) {
                throw new ToolFailure("replay_elsewhere", id + " is sent by another process", "cancel it there");
            }
            return cancelled(id, state, "it had ended before");
        }
        boolean ended = ours.get().await(0);
        ours.get().cancel();
        ours.get().await(SLICE_MILLIS);
        return cancelled(id, ours.get().report().state(), ended ? "it had ended before" : "nothing more is sent");
    }

    private static ToolOutcome cancelled(ReplayId id, RunReport.State state, String message) {
        return ToolOutcome.success(JsonObject.builder().put("replayId", id.text()).put("state", state.id()).put("message", message).build());
    }

    static ReplayId id(String argument, String text) throws ToolFailure {
        return ReplayId.parse(text).orElseThrow(() -> new ToolFailure("unknown_replay", argument + ": there is no replay "
                + Shortened.text(text, 60), "proxy://replay lists them"));
    }

    static ToolFailure failure(RunException refused) {
        return new ToolFailure(refused.code(), refused.getMessage(), "proxy://replay lists the runs");
    }

    /** Reads a run for a resource. */
    static JsonObject summary(RunView run) {
        return JsonObject.builder().putAll(ReplayView.report(run.report()))
                .put("failed", ReplayView.items(run, RunItem.Only.FAILED, 0, 20, 10_000)).build();
    }
}
