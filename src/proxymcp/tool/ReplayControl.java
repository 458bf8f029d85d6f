package proxymcp.tool;

import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import proxymcp.json.BadArgument;
import proxymcp.json.JsonObject;
import proxymcp.replay.HttpItemSender;
import proxymcp.replay.ItemSender;
import proxymcp.replay.ItemSource;
import proxymcp.replay.Plan;
import proxymcp.replay.PlanException;
import proxymcp.replay.PlanItem;
import proxymcp.replay.PlannedChanges;
import proxymcp.replay.Planner;
import proxymcp.replay.PreparedRun;
import proxymcp.replay.RecordedAs;
import proxymcp.replay.ReplayId;
import proxymcp.replay.ReplayRuns;
import proxymcp.replay.ReplaySession;
import proxymcp.replay.RequestMaker;
import proxymcp.replay.RequestSource;
import proxymcp.replay.RunChanges;
import proxymcp.replay.RunCookies;
import proxymcp.replay.SendResult;
import proxymcp.replay.SendSettings;
import proxymcp.replay.SendWay;
import proxymcp.replay.Values;
import proxymcp.rule.RuleBook;
import proxymcp.rule.RuleEngine;
import proxymcp.rule.RuleThreads;
import proxymcp.store.CaptureProfile;
import proxymcp.store.SessionException;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.SessionWriter;
import proxymcp.template.FlowPlan;
import proxymcp.template.FlowTemplate;
import proxymcp.template.RunnableFlow;
import proxymcp.template.TemplateChanges;
import proxymcp.text.TimeLimit;
import proxymcp.upstream.UpstreamProxies;

/** Makes plans and runs of what a call asks for. Any thread may call. */
public final class ReplayControl implements Closeable {
    private static final long MAX_DISK_MB = 65_536;
    private static final int NAME_CHARS_MAX = 100;
    private static final String ARGUMENTS = "arguments";
    private static final String SEED = "seed";

    private final ReplayRuns runs;
    private final SessionControl sessions;
    private final ProxyControl proxies;
    private final List<String> allowedEnvironment;
    private final Map<String, String> environment;
    private final Clock clock;
    private final RandomGenerator random;
    private final TemplateReplay templates;
    private final QueueControl queues;
    private final QueuedRuns queued;

    /** Readers of recordings. */
    private interface Held extends Closeable {
        @Override
        void close();
    }

    /** A plan, and what its requests are made with. */
    record Planned(Plan plan, ItemSource source, Held held, PlannedChanges changes, SendSettings settings, RuleEngine rules) implements Closeable {
        /** Makes requests as they would go out now; what is captured later stands there as its placeholder. */
        RequestMaker previews() {
            return new RequestMaker(plan, source, new PreviewedChanges(changes, settings.useRules() ? Optional.of(rules) : Optional.empty()), settings.safety());
        }

        /** Makes requests as they go out. */
        RequestMaker maker() {
            return new RequestMaker(plan, source, changes, settings.safety());
        }

        @Override
        public void close() {
            changes.close();
            held.close();
            rules.threads().close();
        }
    }

    /**
     * Runs below the home of {@code sessions}.
     *
     * @param allowedEnvironment names of variables that requests may hold
     * @param environment the variables
     * @param random where seeds come from
     * @param queues what runs that workers send go by; closed with this
     */
    public ReplayControl(ReplayRuns runs, SessionControl sessions, ProxyControl proxies, List<String> allowedEnvironment,
            Map<String, String> environment, Clock clock, RandomGenerator random, QueueControl queues) {
        this.runs = runs;
        this.sessions = sessions;
        this.proxies = proxies;
        this.allowedEnvironment = List.copyOf(allowedEnvironment);
        this.environment = Map.copyOf(environment);
        this.clock = clock;
        this.random = random;
        this.templates = new TemplateReplay(sessions.catalog());
        this.queues = queues;
        this.queued = new QueuedRuns(this, queues);
    }

    QueuedRuns queued() {
        return queued;
    }

    QueueControl queues() {
        return queues;
    }

    /** Goes on with runs of queues that dead processes left. */
    public void recoverLeftBehind() {
        queued.goOn();
    }

    UpstreamProxies upstreams() {
        return proxies.upstreams();
    }

    /** Variables that requests may hold; empty where one is not set. */
    Map<String, Optional<String>> allowedVariables() {
        Map<String, Optional<String>> allowed = new HashMap<>();
        allowedEnvironment.forEach(name -> allowed.put(name, Optional.ofNullable(environment.get(name))));
        return allowed;
    }

