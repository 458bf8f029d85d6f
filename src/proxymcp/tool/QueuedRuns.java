package proxymcp.tool;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import proxymcp.json.BadArgument;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.replay.Plan;
import proxymcp.replay.PlanException;
import proxymcp.replay.PlanItem;
import proxymcp.replay.PreparedRun;
import proxymcp.replay.RecordedAs;
import proxymcp.replay.ReplayId;
import proxymcp.replay.ReplayRun;
import proxymcp.replay.RunException;
import proxymcp.replay.RunMemory;
import proxymcp.replay.RunReport;
import proxymcp.replay.RunSettings;
import proxymcp.replay.SendSettings;
import proxymcp.replay.Skip;
import proxymcp.replay.queue.Collector;
import proxymcp.replay.queue.JobIndex;
import proxymcp.replay.queue.JobMaker;
import proxymcp.replay.queue.JobQueue;
import proxymcp.replay.queue.QueueException;
import proxymcp.replay.queue.QueueUrl;
import proxymcp.replay.queue.QueueWorker;
import proxymcp.replay.queue.RunHeader;
import proxymcp.replay.queue.RunStatus;
import proxymcp.upstream.UpstreamProxies;

/** Runs that workers send: put into their queue, and gone on with by whichever process has their home. Any thread may call. */
final class QueuedRuns {
    /** Leases of one job, from which on it is dead. */
    private static final int ATTEMPTS_MAX = 5;
    /** Runs that have ended and were read, and that the queue still shows. */
    private static final int KEPT_MAX = 4;
    private static final String QUEUE = "queue";
    private static final String URL = "url";
    private static final String VOLATILE = "volatile";
    private static final String WORKERS = "workers";

    private final ReplayControl control;
    private final QueueControl queues;
    /** Why runs are not gone on with, though they could be. */
    private final Map<ReplayId, String> stuck = new ConcurrentHashMap<>();

    /**
     * How a run is to be queued.
     *
     * @param url as given, password and all
     * @param workers of this process that are started for it
     * @param priority higher goes first
     */
    record Wanted(String url, QueueUrl queue, boolean allowVolatile, int workers, int priority) {}

    /**
     * A run that was begun.
     *
     * @param enqueued its jobs
     */
    record Enqueued(ReplayRun run, int enqueued) {}

    QueuedRuns(ReplayControl control, QueueControl queues) {
        this.control = control;
        this.queues = queues;
    }

    /** Whether a run goes by way of a queue. */
    static boolean isQueued(JsonObject kept) {
        return kept.has(QUEUE);
    }

    /** The queue of a run. */
    JobQueue queueOf(JsonObject kept) throws QueueException {
        JsonObject queue = kept.object(QUEUE).orElse(JsonObject.EMPTY);
        QueueUrl url = QueueUrl.parse(queue.string(URL).orElse("")).orElseThrow(
                () -> new QueueException("queue_failed", "the run was begun with a queue that is no longer known", ""));
        return queues.queue(url, QueuedWork.flag(queue, VOLATILE));
    }

    /** The queue of a run as it may be shown. */
    String shownUrl(JsonObject kept) {
        return kept.object(QUEUE).flatMap(queue -> queue.string(URL)).flatMap(QueueUrl::parse).map(QueueUrl::toString).orElse("");
    }

    /** Refuses what only a process that sends all of a run can do. */
    static void requireQueueable(ReplayArgs args) throws BadArgument {
        if (args.args().flag("use_rules")) {
            throw new BadArgument("use_rules", "workers do not have the rules of this proxy; expected false");
        }
        if (args.args().given("on_auth_expired")) {
            throw new BadArgument("on_auth_expired", "not with a queue, as many workers would renew at once; use proxy_replay_session");
        }
        if (args.args().string("pacing").equals("recorded")) {
            throw new BadArgument("pacing", "not with a queue, whose workers take jobs when they can; expected none, with rate_per_second for instance");
        }
    }

    /** Enqueues a run. Reads recordings: work for the pool. */
    Enqueued start(ReplayArgs args, JsonObject asked, Plan selected, SendSettings sending, Wanted wanted) throws Exception {
        JobQueue queue = queues.queue(wanted.queue(), wanted.allowVolatile());
        forgetOld(queue);
        JsonObject kept = JsonObject.builder().putAll(asked).put(QUEUE, JsonObject.builder().put(URL, wanted.url())
                .put(VOLATILE, wanted.allowVolatile()).put(WORKERS, wanted.workers()).build()).build();
        JsonObject recorded = control.recordedSettings(selected, args);
        control.way(recorded, sending, selected); // Says what is missing before anything is enqueued.
        try (ReplayControl.Planned planned = control.planned(selected, args, sending, kept)) {
            JobMaker maker = maker(selected, args, planned);
            JobMaker.Selected jobs = maker.select();
            Plan plan = selected;
            for (String sentence : maker.makesAll() ? planned.changes().remarks() : List.<String>of()) {
                plan = plan.noting(sentence);
            }
            RunSettings settings = args.settings();
            JsonObject carried = settings(asked, plan, recorded, jobs.jobs());
            ReplayRun run = control.runs().start(kept, plan, id -> {
                RunHeader header = new RunHeader(id, jobs.jobs().count(), wanted.priority(), ATTEMPTS_MAX, queues.leaseMillis(), settings.ratePerSecond(),
                        RunHeader.bucket(settings.ratePerSecond(), settings.burst()), settings.perHostConcurrency(), carried);
                enqueue(queue, header, maker, jobs);
                return begun(queue, id, jobs, args, selected, wanted.workers());
            });
            return new Enqueued(run, jobs.jobs().count());
        }
    }

