package proxymcp.tool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.JsonObject;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.replay.Plan;
import proxymcp.replay.PlanException;
import proxymcp.replay.ReplayId;
import proxymcp.replay.RunException;
import proxymcp.replay.SendSettings;
import proxymcp.replay.queue.JobCounts;
import proxymcp.replay.queue.JobEnd;
import proxymcp.replay.queue.JobQueue;
import proxymcp.replay.queue.QueueException;
import proxymcp.replay.queue.QueueUrl;
import proxymcp.replay.queue.RunStatus;
import proxymcp.replay.queue.WorkerInfo;
import proxymcp.replay.queue.WorkerSeen;
import proxymcp.template.FlowTemplate;
import proxymcp.mcp.WorkPool;

/** Replay by many workers. */
final class QueueTools {
    private static final String QUEUE = "queue";
    private static final int WORKERS_MAX = 64;
    private static final int PRIORITY_MAX = 100;
    /** A worker that is silent for this long, and did not say that it stops, may be dead. */
    private static final long SILENT_MILLIS_MAX = 15_000;

    private static final Property QUEUE_URL = Property.text(QUEUE, "embedded, or redis://[:password@]host:port/db, or rediss", 1, 1_000)
            .defaultTo(QueueUrl.EMBEDDED);
    private static final List<Property> OWN = List.of(
            Property.text("session_id", "", 1, 100),
            QUEUE_URL,
            Property.integer("workers", "To start in this process; more by the worker command", 0, WORKERS_MAX).defaultTo(0),
            Property.integer("priority", "Higher goes first", -PRIORITY_MAX, PRIORITY_MAX).defaultTo(0),
            Property.flag("allow_volatile_queue", "Use a Redis without appendonly").defaultTo(false),
            Property.integer("wait_ms", "Wait for the end that long", 0, 300_000).defaultTo(0));
    private static final Schema ENQUEUE = Schema.of(OWN).andUntold(others());
    private static final Schema STATUS = Schema.of(Property.text(QUEUE, "That of the run, or embedded", 1, 1_000), Property.text("replay_id", "Only this run", 1, 100),
            ListBudget.MAX_CHARS);

    private final ReplayControl control;
    private final FileAccess files;
    private final WorkPool pool;

    QueueTools(ReplayControl control, FileAccess files, WorkPool pool) {
        this.control = control;
        this.files = files;
        this.pool = pool;
    }

    private static List<Property> others() {
        Set<String> own = names();
        List<Property> others = new ArrayList<>();
        for (Property property : ReplayArgs.INPUT.properties()) {
            if (property.name().equals("mode")) {
                others.add(Property.choice("mode", "proxy_replay_session shows a dry run", "execute").defaultTo("execute"));
            } else if (!own.contains(property.name())) {
                others.add(property);
            }
        }
        return others;
    }

    private static Set<String> names() {
        Set<String> names = new HashSet<>();
        OWN.forEach(property -> names.add(property.name()));
        return names;
    }

    List<Tool> tools() {
        return List.of(
                new Tool("proxy_replay_enqueue", "Replay by workers", "Has workers send requests of a session again: takes these and what proxy_replay_session "
                        + "takes. proxy_replay_status and proxy_replay_cancel go on.", Tool.Hints.ADD.reachingOut(), ReplayTools.TOOLSET, ENQUEUE,
                        ResultSchema.of(ResultSchema.text("replayId"), ResultSchema.text(QUEUE), ResultSchema.integer("enqueued"),
                                ResultSchema.integer("skipped"), ResultSchema.text("state")), new ToolCall(this::enqueue)),
                new Tool("proxy_replay_worker_status", "Look at workers", "Workers of a queue, and its runs.", Tool.Hints.QUERY, ReplayTools.TOOLSET, STATUS,
                        ResultSchema.of(ResultSchema.text(QUEUE), ResultSchema.array("workers"), ResultSchema.integer("workersTotal"), ResultSchema.array("runs"),
                                ResultSchema.integer("runsTotal"), ResultSchema.any("complete", "boolean"), ResultSchema.text("reason").optional()),
                        new ToolCall(this::status)));
    }

    private ToolOutcome enqueue(Args given, CallContext context) throws Exception {
        ReplayArgs args = replayArgs(given);
        QueuedRuns.requireQueueable(args);
        args.requireTemplateAlone();
        ReplayArgs.Files named = (argument, name) -> files.toRead(context.origin(), argument, name);
        QueuedRuns.Wanted wanted = new QueuedRuns.Wanted(given.string(QUEUE), url(given.string(QUEUE)), given.flag("allow_volatile_queue"),
                given.integer("workers"), given.integer("priority"));
        try {
            SendSettings sending = args.sending(named);
            args.settings();
            Optional<FlowTemplate> template = pool.run(context, () -> control.templates().read(args, named));
            Plan plan = pool.run(context, () -> template.isPresent() ? control.templates().plan(template.get(), args, sending)
                    : control.plan(SessionControl.id("session_id", args.args().optString("session_id")
                            .orElseThrow(() -> new BadArgument("session_id", "required, but not given"))), args, sending));
            JsonObject kept = control.kept(args, template);
            QueuedRuns.Enqueued begun = pool.run(context, () -> control.queued().start(args, kept, plan, sending, wanted));
            ReplayTools.await(begun.run(), given.integer("wait_ms"), context);
            return ToolOutcome.success(JsonObject.builder().put("replayId", begun.run().id().text()).put(QUEUE, wanted.queue().toString())
                    .put("enqueued", begun.enqueued()).put("skipped", plan.items().size() - begun.enqueued())
                    .put("state", begun.run().report().state().id()).build());
        } catch (PlanException refused) {
            throw new ToolFailure("bad_argument", refused.getMessage(), "nothing was sent");
        } catch (QueueException refused) {
            throw failure(refused);
        }
    }