    /** What a session was recorded with; nothing for a template whose session is gone. */
    JsonObject recordedSettings(Plan plan, ReplayArgs args) throws Exception {
        return isFree(plan, args) ? JsonObject.EMPTY : sessions.catalog().read(session(plan), opened -> opened.manifest()).settings();
    }

    private boolean isFree(Plan plan, ReplayArgs args) throws IOException {
        return args.isTemplate() && templates.session(plan.sessionId()).isEmpty();
    }

    /** How the origins of a run are reached. */
    SendWay way(JsonObject recorded, SendSettings settings, Plan plan) throws PlanException {
        return SendWay.of(recorded, settings, plan, new SendWay.OwnSettings(proxies.origins(), proxies.upstreams(), proxies.rules()));
    }

    /** A session that a run is recorded to; closed when the run has ended. */
    record OpenRecording(ReplaySession session, LongSupplier writtenThrough, Closeable end) implements Closeable {
        @Override
        public void close() throws IOException {
            end.close();
        }
    }

    /** Begins the session of a run. */
    OpenRecording record(Plan plan, ReplayArgs args) throws Exception {
        SessionWriter writer = recording(isFree(plan, args) ? Optional.empty() : Optional.of(session(plan)), plan.sessionId());
        return new OpenRecording(new ReplaySession(writer.id().text(), writer.sink()), () -> writer.status().writtenThrough(),
                () -> sessions.catalog().end(writer));
    }

