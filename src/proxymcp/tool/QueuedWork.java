package proxymcp.tool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import proxymcp.json.BadArgument;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.replay.Captures;
import proxymcp.replay.Plan;
import proxymcp.replay.PlanException;
import proxymcp.replay.PlanItem;
import proxymcp.replay.PlannedChanges;
import proxymcp.replay.RequestChanges;
import proxymcp.replay.RunChanges;
import proxymcp.replay.RunCookies;
import proxymcp.replay.SendSettings;
import proxymcp.replay.SendWay;
import proxymcp.replay.Values;
import proxymcp.replay.queue.RunWork;
import proxymcp.rule.RuleBook;
import proxymcp.template.FlowPlan;
import proxymcp.template.RunnableFlow;
import proxymcp.template.TemplateChanges;
import proxymcp.template.TemplateException;
import proxymcp.text.TimeLimit;
import proxymcp.tls.OriginTlsSettings;
import proxymcp.upstream.NoProxy;
import proxymcp.upstream.UpstreamProxies;
import proxymcp.upstream.UpstreamProxy;

/** What a worker does for a run, made of the settings that the run was enqueued with; {@link QueuedRuns} writes them. Any thread may call. */
final class QueuedWork implements RunWork.Source {
    static final String SESSION = "session";
    static final String ITEMS = "items";
    static final String JOBS = "jobs";
    static final String RECORDED = "recorded";
    static final String PROXIES = "proxies";
    static final String ORIGINS = "origins";
    static final String ENVIRONMENT = "environment";

    private final OriginTlsSettings origins;
    private final RuleBook rules;
    private final Clock clock;

    /**
     * @param origins settings for TLS with single origins that this process has, keys of client certificates among them
     * @param rules of this process; none holds for jobs
     */
    QueuedWork(OriginTlsSettings origins, RuleBook rules, Clock clock) {
        this.origins = origins;
        this.rules = rules;
        this.clock = clock;
    }

    @Override
    public RunWork prepare(JsonObject settings) throws PlanException, IOException {
        ReplayArgs args = ReplayControl.arguments(settings);
        try {
            SendSettings sending = args.sending((argument, name) -> Path.of(name));
            SendWay way = SendWay.of(settings.object(RECORDED).orElse(JsonObject.EMPTY), sending, reaching(texts(settings, ORIGINS)),
                    new SendWay.OwnSettings(origins, proxies(texts(settings, PROXIES)), rules));
            long seed = ReplayControl.seed(settings);
            return new RunWork(settings.string(SESSION).orElse(""), (int) number(settings, ITEMS), way, sending, args.settings().retry(), seed,
                    args.args().flag("record"), changes(settings, args, sending, seed));
        } catch (BadArgument | ToolFailure e) {
            throw new PlanException(e.getMessage());
        }
    }

    private RunWork.ChangesMaker changes(JsonObject settings, ReplayArgs args, SendSettings sending, long seed) throws PlanException, BadArgument, IOException {
        Optional<RunnableFlow> flow = TemplateReplay.flow(settings, args);
        if (flow.isPresent()) {
            Plan plan = steps(flow.get(), sending);
            return (item, learned) -> step(plan, new TemplateChanges(flow.get(), seed, clock, sending.target()), item, learned);
        }
        RequestChanges changes = args.changes();
        Captures captures = args.captures();
        Map<String, Optional<String>> environment = new HashMap<>();
        for (JsonObject.Member variable : settings.object(ENVIRONMENT).orElse(JsonObject.EMPTY).members()) {
            environment.put(variable.name(), variable.value() instanceof JsonString text ? Optional.of(text.value()) : Optional.empty());
        }
        return (item, learned) -> {
            RunChanges begun = RunChanges.apart(changes, captures, new Values(seed, clock, environment, Map.of()), new RunCookies(args.cookies(), clock),
                    args.args().flag("follow_redirects"), TimeLimit.ofMillis(RuleBook.REGEX_MILLIS, RuleBook.DECISION_MILLIS));
            learned.forEach(begun::recall);
            return begun;
        };
    }

    private static Plan steps(RunnableFlow flow, SendSettings sending) throws PlanException, IOException {
        try {
            return FlowPlan.of(flow, Optional.empty(), sending);
        } catch (TemplateException refused) {
            throw new PlanException(refused.getMessage());
        }
    }

    /** Steps before this one have ended, well or not. */
    private static PlannedChanges step(Plan plan, TemplateChanges begun, PlanItem item, List<JsonObject> learned) {
        learned.forEach(begun::recall);
        for (PlanItem before : plan.items().subList(0, Math.min(item.index(), plan.items().size()))) {
            begun.ended(before);
        }
        return begun;
    }

    /** A plan that goes to these origins. */
    private static Plan reaching(List<String> origins) {
        List<PlanItem> items = new ArrayList<>();
        for (String origin : origins) {
            items.add(new PlanItem(items.size(), 0, new UUID(0, 0), 0, "GET", origin + "/", origin + "/", false, Optional.empty()));
        }
        return new Plan("", items, List.of());
    }

    /** Where passwords of proxies are looked up. */
    private static UpstreamProxies proxies(List<String> urls) {
        UpstreamProxies made = UpstreamProxies.NONE;
        for (String url : urls) {
            made = made.withHost("proxy-" + made.hosts().size() + ".invalid", new UpstreamProxies.Entry(UpstreamProxy.parse(url), NoProxy.NONE));
        }
        return made;
    }

    private static List<String> texts(JsonObject settings, String name) {
        List<String> texts = new ArrayList<>();
        for (JsonValue value : settings.array(name).orElse(JsonArray.EMPTY)) {
            if (value instanceof JsonString text) {
                texts.add(text.value());
            }
        }
        return texts;
    }

    static long number(JsonObject settings, String name) {
        return settings.get(name).orElse(JsonNumber.of(0)) instanceof JsonNumber number ? number.exactLong().orElse(0) : 0;
    }

    static boolean flag(JsonObject settings, String name) {
        return settings.get(name).filter(JsonBoolean.TRUE::equals).isPresent();
    }
}
