package proxymcp.tool;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.mcp.WorkPool;
import proxymcp.replay.PlanException;
import proxymcp.replay.Selection;
import proxymcp.store.Session;
import proxymcp.store.SessionId;
import proxymcp.store.WorkWatch;
import proxymcp.template.FlowTemplate;
import proxymcp.template.TemplateException;
import proxymcp.template.TemplateFormat;
import proxymcp.template.TemplateMaker;
import proxymcp.template.TemplateProof;
import proxymcp.template.TemplateRequest;
import proxymcp.template.TemplateStep;
import proxymcp.template.Templates;

/** Making flow templates of sessions. */
final class TemplateTools {
    private static final int NAME_CHARS_MAX = 200;
    private static final int FAULTS_MAX = 200;

    static final Schema INPUT = Schema.of(SessionTools.SESSION_ID,
            Property.integers("seqs", "", 1, Long.MAX_VALUE >> 20, TemplateMaker.EXCHANGES_MAX).toldElsewhere(),
            Property.texts("seq_ranges", "", 1_000).toldElsewhere(),
            Property.integer("goal_seq", "Keep what leads to it", 1, Long.MAX_VALUE >> 20),
            Property.text("other_session_id", "Recorded again: tells constants from inputs", 1, 100),
            Property.text("name", "Its title", 1, NAME_CHARS_MAX),
            Property.flag("include_static", "Also images, scripts, styles").defaultTo(false),
            Property.choice("verify", "dry_run makes the recorded requests again; replay sends all, POST too", "none", "dry_run", "replay").defaultTo("dry_run"),
            Property.choice("format", "Of the export", "json", "curl", "openapi", "mermaid").defaultTo("json"),
            Property.text("output_file", "", 1, 4_096),
            Property.flag("overwrite", "").defaultTo(false),
            ListBudget.MAX_CHARS).and(SessionFilter.FEW).andUntold(SessionFilter.OTHERS);

    private final SessionControl sessions;
    private final ReplayTools replaying;
    private final FileAccess files;
    private final WorkPool pool;
    private final TemplateMaker maker;

