package proxymcp.tool;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.Exchange;
import proxymcp.http.Authority;
import proxymcp.http.Fields;
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
import proxymcp.mcp.WorkPool;
import proxymcp.rule.RequestView;
import proxymcp.rule.RuleAction;
import proxymcp.rule.RuleDraft;
import proxymcp.rule.RuleException;
import proxymcp.rule.RuleJson;
import proxymcp.rule.RuleParts;
import proxymcp.rule.RuleSet;
import proxymcp.rule.Transforms;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.StoredBody;
import proxymcp.store.StoredExchange;

/** Holding requests against the rules: one that is made up, one that was captured, or all of a session. Nothing is counted as a hit. */
final class RuleTestTool {
    /** The id of a rule that is tried and not added. */
    static final String TRIAL_ID = "trial";
    private static final int RULES_MAX = 1_000;

    private static final Schema REQUEST = Schema.of(Property.text("method", "Its method", 1, 100).defaultTo("GET"),
            Property.text("url", "Absolute", 1, 65_536).required(), Property.text("hostname", "Else that of url", 1, 255),
            Property.text("path", "Path and query, else those of url", 1, 65_536), Property.textMap("headers", "Its fields"),
            Property.text("body", "Its body", 0, 1_048_576).defaultTo(""));
    private static final Schema TRIAL = Schema.of(Property.form("matcher", "As in proxy_add_rule", RuleShapes.OBJECT).required(),
            Property.form("handler", "Likewise; passthrough unless given", RuleShapes.OBJECT),
            Property.integer("priority", "Its place", -1_000_000, 1_000_000).defaultTo(RuleDraft.PRIORITY));

    static final Schema INPUT = Schema.of(
            Property.choice("mode", "simulate takes request, exchange one that was captured, session all that the filters choose",
                    "simulate", "exchange", "session").defaultTo("simulate"),
            Property.form("request", "For simulate: {url, method = GET, hostname, path, headers, body}", RuleShapes.OBJECT),
            Property.text("exchange_id", "For exchange: of the live buffer, or of session_id", 1, 100),
            Property.text("session_id", "For session, or exchange with seq or exchange_id", 1, 100),
            Property.integer("seq", "For exchange: number within the session", 1, Long.MAX_VALUE >> 20),
            Property.form("rule", "{matcher, handler?, priority?} as in proxy_add_rule: tried, not added; its id is trial", RuleShapes.OBJECT),
            Property.flag("include_disabled", "Also rules that are disabled").defaultTo(true),
            Property.integer("limit_rules", "Most rules to show", 1, RULES_MAX),
            Property.integer("samples", "For session: exchanges to show for each rule", 0, 50).defaultTo(3),
            ListBudget.MAX_CHARS).and(SessionFilter.FEW);

    private final ProxyControl control;
    private final SessionControl sessions;
    private final FileAccess files;
    private final WorkPool pool;

