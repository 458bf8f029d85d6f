package proxymcp.tool;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.decode.Decoders;
import proxymcp.diff.IgnorePatterns;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.mcp.WorkPool;
import proxymcp.parity.Counterpart;
import proxymcp.parity.KeyFields;
import proxymcp.parity.ParityException;
import proxymcp.parity.ParityFiles;
import proxymcp.parity.ParityJUnit;
import proxymcp.parity.ParityJson;
import proxymcp.parity.ParityReport;
import proxymcp.parity.ParityRequest;
import proxymcp.parity.ParityRule;
import proxymcp.parity.ParityRules;
import proxymcp.parity.ParityRun;
import proxymcp.parity.Severity;
import proxymcp.replay.ReplayId;
import proxymcp.replay.RunException;
import proxymcp.replay.RunItem;
import proxymcp.replay.RunReport;
import proxymcp.replay.RunView;
import proxymcp.store.Session;
import proxymcp.store.SessionId;
import proxymcp.store.WorkWatch;

/** Whether a replay, or a session, still means what its baseline meant. */
final class ParityTools {
    private static final int BASELINES_MAX = 8;
    private static final int PATTERNS_MAX = 200;
    private static final int LIMIT_MAX = 5_000;

    static final Schema INPUT = Schema.of(
            Property.text("replay_id", "", 1, 100),
            Property.text("session_id", "", 1, 100).toldElsewhere(),
            Property.text("other_session_id", "", 1, 100).toldElsewhere(),
            Property.texts("more_baselines", "", BASELINES_MAX).toldElsewhere(),
            Property.objectsInWords("rules", "{endpoint?, path: $.items[*].price, check: equals|type|exists|matches|range|count_band|unique|same_set, args: {value|type"
                    + "|exists|pattern|min, max|tolerance|overlap}, severity}", ParityRules.RULE, ParityRules.RULES_MAX),
            Property.texts("key_fields", "Matter most, as ignore or $.id", PATTERNS_MAX),
            Property.texts("ignore", "", PATTERNS_MAX).toldElsewhere(),
            Property.choice("fail_on", "Drift that fails", "low", "medium", "high", "critical").defaultTo("medium"),
            Property.integer("min_samples", "To trust enums, absence", 1, Integer.MAX_VALUE).defaultTo(ParityRequest.MIN_SAMPLES),
            Property.choice("format", "Of output_file", "json", "junit").defaultTo("json"),
            Property.text("output_file", "", 1, 4_096),
            Property.flag("overwrite", "").defaultTo(false),
            Property.integer("limit", "", 1, LIMIT_MAX).defaultTo(50),
            Property.integer("offset", "", 0, Integer.MAX_VALUE).defaultTo(0),
            ListBudget.MAX_CHARS).and(SessionFilter.PLACE);

    private final SessionControl sessions;
    private final ReplayControl replays;
    private final FileAccess files;
    private final WorkPool pool;
    private final ParityRun parity;
    private final ParityFiles kept;

    ParityTools(SessionControl sessions, ReplayControl replays, FileAccess files, WorkPool pool, Decoders decoders) {
        this.sessions = sessions;
        this.replays = replays;
        this.files = files;
        this.pool = pool;
        this.parity = new ParityRun(decoders);
        this.kept = new ParityFiles(replays.runs().root());
    }

    /** What is compared with its baseline. */
    private sealed interface Subject {
        /** A replay with the session that its requests came from. */
        record OfRun(ReplayId id) implements Subject {}

