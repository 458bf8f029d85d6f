package proxymcp.tool;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import proxymcp.chrome.ActiveTarget;
import proxymcp.chrome.ChildProcess;
import proxymcp.chrome.EnvironmentForm;
import proxymcp.chrome.InterceptorStatus;
import proxymcp.chrome.Interceptors;
import proxymcp.chrome.Killed;
import proxymcp.chrome.Prepared;
import proxymcp.chrome.SpawnOptions;
import proxymcp.chrome.TargetException;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.Json;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;

/** Programs whose traffic is captured, and what is captured in all. */
final class InterceptorTools {
    static final String TOOLSET = "browser";
    /** Arguments of a program. */
    private static final int ARGS_MAX = 1_000;
    /** Kept free of what a program printed. */
    private static final int ENVELOPE_CHARS = 500;
    private static final int OUTPUT_CHARS_LEAST = 300;
    private static final int LIST_CHARS_LEAST = 2_000;
    /** Octets that no program prints; every client can say the number exactly. */
    private static final long CURSOR_MAX = 1_000_000_000_000_000L;

    static final Property TARGET_ID = Property.text("target_id", "From interceptor_list", 1, 60);
    private static final Property OFFSET = Property.integer("offset", "", 0, 1_000).defaultTo(0);

    static final Schema SPAWN = Schema.of(Property.text("command", "Program, by path or name", 1, 4_096),
            Property.texts("args", "", ARGS_MAX), Property.text("cwd", "Folder that it runs in", 1, 4_096),
            Property.textMap("env", ""),
            Property.choice("env_form", "Start nothing: print the variables, for a shell of yours", "bash", "fish", "powershell", "json"));
    static final Schema KILL = Schema.of(TARGET_ID.required());
    static final Schema LIST = Schema.of(OFFSET, ListBudget.MAX_CHARS);
    static final Schema STATUS = Schema.of(
            Property.text("interceptor_id", "chrome or terminal; needed without target_id", 1, 60),
            Property.text("target_id", "One target alone, with what it printed", 1, 60),
            Property.integer("stdout_cursor", "", 0, CURSOR_MAX).defaultTo(0),
            Property.integer("stderr_cursor", "", 0, CURSOR_MAX).defaultTo(0), OFFSET, ListBudget.MAX_CHARS);

    private final Interceptors interceptors;
    private final ProxyControl control;

    InterceptorTools(Interceptors interceptors, ProxyControl control) {
        this.interceptors = interceptors;
        this.control = control;
    }

    List<Tool> tools() {
        ResultSchema message = ResultSchema.of(ResultSchema.text("message"));
        ResultSchema.Member[] page = {ResultSchema.integer("totalActive"), ResultSchema.flag("complete"),
            ResultSchema.integer("nextOffset").optional()};
        return List.of(
                new Tool("interceptor_spawn", "Start a program", "Starts a program whose traffic is captured: variables point common stacks at the "
                        + "proxy and have them trust it. interceptor_status reads what it prints.", Tool.Hints.ADD.reachingOut(), TOOLSET, SPAWN,
                        ResultSchema.of(ResultSchema.text("targetId"), ResultSchema.object("details"), ResultSchema.text("environment").optional()),
                        new ToolCall(this::spawn)),
                new Tool("interceptor_kill", "End a program", "Ends a program and those it started.", Tool.Hints.REMOVE,
                        TOOLSET, KILL, message.and(ResultSchema.any("output", "object or null")), new ToolCall(this::kill)),
                new Tool("interceptor_list", "List browsers and programs", "Browsers and programs that are captured now.", Tool.Hints.QUERY, TOOLSET,
                        LIST, ResultSchema.of(ResultSchema.array("interceptors")).and(page), new ToolCall(this::list)),
                new Tool("interceptor_status", "Look at browsers or programs", "One kind of what is captured; with target_id what a program "
                        + "printed since the cursors.", Tool.Hints.QUERY, TOOLSET, STATUS,
                        ResultSchema.of(ResultSchema.text("id"), ResultSchema.text("name"), ResultSchema.text("description"),
                                ResultSchema.flag("isActivable"), ResultSchema.array("activeTargets"), ResultSchema.object("output").optional())
                                .and(page), new ToolCall(this::status)),
                new Tool("interceptor_deactivate_all", "End all browsers and programs", "Closes all browsers and ends all programs that were started "
                        + "here.", Tool.Hints.REMOVE, TOOLSET, Schema.EMPTY, message, new ToolCall(this::deactivateAll)));
    }

    /**
     * Whoever may start processes may do anything that the user may.
     *
     * @throws ToolFailure {@code forbidden}
     */
    static void refuseStrangers(CallContext context) throws ToolFailure {
        if (context.origin() == CallOrigin.HTTP_WITHOUT_TOKEN) {
            throw new ToolFailure("forbidden", "Browsers and programs cannot be started over HTTP without a token",
                    "start the server with --token, or use stdio");
        }
    }