    private static JobMaker maker(Plan plan, ReplayArgs args, ReplayControl.Planned planned) {
        Predicate<PlanItem> unsafe = args.overridesMakeUnsafe() ? item -> true : PreparedRun::mayChange;
        boolean ordered = args.args().given("concurrency") && args.args().integer("concurrency") == 1;
        return new JobMaker(plan, planned.maker(), planned.source(), planned.changes(), unsafe, ordered);
    }

    /** An enqueue that fails leaves nothing that a worker could take. */
    private static void enqueue(JobQueue queue, RunHeader header, JobMaker maker, JobMaker.Selected jobs) throws IOException {
        try {
            queue.enqueue(header, maker.jobs(header.run(), jobs.jobs()));
        } catch (UncheckedIOException | QueueException e) {
            drop(queue, header.run());
            throw e instanceof UncheckedIOException unchecked ? unchecked.getCause() : (QueueException) e;
        }
    }

    private static void drop(JobQueue queue, ReplayId run) {
        try {
            queue.cancel(run);
            queue.forget(run);
        } catch (QueueException e) {
            return; // What was not put in whole is never leased.
        }
    }

    private JsonObject settings(JsonObject asked, Plan plan, JsonObject recorded, JobIndex jobs) {
        Set<String> origins = new LinkedHashSet<>();
        for (PlanItem item : plan.items()) {
            if (jobs.has(item.index())) {
                origins.add(item.origin());
            }
        }
        List<String> proxies = new ArrayList<>();
        String written = Json.text(recorded);
        UpstreamProxies own = control.upstreams();
        List<UpstreamProxies.Entry> entries = new ArrayList<>(own.hosts().values());
        own.global().ifPresent(entries::add);
        for (UpstreamProxies.Entry entry : entries) {
            if (entry.proxy().login().isPresent() && written.contains(Json.text(new JsonString(entry.proxy().urlWithoutPassword())))) {
                proxies.add(entry.proxy().url());
            }
        }
        JsonObject.Builder environment = JsonObject.builder();
        String arguments = Json.text(asked);
        control.allowedVariables().forEach((name, value) -> {
            if (value.isPresent() && arguments.contains("env:" + name)) {
                environment.put(name, value.get());
            }
        });
        return JsonObject.builder().putAll(asked).put(QueuedWork.SESSION, plan.sessionId()).put(QueuedWork.ITEMS, plan.items().size())
                .put(QueuedWork.JOBS, jobs.text()).put(QueuedWork.RECORDED, recorded).putStrings(QueuedWork.ORIGINS, origins)
                .putStrings(QueuedWork.PROXIES, proxies).put(QueuedWork.ENVIRONMENT, environment.build()).build();
    }