    TemplateTools(SessionControl sessions, ReplayTools replaying, FileAccess files, WorkPool pool, TemplateMaker maker) {
        this.sessions = sessions;
        this.replaying = replaying;
        this.files = files;
        this.pool = pool;
        this.maker = maker;
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_generate_flow_template", "Make a flow template",
                "Makes a reusable flow of recorded exchanges: which values come from which answers, are made, or are inputs. Filters as in "
                        + "proxy_query_session, seqs as in proxy_replay_session, which runs it.", Tool.Hints.ADD.overwriting().reachingOut(), ReplayTools.TOOLSET, INPUT,
                ResultSchema.of(ResultSchema.text("templateId"), ResultSchema.text("name"), ResultSchema.text("sessionId"),
                        ResultSchema.flag("verified").optional(), ResultSchema.text("replayId").optional(), ResultSchema.flag("complete"),
                        ResultSchema.text("reason").optional(), ResultSchema.array("steps"), ResultSchema.array("inputs"), ResultSchema.array("edges"),
                        ResultSchema.array("loops"), ResultSchema.array("unexplained"), ResultSchema.array("warnings"), ResultSchema.text("text").optional(),
                        ResultSchema.text("outputFile").optional(), ResultSchema.integer("bytes").optional()),
                new ToolCall(this::generate)));
    }

    private ToolOutcome generate(Args args, CallContext context) throws Exception {
        SessionId id = SessionControl.id("session_id", args.string("session_id"));
        Optional<SessionId> other = args.given("other_session_id") ? Optional.of(SessionControl.id("other_session_id", args.string("other_session_id")))
                : Optional.empty();
        if (other.equals(Optional.of(id))) {
            throw new BadArgument("other_session_id", "expected another recording of the same flow, not session_id");
        }
        Selection selection = selection(args);
        boolean proves = !args.string("verify").equals("none");
        WorkWatch watch = new CallWatch(context, "exchanges");
        Made made = pool.run(context, () -> sessions.catalog().read(id, session -> other.isEmpty() ? make(session, Optional.empty(), selection, args, proves, watch)
                : sessions.catalog().read(other.get(), second -> make(session, Optional.of(second), selection, args, proves, watch))));
        Optional<String> replayId = Optional.empty();
        if (args.string("verify").equals("replay")) {
            Replayed run = replayed(id, made.template(), context);
            replayId = run.replayId();
            made = new Made(made.template().warning(run.faults()), made.proven() && run.faults().isEmpty());
            FlowTemplate warned = made.template();
            pool.run(context, () -> sessions.catalog().read(id, session -> {
                new Templates(session).write(warned);
                return warned;
            }));
        }
        Optional<Boolean> verified = proves ? Optional.of(made.proven()) : Optional.empty();
        TemplateFormat format = TemplateFormat.valueOf(args.string("format").toUpperCase(Locale.ROOT));
        JsonObject written = args.given("output_file") ? export(made.template(), format, args, context) : JsonObject.EMPTY;
        return ToolOutcome.success(new TemplateView(made.template(), args.integer("max_chars")).json(format,
                new TemplateView.Outcome(verified, replayId, written)));
    }

    private record Made(FlowTemplate template, boolean proven) {}

    private Made make(Session session, Optional<Session> other, Selection selection, Args args, boolean proves, WorkWatch watch) throws Exception {
        try {
            FlowTemplate template = maker.make(session, new TemplateRequest(selection, args.optLong("goal_seq"), other, args.optString("name"),
                    args.flag("include_static")), watch);
            List<String> differences = proves ? TemplateProof.differences(session, template, watch) : List.of();
            FlowTemplate kept = template.warning(differences);
            new Templates(session).write(kept);
            return new Made(kept, differences.isEmpty());
        } catch (TemplateException refused) {
            throw new ToolFailure(refused.code(), refused.getMessage(), refused.hint());
        } catch (PlanException refused) {
            throw new ToolFailure("bad_argument", refused.getMessage(), "proxy_query_session finds exchanges");
        }
    }

    private record Replayed(Optional<String> replayId, List<String> faults) {}

    /** Runs the template; that it cannot be run is a fault like others. */
    private Replayed replayed(SessionId id, FlowTemplate template, CallContext context) throws Exception {
        JsonObject run;
        try {
            run = replaying.run(id.text(), template.id(), context);
        } catch (ToolFailure | BadArgument refused) {
            return new Replayed(Optional.empty(), List.of("it cannot be sent again: " + refused.getMessage()));
        }
        List<String> faults = new ArrayList<>();
        String state = run.string("state").orElse("");
        if (!state.equals("done")) {
            faults.add("sent again, the run is " + state + run.string("stateReason").map(reason -> ": " + reason).orElse(""));
        }
        for (JsonValue value : run.array("items").orElse(JsonArray.EMPTY)) {
            if (value instanceof JsonObject item && !item.string("status").equals(Optional.of("success")) && faults.size() < FAULTS_MAX) {
                faults.add(step(template, item) + " sent again: " + item.string("error").or(() -> item.string("skippedBecause")).or(() -> item.string("status")).orElse(""));
            }
        }
        return new Replayed(run.string("replayId"), faults);
    }

    private static String step(FlowTemplate template, JsonObject item) {
        for (TemplateStep step : template.steps()) {
            if (item.get("seq").equals(Optional.of(JsonNumber.of(step.seq())))) {
                return step.id();
            }
        }
        return "a step";
    }

    private static Selection selection(Args args) throws BadArgument {
        List<Long> seqs = args.integers("seqs");
        if (seqs.isEmpty()) {
            return new Selection.Matching(SessionFilter.parse(args, false), ReplayArgs.ranges(args), 0, TemplateMaker.EXCHANGES_MAX + 1);
        }
        List<String> unused = new ArrayList<>();
        if (args.given("seq_ranges")) {
            unused.add("seq_ranges");
        }
        for (Property filter : SessionFilter.UNEXPLAINED) {
            if (args.given(filter.name())) {
                unused.add(filter.name());
            }
        }
        if (!unused.isEmpty()) {
            throw new BadArgument("seqs", "expected either it or " + String.join(", ", unused));
        }
        return new Selection.Seqs(seqs);
    }

    private JsonObject export(FlowTemplate template, TemplateFormat format, Args args, CallContext context) throws Exception {
        byte[] octets = format.write(template).getBytes(StandardCharsets.UTF_8);
        Path file = files.write(context.origin(), "output_file", args.string("output_file"), octets, args.flag("overwrite"));
        return JsonObject.builder().put("outputFile", file.toString()).put("bytes", octets.length).build();
    }
}