    /** The arguments that a run is made of, without what is about the queue. */
    private static ReplayArgs replayArgs(Args given) throws BadArgument {
        if (given.given("resume")) {
            throw new BadArgument("resume", "a run goes on by itself; proxy_replay_status shows it");
        }
        JsonObject.Builder kept = JsonObject.builder();
        for (JsonObject.Member member : given.json().members()) {
            if (!names().contains(member.name()) || member.name().equals("session_id")) {
                kept.put(member.name(), member.value());
            }
        }
        return ReplayArgs.of(kept.build());
    }

    private static QueueUrl url(String text) throws BadArgument {
        return QueueUrl.parse(text).orElseThrow(() -> new BadArgument(QUEUE, "expected embedded, or redis://[:password@]host:port/db, or the same with rediss"));
    }

    private static ToolFailure failure(QueueException refused) {
        return new ToolFailure(refused.code(), refused.getMessage(), refused.hint());
    }

    private ToolOutcome status(Args args, CallContext context) throws Exception {
        Optional<ReplayId> only = args.given("replay_id") ? Optional.of(ReplayTools.id("replay_id", args.string("replay_id"))) : Optional.empty();
        try {
            return pool.run(context, () -> ToolOutcome.success(shown(args, only)));
        } catch (QueueException refused) {
            throw refused.code().equals("unknown_run") ? new ToolFailure("unknown_replay", refused.getMessage(), refused.hint()) : failure(refused);
        }
    }

    private JsonObject shown(Args args, Optional<ReplayId> only) throws BadArgument, IOException {
        Optional<JsonObject> kept = args.given(QUEUE) ? Optional.empty() : only.flatMap(this::kept);
        QueueUrl named = url(args.optString(QUEUE).orElse(QueueUrl.EMBEDDED));
        JobQueue queue = kept.isPresent() ? control.queued().queueOf(kept.get()) : control.queues().queue(named, true);
        List<RunStatus> runs = new ArrayList<>();
        if (only.isPresent()) {
            runs.add(queue.run(only.get()).orElseThrow(() -> new QueueException("unknown_run", "there is no run " + only.get() + " in the queue",
                    "proxy_replay_status shows what became of it")));
        } else {
            runs.addAll(queue.runs());
            Collections.reverse(runs);
        }
        List<WorkerSeen> workers = queue.workers();
        int chars = args.integer("max_chars");
        ListBudget shownRuns = new ListBudget(Math.max(2_000, chars / 2));
        for (RunStatus run : runs) {
            if (!shownRuns.add(run(queue, run))) {
                break;
            }
        }
        ListBudget shownWorkers = new ListBudget(Math.max(2_000, chars / 2));
        for (WorkerSeen worker : workers) {
            if (!shownWorkers.add(worker(worker))) {
                break;
            }
        }
        boolean complete = shownRuns.size() == runs.size() && shownWorkers.size() == workers.size();
        JsonObject.Builder shown = JsonObject.builder().put(QUEUE, kept.isPresent() ? control.queued().shownUrl(kept.get()) : named.toString())
                .put("workers", shownWorkers.items()).put("workersTotal", workers.size()).put("runs", shownRuns.items()).put("runsTotal", runs.size())
                .put("complete", complete);
        return complete ? shown.build() : shown.put("reason", "max_chars reached; replay_id shows one run").build();
    }

    private Optional<JsonObject> kept(ReplayId id) {
        try {
            return Optional.of(control.runs().request(id)).filter(QueuedRuns::isQueued);
        } catch (RunException unknown) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // Another home's run, perhaps, in the queue that is asked.
        }
    }

    private static JsonObject worker(WorkerSeen seen) {
        WorkerInfo info = seen.info();
        boolean silent = info.state() != WorkerInfo.State.STOPPED && seen.silentMillis() > SILENT_MILLIS_MAX;
        return JsonObject.builder().put("name", info.name()).put("host", info.host()).put("pid", info.pid()).put("concurrency", info.concurrency())
                .put("state", silent ? "lost" : info.state().id()).put("lastSeenMs", seen.silentMillis()).put("done", info.done())
                .put("failed", info.failed()).put("inFlight", info.inFlight()).build();
    }

    private static JsonObject run(JobQueue queue, RunStatus run) throws QueueException {
        JobCounts counts = run.counts();
        return JsonObject.builder().put("replayId", run.header().run().text()).put("state", run.state().id()).put("enqueued", counts.enqueued())
                .put("ok", counts.ok()).put("failed", counts.failed()).put("dead", counts.dead()).put("cancelled", counts.cancelled())
                .put("unknown", counts.unknown()).put("leased", counts.leased()).put("waiting", counts.waiting()).put("balanced", counts.balanced())
                .put("ratePerSecond", perSecond(queue, run)).build();
    }

    /** Jobs that ended in a second, up to the last one that did, all by the queue's time. */
    private static double perSecond(JobQueue queue, RunStatus run) throws QueueException {
        long ended = run.counts().ended();
        if (ended == 0) {
            return 0;
        }
        List<JobEnd> last = queue.results(run.header().run(), ended - 1, 1).ends();
        long millis = last.isEmpty() ? 0 : last.getFirst().endedAtMillis() - run.enqueuedAtMillis();
        return millis <= 0 ? 0 : Math.round(ended * 10_000.0 / millis) / 10.0;
    }
}