    RuleTestTool(ProxyControl control, SessionControl sessions, FileAccess files, WorkPool pool) {
        this.control = control;
        this.sessions = sessions;
        this.files = files;
        this.pool = pool;
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_test_rule_match", "Test rules",
                "Which rules take a request and why, and which one it follows; or how many exchanges of a session (filters as in proxy_query_session) each would take.",
                Tool.Hints.QUERY, RuleTools.TOOLSET, INPUT, ResultSchema.of(ResultSchema.text("mode"), ResultSchema.text("exchange_id").optional(),
                        ResultSchema.text("session_id").optional(), ResultSchema.object("result")), new ToolCall(this::test)));
    }

    private ToolOutcome test(Args args, CallContext context) throws Exception {
        String mode = args.string("mode");
        refuseOthers(args, mode);
        RuleSet rules = rules(args, context);
        return switch (mode) {
            case "simulate" -> simulate(args, rules, context);
            case "exchange" -> exchange(args, rules, context);
            default -> session(args, rules, context);
        };
    }

    private static void refuseOthers(Args args, String mode) throws BadArgument {
        refuse(args, "request", mode.equals("simulate"), "mode simulate");
        refuse(args, "exchange_id", mode.equals("exchange"), "mode exchange");
        refuse(args, "seq", mode.equals("exchange"), "mode exchange");
        refuse(args, "session_id", !mode.equals("simulate"), "mode session or exchange");
        refuse(args, "samples", mode.equals("session"), "mode session");
        for (Property filter : SessionFilter.FEW) {
            refuse(args, filter.name(), mode.equals("session"), "mode session");
        }
    }

    private static void refuse(Args args, String name, boolean taken, String modes) throws BadArgument {
        if (!taken && args.given(name)) {
            throw new BadArgument(name, "expected " + modes + " with it");
        }
    }

    /** What clients are told of these objects is less than what is checked. */
    private static Optional<Args> checked(Args args, String name, Schema schema) throws BadArgument {
        Optional<JsonObject> object = args.form(name);
        try {
            return object.isPresent() ? Optional.of(schema.check(object.get())) : Optional.empty();
        } catch (BadArgument refused) {
            throw new BadArgument(name, refused.getMessage());
        }
    }

    private RuleSet rules(Args args, CallContext context) throws BadArgument, ToolFailure, RuleException {
        RuleSet rules = control.rules().current();
        Optional<Args> trial = checked(args, "rule", TRIAL);
        if (trial.isEmpty()) {
            return rules;
        }
        Optional<JsonObject> handler = trial.get().form("handler");
        RuleAction action = handler.isPresent() ? RuleTools.action(handler.get(), files, context) : RuleAction.Pass.of(Transforms.NONE);
        return rules.with(TRIAL_ID, new RuleDraft("tried, not added", trial.get().integer("priority"), true, false,
                RuleJson.matcher(trial.get().form("matcher").orElseThrow()), action));
    }

    private ToolOutcome simulate(Args args, RuleSet rules, CallContext context) throws Exception {
        Args request = checked(args, "request", REQUEST).orElseThrow(() -> new BadArgument("request", "expected it in mode simulate"));
        RequestView view = view(request);
        return pool.run(context, () -> ToolOutcome.success(JsonObject.builder().put("mode", "simulate")
                .put("result", result(args, rules, view, Optional.empty())).build()));
    }

    private static JsonObject result(Args args, RuleSet rules, RequestView view, Optional<String> bodyNote) {
        return new RuleTestView(rules, view, args.flag("include_disabled")).result(limit(args), args.integer("max_chars"), bodyNote);
    }

    private static int limit(Args args) {
        return args.optInteger("limit_rules").orElse(Integer.MAX_VALUE);
    }

    /** The request as it would be if it had come to the proxy. */
    private static RequestView view(Args request) throws BadArgument, RuleException {
        String url = request.string("url");
        int scheme = url.indexOf("://");
        String name = scheme < 0 ? "" : url.substring(0, scheme).toLowerCase(Locale.ROOT);
        int path = scheme + 3;
        while (path < url.length() && "/?#".indexOf(url.charAt(path)) < 0) {
            path++;
        }
        Optional<Authority> authority = scheme < 0 ? Optional.empty() : Authority.parse(url.substring(scheme + 3, path));
        if (authority.isEmpty() || Endpoint.defaultPort(name) < 0) {
            throw new BadArgument("request.url", "expected an absolute URL such as https://example.com/path, got " + Shortened.text(url, 100));
        }
        int fragment = url.indexOf('#');
        String rest = fragment < 0 ? url.substring(path) : url.substring(path, fragment);
        String target = rest.startsWith("/") ? rest : "/" + rest;
        Endpoint endpoint = new Endpoint(name, authority.get().host().toLowerCase(Locale.ROOT), authority.get().port().orElse(Endpoint.defaultPort(name)));
        JsonObject.Builder headers = JsonObject.builder();
        request.stringMap("headers").forEach(headers::put);
        Fields fields = Fields.of(RuleParts.lines("request.headers", headers.build()));
        return new RequestView(request.string("method"), endpoint.url(target), request.optString("hostname").orElse(endpoint.host()),
                request.optString("path").orElse(target), fields, Optional.of(request.string("body")));
    }

    private ToolOutcome exchange(Args args, RuleSet rules, CallContext context) throws Exception {
        Optional<String> session = args.optString("session_id");
        Optional<String> exchangeId = args.optString("exchange_id");
        OptionalLong seq = args.optLong("seq");
        if (session.isEmpty()) {
            if (seq.isPresent()) {
                throw new BadArgument("seq", "expected session_id with it");
            }
            Exchange exchange = ExchangeTool.find(control.live(), exchangeId
                    .orElseThrow(() -> new BadArgument("exchange_id", "expected it in mode exchange, or session_id and seq")));
            return pool.run(context, () -> live(args, rules, exchange));
        }
        if (seq.isEmpty() && exchangeId.isEmpty()) {
            throw new BadArgument("seq", "expected it, or exchange_id");
        }
        SessionId id = SessionControl.id("session_id", session.get());
        return pool.run(context, () -> sessions.catalog().read(id, opened -> {
            StoredExchange found = SessionExchangeTool.find(opened, seq.isPresent() ? seq
                    : SessionExchangeTool.seqOf(opened, exchangeId.orElseThrow()));
            StoredBody body = found.requestBody();
            RequestView view = RuleTestSession.view(found.exchange().start());
            Optional<String> note = new BodySource.Stored(body).whyNotWhole();
            RequestView whole = body.damage().isPresent() || body.kept() == 0 ? view : view.withBody(RuleTestSession.start(body));
            return ToolOutcome.success(JsonObject.builder().put("mode", "exchange").put("exchange_id", found.exchange().id())
                    .put("session_id", id.toString()).put("result", result(args, rules, whole, note)).build());
        }));
    }

    private static ToolOutcome live(Args args, RuleSet rules, Exchange exchange) {
        CapturedBody body = exchange.requestBody();
        RequestView head = RuleTestSession.view(exchange.start());
        RequestView view = body.length() == 0 ? head : head.withBody(body.bytes());
        return ToolOutcome.success(JsonObject.builder().put("mode", "exchange").put("exchange_id", exchange.id())
                .put("result", result(args, rules, view, new BodySource.Live(body).whyNotWhole())).build());
    }

    private ToolOutcome session(Args args, RuleSet rules, CallContext context) throws Exception {
        SessionId id = SessionControl.id("session_id", args.optString("session_id")
                .orElseThrow(() -> new BadArgument("session_id", "expected it in mode session")));
        SessionQuery query = SessionFilter.parseFew(args);
        boolean includeDisabled = args.flag("include_disabled");
        return pool.run(context, () -> sessions.catalog().read(id, opened -> {
            RuleTestSession run = new RuleTestSession(opened, rules, includeDisabled, limit(args), args.integer("samples"));
            run.run(query, context);
            return ToolOutcome.success(JsonObject.builder().put("mode", "session").put("session_id", id.toString())
                    .put("result", run.result(includeDisabled, args.integer("max_chars"))).build());
        }));
    }
}