    /** Goes on with the results of a run that is in its queue. */
    PreparedRun resume(ReplayId id, JsonObject kept, Plan plan) throws PlanException, IOException {
        ReplayArgs args = ReplayControl.arguments(kept);
        try {
            JobQueue queue = queueOf(kept);
            RunStatus status = queue.run(id).orElseThrow(() -> new PlanException("the queue no longer has " + id + "; enqueue it anew"));
            JobIndex jobs = JobIndex.parse(status.header().settings().string(QueuedWork.JOBS).orElse("")).filter(
                    index -> index.count() == status.header().jobCount()).orElseThrow(() -> new PlanException("the queue has " + id + " in another form"));
            JobMaker.Selected selected = new JobMaker.Selected(jobs, skips(plan, jobs));
            if (status.state() == RunStatus.State.ENQUEUING) {
                try (ReplayControl.Planned planned = control.planned(plan, args, args.sending((argument, name) -> Path.of(name)), kept)) {
                    queue.enqueue(status.header(), maker(plan, args, planned).jobs(id, jobs));
                }
            }
            Map<UUID, RecordedAs> earlier = control.recordedWhole(control.runs().find(id).report().replaySessions());
            return collecting(queue, id, selected, args, plan, earlier, (int) QueuedWork.number(kept.object(QUEUE).orElse(JsonObject.EMPTY), WORKERS));
        } catch (BadArgument | ToolFailure e) {
            throw new PlanException(e.getMessage());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static Map<Integer, Skip> skips(Plan plan, JobIndex jobs) {
        Map<Integer, Skip> skips = new HashMap<>();
        for (PlanItem item : plan.items()) {
            if (!jobs.has(item.index())) {
                skips.put(item.index(), item.skipped().orElse(new Skip(Skip.Reason.NOT_SENDABLE, "it could not be made when the run was enqueued")));
            }
        }
        return skips;
    }

    private PreparedRun begun(JobQueue queue, ReplayId id, JobMaker.Selected selected, ReplayArgs args, Plan plan, int workerCount) throws IOException {
        try {
            return collecting(queue, id, selected, args, plan, Map.of(), workerCount);
        } catch (IOException e) {
            drop(queue, id);
            throw e;
        }
    }

    private PreparedRun collecting(JobQueue queue, ReplayId id, JobMaker.Selected selected, ReplayArgs args, Plan plan, Map<UUID, RecordedAs> earlier,
            int workerCount) throws IOException {
        try {
            Optional<ReplayControl.OpenRecording> recording = args.args().flag("record") ? Optional.of(control.record(plan, args)) : Optional.empty();
            List<QueueWorker> workers = new ArrayList<>();
            for (int number = 1; number <= workerCount; number++) {
                workers.add(queues.work(queue, "in-process-" + number, args.args().integer("concurrency")));
            }
            Closeable after = () -> {
                Thread.ofVirtual().start(() -> queues.end(workers));
                if (recording.isPresent()) {
                    recording.get().close();
                }
            };
            Optional<Collector.Recorder> recorder = recording.map(open -> new Collector.Recorder(open.session(), open.writtenThrough(), earlier));
            Collector collector = new Collector(queue, id, selected, recorder, after);
            RunSettings settings = new RunSettings(Math.max(1, plan.items().size()), OptionalInt.empty(), OptionalDouble.empty(), 1,
                    new RunSettings.Pacing.None(), RunSettings.RetryPolicy.NONE, args.settings().stopOn(), Optional.empty());
            // The queue itself knows which unsafe requests may have been sent.
            return new PreparedRun(settings, collector, item -> false, RunMemory.NONE);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    /** Drops the oldest runs of this home that have ended and were read whole. */
    private void forgetOld(JobQueue queue) throws QueueException {
        List<ReplayId> read = new ArrayList<>();
        for (RunStatus run : queue.runs()) {
            if (run.state().hasEnded() && isRead(run.header().run())) {
                read.add(run.header().run());
            }
        }
        for (ReplayId id : read.subList(0, Math.max(0, read.size() - KEPT_MAX + 1))) {
            queue.forget(id);
        }
    }

    private boolean isRead(ReplayId id) {
        try {
            return switch (control.runs().find(id).report().state()) {
                case DONE, ABORTED, CANCELLED -> true;
                case PLANNED, RUNNING, INTERRUPTED -> false;
            };
        } catch (IOException e) {
            return false; // Another home's, or one that cannot be read: whoever put it in drops it.
        }
    }

    /** Goes on with all runs of this home whose process died while its queue had them. What cannot be gone on with stays interrupted. */
    void goOn() {
        try {
            for (ReplayId id : control.runs().ids()) {
                goOn(id);
            }
        } catch (IOException e) {
            System.getLogger("proxymcp.tool").log(System.Logger.Level.WARNING, "runs of queues are not gone on with: {0}", e.getMessage());
        }
    }

    /** Goes on with a run if it is one whose process died while its queue had it. */
    void goOn(ReplayId id) {
        try {
            if (control.runs().running(id).isEmpty() && isQueued(control.runs().request(id))
                    && control.runs().find(id).report().state() == RunReport.State.INTERRUPTED) {
                control.runs().resume(id, (kept, plan) -> resume(id, kept, plan));
            }
            stuck.remove(id);
        } catch (RunException e) {
            return; // Another process has it, or its files are damaged, which is told to who asks for it.
        } catch (IOException | PlanException e) {
            stuck.put(id, String.valueOf(e.getMessage()));
            System.getLogger("proxymcp.tool").log(System.Logger.Level.WARNING, "{0} is not gone on with: {1}", id, e.getMessage());
        }
    }

    /** Why a run was not gone on with when that was tried last; empty if it was. */
    Optional<String> stuck(ReplayId id) {
        return Optional.ofNullable(stuck.get(id));
    }

    /** Cancels a run that another process collects. */
    boolean cancelElsewhere(ReplayId id) throws IOException {
        JsonObject kept = control.runs().request(id);
        if (!isQueued(kept)) {
            return false;
        }
        queueOf(kept).cancel(id);
        return true;
    }
}