        /** A session with another one. */
        record OfSessions(SessionId baseline, SessionId other) implements Subject {}
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_replay_verify", "Verify a replay",
                "Whether a replay or session still means what its baseline meant: pass or fail, drift by endpoint. Sessions, ignore as in "
                        + "proxy_diff_sessions, filters as in proxy_query_session.", Tool.Hints.SET.overwriting(), ReplayTools.TOOLSET, INPUT,
                ResultSchema.of(ResultSchema.text("baseline"), ResultSchema.text("other"), ResultSchema.text("verdict"), ResultSchema.any("score", "number"),
                        ResultSchema.text("severity"), ResultSchema.text("failOn"), ResultSchema.integer("compared"), ResultSchema.object("counts"),
                        ResultSchema.array("notes").optional())
                        .and(ListBudget.pageMembers("endpoints").members().toArray(new ResultSchema.Member[0]))
                        .and(ResultSchema.array("unmatched"), ResultSchema.array("blocked"), ResultSchema.array("unknown"),
                                ResultSchema.text("listsNote").optional(), ResultSchema.text("text").optional(), ResultSchema.text("outputFile").optional(),
                                ResultSchema.integer("bytes").optional()),
                new ToolCall(this::verify)));
    }

    private ToolOutcome verify(Args args, CallContext context) throws Exception {
        Subject subject = subject(args);
        List<SessionId> more = new ArrayList<>();
        for (String text : args.strings("more_baselines")) {
            more.add(SessionControl.id("more_baselines", text));
        }
        ParityRequest request = request(args);
        WorkWatch watch = new CallWatch(context, "exchanges");
        ParityReport report;
        try {
            report = pool.run(context, () -> judged(subject, more, request, watch));
        } catch (ParityException refused) {
            throw new ToolFailure(refused.code(), refused.getMessage(), refused.hint());
        } catch (RunException refused) {
            throw ReplayTools.failure(refused);
        }
        boolean junit = args.string("format").equals("junit");
        Optional<String> name = args.optString("output_file");
        JsonObject written = name.isEmpty() ? JsonObject.EMPTY
                : pool.run(context, () -> written(report, junit, name.get(), args.flag("overwrite"), context));
        Optional<String> text = junit && name.isEmpty() ? Optional.of(pool.run(context, () -> ParityJUnit.xml(report))) : Optional.empty();
        return ToolOutcome.success(new ParityView(report, args.integer("max_chars")).json(args.integer("offset"), args.integer("limit"), text, written));
    }

    private static Subject subject(Args args) throws BadArgument, ToolFailure {
        if (args.given("replay_id")) {
            for (String other : List.of("session_id", "other_session_id")) {
                if (args.given(other)) {
                    throw new BadArgument(other, "expected either it or replay_id, which has its baseline");
                }
            }
            return new Subject.OfRun(ReplayTools.id("replay_id", args.string("replay_id")));
        }
        if (!args.given("session_id") || !args.given("other_session_id")) {
            throw new BadArgument(args.given("session_id") ? "other_session_id" : args.given("other_session_id") ? "session_id" : "replay_id",
                    "expected replay_id, or session_id and other_session_id");
        }
        return new Subject.OfSessions(SessionControl.id("session_id", args.string("session_id")),
                SessionControl.id("other_session_id", args.string("other_session_id")));
    }

    private static ParityRequest request(Args args) throws BadArgument {
        List<JsonObject> rules = new ArrayList<>();
        for (Args rule : args.objects("rules")) {
            rules.add(rule.json());
        }
        List<ParityRule> parsed = ParityRules.parse(rules);
        IgnorePatterns ignored;
        try {
            ignored = ParityRequest.ignoring(args.strings("ignore"));
        } catch (IllegalArgumentException refused) {
            throw new BadArgument("ignore", Shortened.text(refused.getMessage(), 300));
        }
        KeyFields keys;
        try {
            keys = KeyFields.parse(args.strings("key_fields"));
        } catch (IllegalArgumentException refused) {
            throw new BadArgument("key_fields", Shortened.text(refused.getMessage(), 300));
        }
        return new ParityRequest(SessionFilter.parsePlace(args), parsed, keys, ignored, args.choice("fail_on", Severity.class), args.integer("min_samples"));
    }

    private ParityReport judged(Subject subject, List<SessionId> more, ParityRequest request, WorkWatch watch) throws Exception {
        return switch (subject) {
            case Subject.OfSessions(SessionId baseline, SessionId other) -> judged(baseline, more, other, request, watch);
            case Subject.OfRun(ReplayId id) -> judged(id, more, request, watch);
        };
    }

    private ParityReport judged(SessionId baseline, List<SessionId> more, SessionId other, ParityRequest request, WorkWatch watch) throws Exception {
        // A baseline may be judged by itself.
        List<SessionId> baselines = baselines(baseline, more, baseline.equals(other) ? Set.of() : Set.of(other));
        List<SessionId> all = new ArrayList<>(baselines);
        all.add(other);
        return opened(all, Set.of(), new LinkedHashMap<>(), open -> parity.run(open.get(baseline), beyondFirst(baselines, open),
                new Counterpart.OfSession(open.get(other)), request, watch));
    }

    private ParityReport judged(ReplayId id, List<SessionId> more, ParityRequest request, WorkWatch watch) throws Exception {
        RunView run = replays.runs().find(id);
        RunReport state = run.report();
        if (state.state() == RunReport.State.RUNNING || state.state() == RunReport.State.PLANNED) {
            throw new ToolFailure("replay_running", id + " has not ended", "proxy_replay_status with wait_ms waits for its end");
        }
        SessionId baseline = SessionId.parse(state.sessionId()).orElseThrow(() -> new ToolFailure("no_baseline", id + " was not made of a session",
                "compare session_id with the session that it was recorded to as other_session_id"));
        Set<SessionId> answers = new LinkedHashSet<>();
        for (String session : state.replaySessions()) {
            SessionId.parse(session).ifPresent(answers::add);
        }
        List<SessionId> baselines = baselines(baseline, more, answers);
        List<SessionId> all = new ArrayList<>(baselines);
        all.addAll(answers);
        List<RunItem> items = run.items(RunItem.Only.ALL, 0, run.total(RunItem.Only.ALL));
        return keeping(id, opened(all, answers, new LinkedHashMap<>(), open -> {
            Map<String, Session> recorded = new LinkedHashMap<>();
            for (SessionId answer : answers) {
                if (open.containsKey(answer)) {
                    recorded.put(answer.text(), open.get(answer));
                }
            }
            return parity.run(open.get(baseline), beyondFirst(baselines, open), new Counterpart.OfRun(id, items, recorded), request, watch);
        }));
    }

    /** A verdict is not lost with the disk that is full, or the run that somebody deletes. */
    private ParityReport keeping(ReplayId id, ParityReport report) {
        try {
            kept.keep(id, report);
            return report;
        } catch (IOException e) {
            return report.noting("it could not be kept with the run: " + (e instanceof RunException ? e.getMessage() : e.getClass().getSimpleName()));
        }
    }

    /** The baselines, each once. What is judged is none of them: its own drift would count as noise. */
    private static List<SessionId> baselines(SessionId first, List<SessionId> more, Set<SessionId> judged) throws BadArgument {
        Set<SessionId> baselines = new LinkedHashSet<>(List.of(first));
        for (SessionId id : more) {
            if (judged.contains(id)) {
                throw new BadArgument("more_baselines", "expected sessions that work, not the one that is judged");
            }
            baselines.add(id);
        }
        return List.copyOf(baselines);
    }

    private static List<Session> beyondFirst(List<SessionId> baselines, Map<SessionId, Session> open) {
        List<Session> sessions = new ArrayList<>();
        for (SessionId id : baselines.subList(1, baselines.size())) {
            sessions.add(open.get(id));
        }
        return sessions;
    }

    /** Work on open sessions. */
    private interface Judging {
        ParityReport on(Map<SessionId, Session> open) throws Exception;
    }

    /** Opens the sessions one within the other, so that each is there as long as it is read. Those in {@code optional} may be gone. */
    private ParityReport opened(List<SessionId> ids, Set<SessionId> optional, Map<SessionId, Session> open, Judging judging) throws Exception {
        if (ids.isEmpty()) {
            return judging.on(open);
        }
        SessionId id = ids.get(0);
        List<SessionId> others = ids.subList(1, ids.size());
        if (optional.contains(id) && !sessions.catalog().ids().contains(id)) {
            return opened(others, optional, open, judging);
        }
        return sessions.catalog().read(id, session -> {
            Map<SessionId, Session> more = new LinkedHashMap<>(open);
            more.put(id, session);
            return opened(others, optional, more, judging);
        });
    }

    private JsonObject written(ParityReport report, boolean junit, String name, boolean overwrite, CallContext context) throws ToolFailure, IOException {
        byte[] octets = junit ? ParityJUnit.xml(report).getBytes(StandardCharsets.UTF_8) : Json.bytes(ParityJson.report(report));
        Path file = files.write(context.origin(), "output_file", name, octets, overwrite);
        return JsonObject.builder().put("outputFile", file.toString()).put("bytes", Files.size(file)).build();
    }
}