    private ToolOutcome spawn(Args args, CallContext context) throws Exception {
        refuseStrangers(context);
        Optional<EnvironmentForm> form = args.optChoice("env_form", EnvironmentForm.class);
        if (form.isPresent()) {
            return environment(args, form.get());
        }
        String command = args.optString("command").orElseThrow(() -> new BadArgument("command", "expected it, or env_form"));
        ActiveTarget target = interceptors.spawn(new SpawnOptions(command, args.strings("args"), args.opt("cwd", Path::of),
                args.stringMap("env")), control.forTargets());
        return ToolOutcome.success(JsonObject.builder().put("targetId", target.targetId()).put("details", target.details()).build());
    }

    private ToolOutcome environment(Args args, EnvironmentForm form) throws Exception {
        for (String other : List.of("command", "args", "cwd", "env")) {
            if (args.given(other)) {
                throw new BadArgument(other, "expected it without env_form, which starts nothing");
            }
        }
        Prepared prepared = interceptors.prepare(control.forTargets());
        return ToolOutcome.success(JsonObject.builder().put("targetId", prepared.target().targetId()).put("details", prepared.target().details())
                .put("environment", prepared.environment().shown(form)).build());
    }

    private ToolOutcome kill(Args args, CallContext context) throws TargetException {
        String id = args.string("target_id");
        Optional<Killed> killed = interceptors.kill(id);
        JsonObject.Builder result = JsonObject.builder().put("message", id + " has ended");
        if (killed.isEmpty()) {
            return ToolOutcome.success(result.put("output", JsonNull.NULL).build());
        }
        Optional<JsonNumber> exitCode = killed.get().exitCode().isPresent()
                ? Optional.of(JsonNumber.of((long) killed.get().exitCode().getAsInt())) : Optional.empty();
        return ToolOutcome.success(result.put("output", JsonObject.builder().put("stdout", killed.get().stdoutTail())
                .put("stderr", killed.get().stderrTail()).putOrNull("exitCode", exitCode).build()).build());
    }

    private ToolOutcome list(Args args, CallContext context) {
        InterceptorView.Page page = InterceptorView.page(interceptors.list(), args.integer("offset"), args.integer("max_chars"));
        return ToolOutcome.success(JsonObject.builder().put("interceptors", page.interceptors()).putAll(page.members()).build());
    }

    private ToolOutcome status(Args args, CallContext context) throws Exception {
        Optional<String> kind = args.optString("interceptor_id");
        Optional<String> id = args.optString("target_id");
        int charsMax = args.integer("max_chars");
        if (id.isPresent()) {
            return one(args, kind.isPresent() ? List.of(interceptors.status(kind.get())) : interceptors.list(), id.get(), charsMax);
        }
        InterceptorStatus status = interceptors.status(kind.orElseThrow(() -> new BadArgument("interceptor_id", "expected it, or target_id")));
        InterceptorView.Page page = InterceptorView.page(List.of(status), args.integer("offset"), charsMax);
        return ToolOutcome.success(JsonObject.builder().putAll(page.interceptors().get(0)).putAll(page.members()).build());
    }

    private ToolOutcome one(Args args, List<InterceptorStatus> among, String id, int charsMax) throws ToolFailure, TargetException {
        for (InterceptorStatus status : among) {
            for (ActiveTarget target : status.targets()) {
                if (target.targetId().equals(id)) {
                    return one(args, status, target, charsMax);
                }
            }
        }
        throw new ToolFailure("unknown_target", "There is no target " + Shortened.text(id, 60)
                + (among.size() == 1 ? " of " + among.get(0).id() : ""), "interceptor_list shows those that are active");
    }

    private ToolOutcome one(Args args, InterceptorStatus status, ActiveTarget target, int charsMax) throws TargetException {
        InterceptorStatus alone = new InterceptorStatus(status.id(), status.name(), status.description(), status.isActivable(), List.of(target));
        InterceptorView.Page page = InterceptorView.page(List.of(alone), 0, Math.max(LIST_CHARS_LEAST, charsMax / 2));
        JsonObject.Builder result = JsonObject.builder().putAll(page.interceptors().get(0)).putAll(page.members());
        if (target.details().has("exitCode")) {
            int room = Math.max(OUTPUT_CHARS_LEAST, (charsMax - Json.text(result.build()).length() - ENVELOPE_CHARS) / 2);
            ChildProcess process = interceptors.process(target.targetId());
            result.put("output", JsonObject.builder()
                    .put("stdout", InterceptorView.output(process.stdout(), args.longInteger("stdout_cursor"), room))
                    .put("stderr", InterceptorView.output(process.stderr(), args.longInteger("stderr_cursor"), room)).build());
        }
        return ToolOutcome.success(result.build());
    }

    private ToolOutcome deactivateAll(Args args, CallContext context) {
        int count = interceptors.deactivateAll();
        return ToolOutcome.success(JsonObject.builder().put("message", count + (count == 1 ? " target has" : " targets have") + " ended").build());
    }
}