    /** Where the exchanges of these sessions stand that were recorded whole; sessions that are there no more have none. */
    Map<UUID, RecordedAs> recordedWhole(List<String> sessionIds) throws IOException {
        Map<UUID, RecordedAs> whole = new HashMap<>();
        for (String id : sessionIds) {
            try {
                sessions.catalog().read(SessionId.parse(id).orElseThrow(), opened -> {
                    opened.forEach(SessionQuery.ALL, entry -> {
                        if (entry.state() == SessionQuery.State.COMPLETE) {
                            whole.put(entry.id(), new RecordedAs(id, entry.id(), entry.seq()));
                        }
                        return true;
                    });
                    return id;
                });
            } catch (SessionException gone) {
                continue; // Deleted since; what it had is recorded anew.
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
        return whole;
    }

    Clock clock() {
        return clock;
    }

    ReplayRuns runs() {
        return runs;
    }

    TemplateReplay templates() {
        return templates;
    }

    /** What is kept of a call, so that its run can be made again. */
    JsonObject kept(ReplayArgs args, Optional<FlowTemplate> template) {
        JsonObject.Builder kept = JsonObject.builder().put(ARGUMENTS, args.args().json()).put(SEED, Long.toString(random.nextLong()));
        TemplateReplay.keep(kept, template);
        return kept.build();
    }

    /** The arguments of a run. */
    static ReplayArgs arguments(JsonObject kept) throws PlanException {
        try {
            return ReplayArgs.of(kept.object(ARGUMENTS).orElse(JsonObject.EMPTY));
        } catch (BadArgument e) {
            throw new PlanException("the run was begun with arguments that are no longer taken: " + e.getMessage());
        }
    }

    /** Chooses requests. Reads mapped files: work for the pool. */
    Plan plan(SessionId session, ReplayArgs args, SendSettings settings) throws Exception {
        Plan plan = sessions.catalog().read(session, opened -> new Planner(opened, settings).plan(args.selection(), args.refreshSeqs()));
        List<String> unused = new ArrayList<>();
        args.unusedFilters().ifPresent(unused::add);
        unused.addAll(RunChanges.withoutEffect(plan, args.changes(), args.captures()));
        for (String sentence : unused) {
            plan = plan.noting(sentence);
        }
        return plan;
    }

    /** Checks what is done to the requests of a plan. */
    Planned planned(Plan plan, ReplayArgs args, SendSettings settings, JsonObject kept) throws PlanException, BadArgument, IOException {
        long seed = seed(kept);
        RuleEngine rules = new RuleEngine(proxies.rules(), new RuleThreads());
        Optional<RunnableFlow> flow = TemplateReplay.flow(kept, args);
        if (flow.isPresent()) {
            Optional<RequestSource> recorded = templates.session(plan.sessionId()).map(id -> new RequestSource(sessions.catalog(), id, settings.target()));
            return new Planned(plan, new FlowPlan(flow.get(), recorded.map(source -> source)), () -> recorded.ifPresent(RequestSource::close),
                    new TemplateChanges(flow.get(), seed, clock, settings.target()), settings, rules);
        }
        Values values = new Values(seed, clock, allowedVariables(), Map.of());
        RunChanges changes = RunChanges.begin(plan, args.changes(), args.captures(), values, new RunCookies(args.cookies(), clock),
                args.args().flag("follow_redirects"), TimeLimit.ofMillis(RuleBook.REGEX_MILLIS, RuleBook.DECISION_MILLIS));
        RequestSource source = new RequestSource(sessions.catalog(), session(plan), settings.target());
        return new Planned(plan, source, source::close, changes, settings, rules);
    }

    private static SessionId session(Plan plan) throws PlanException {
        return SessionId.parse(plan.sessionId()).orElseThrow(() -> new PlanException("session_id: no session id: " + plan.sessionId()));
    }

    static long seed(JsonObject kept) {
        return Long.parseLong(kept.string(SEED).orElse("0"));
    }

    /** Prepares a run that goes on. */
    PreparedRun prepareAgain(ReplayId id, JsonObject kept, Plan plan, ReplayArgs.Files files) throws PlanException, IOException {
        return QueuedRuns.isQueued(kept) ? queued.resume(id, kept, plan) : prepare(kept, plan, files);
    }

    /** Prepares a run: the way out, and the session that its exchanges go to. Closed with the run's sender. */
    PreparedRun prepare(JsonObject kept, Plan plan, ReplayArgs.Files files) throws PlanException, IOException {
        ReplayArgs args = arguments(kept);
        try {
            SendSettings settings = args.sending(files);
            boolean free = isFree(plan, args);
            SendWay way = way(recordedSettings(plan, args), settings, plan);
            Planned planned = planned(plan, args, settings, kept);
            Optional<SessionWriter> writer = args.args().flag("record") ? Optional.of(free ? recording(Optional.empty(), plan.sessionId()) : recording(Optional.of(session(plan)), plan.sessionId())) : Optional.empty();
            Optional<ReplaySession> session = writer.map(made -> new ReplaySession(made.id().text(), made.sink()));
            RequestMaker maker = new RequestMaker(plan, planned.source(), planned.changes(), settings.safety());
            HttpItemSender sender = new HttpItemSender(plan, maker, planned.changes(), way, proxies.ownPorts(), settings, session, clock,
                    System::nanoTime);
            PreparedRun usual = new PreparedRun(args.settings(), new ClosingSender(sender, planned, writer));
            Predicate<PlanItem> unsafe = args.overridesMakeUnsafe() ? item -> true : usual.isUnsafe();
            return new PreparedRun(usual.settings(), usual.sender(), unsafe, planned.changes());
        } catch (BadArgument | ToolFailure e) {
            throw new PlanException(e.getMessage());
        } catch (IOException | PlanException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private SessionWriter recording(Optional<SessionId> original, String id) throws Exception {
        Optional<String> name = original.isEmpty() ? Optional.empty() : sessions.catalog().read(original.get(), opened -> opened.manifest()).name();
        String shown = "replay of " + name.orElse(id.isEmpty() ? "a template" : id);
        return sessions.catalog().createPatient(Optional.of(shown.substring(0, Math.min(NAME_CHARS_MAX, shown.length()))), CaptureProfile.FULL,
                MAX_DISK_MB, JsonObject.builder().put("replayOf", id).build());
    }

    /** Ends the session of a run, and what its requests are made with, once the last of them has ended. */
    private final class ClosingSender implements ItemSender {
        private final ItemSender sender;
        private final Planned planned;
        private final Optional<SessionWriter> writer;
        private final AtomicInteger sending = new AtomicInteger();
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile boolean closed;

        ClosingSender(ItemSender sender, Planned planned, Optional<SessionWriter> writer) {
            this.sender = sender;
            this.planned = planned;
            this.writer = writer;
        }

        @Override
        public SendResult send(PlanItem item, int attempt) {
            sending.incrementAndGet();
            try {
                return sender.send(item, attempt);
            } finally {
                if (sending.decrementAndGet() == 0 && closed) {
                    end();
                }
            }
        }

        @Override
        public void ended(PlanItem item) {
            sender.ended(item);
        }

        @Override
        public Optional<String> recordsTo() {
            return writer.map(session -> session.id().text());
        }

        @Override
        public List<String> unfound() {
            return planned.changes().remarks();
        }

        @Override
        public void close() {
            closed = true;
            planned.changes().close();
            sender.close();
            if (sending.get() == 0) {
                end();
            }
        }

        private void end() {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            planned.close();
            if (writer.isPresent()) {
                try {
                    sessions.catalog().end(writer.get());
                } catch (IOException e) {
                    System.getLogger("proxymcp.tool").log(System.Logger.Level.WARNING, "the session of a replay did not end cleanly: {0}",
                            e.getMessage());
                }
            }
        }
    }

    @Override
    public void close() {
        runs.close();
        queues.close();
    }
}
