package proxymcp.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleAction;
import proxymcp.rule.RuleBook;
import proxymcp.rule.RuleChange;
import proxymcp.rule.RuleDraft;
import proxymcp.rule.RuleException;
import proxymcp.rule.RuleJson;
import proxymcp.rule.RuleMatcher;

/** Adding, changing, removing and listing rules. What is refused changes nothing. */
final class RuleTools {
    /** The toolset of all tools about rules. */
    static final String TOOLSET = "rules";
    /** What the largest rule with its body may take of a result that is no list. */
    private static final int RULE_CHARS_MAX = 20_000;
    /** Octets of a file that a mock answers with. */
    private static final long BODY_FILE_MAX = 16L << 20;

    static final Property RULE_ID = Property.text("rule_id", "Id from proxy_list_rules", 1, 40).required();
    private static final Property DESCRIPTION = Property.text("description", "What it is for", 1, 1_000);
    private static final Property MATCHER = Property.form("matcher", "Which requests; all members must hold, {} takes every one", RuleShapes.MATCHER);
    private static final Property HANDLER = Property.form("handler", "What happens to them", RuleShapes.HANDLER);

    static final Schema ADD = Schema.of(DESCRIPTION.required(), priority(RuleDraft.PRIORITY), MATCHER.required(), HANDLER.required(),
            Property.flag("persist", "Keep it for later processes of this home").defaultTo(false));
    static final Schema UPDATE = Schema.of(RULE_ID, DESCRIPTION,
            Property.integer("priority", "Smaller is asked first", -1_000_000, 1_000_000),
            Property.form("matcher", "Which requests, as in proxy_add_rule", RuleShapes.OBJECT),
            Property.form("handler", "What happens to them, likewise", RuleShapes.OBJECT));
    static final Schema ONE = Schema.of(RULE_ID);
    static final Schema LIST = Schema.of(Property.text("rule_id", "Only this one, with its whole body", 1, 40),
            Property.integer("limit", "", 1, 1_000).defaultTo(100),
            Property.integer("offset", "", 0, Integer.MAX_VALUE).defaultTo(0), ListBudget.MAX_CHARS);

    private final RuleBook rules;
    private final FileAccess files;

    RuleTools(ProxyControl control, FileAccess files) {
        this.rules = control.rules();
        this.files = files;
    }

    static Property priority(int unlessGiven) {
        return Property.integer("priority", "Smaller is asked first", -1_000_000, 1_000_000).defaultTo(unlessGiven);
    }

    List<Tool> tools() {
        ResultSchema rule = ResultSchema.of(ResultSchema.object("rule"));
        ResultSchema message = ResultSchema.of(ResultSchema.text("message"));
        ResultSchema list = ResultSchema.of(ResultSchema.integer("count"), ResultSchema.array("notes").optional())
                .and(ListBudget.pageMembers("rules").members().toArray(new ResultSchema.Member[0]));
        return List.of(
                new Tool("proxy_add_rule", "Add a rule", "Changes, answers, redirects or drops requests that match, from the next request on. "
                        + "Rules are asked by ascending priority, the older first; the first that matches ends it.",
                        Tool.Hints.ADD, TOOLSET, ADD, rule, new ToolCall(this::add)),
                new Tool("proxy_update_rule", "Change a rule", "Replaces what is given of a rule, each member whole; the rest stays.",
                        Tool.Hints.SET.overwriting(), TOOLSET, UPDATE, rule, new ToolCall(this::update)),
                new Tool("proxy_remove_rule", "Remove a rule", "Removes a rule; requests that follow it already go on.", Tool.Hints.REMOVE, TOOLSET,
                        ONE, message, new ToolCall(this::remove)),
                new Tool("proxy_list_rules", "List rules", "All rules in the order they are asked, with how often each was followed.",
                        Tool.Hints.QUERY, TOOLSET, LIST, list, new ToolCall(this::list)),
                new Tool("proxy_enable_rule", "Enable a rule", "Lets a rule be asked again.", Tool.Hints.SET, TOOLSET, ONE, message,
                        new ToolCall((args, context) -> enable(args, true))),
                new Tool("proxy_disable_rule", "Disable a rule", "Keeps a rule, but no request is held against it.", Tool.Hints.SET, TOOLSET, ONE,
                        message, new ToolCall((args, context) -> enable(args, false))));
    }

    /** What a refused change is answered with. */
    static ToolFailure failure(RuleException refused) {
        return switch (refused.code()) {
            case UNKNOWN_RULE -> new ToolFailure("unknown_rule", refused.getMessage(), "proxy_list_rules lists them");
            case INVALID_RULE -> new ToolFailure("bad_argument", refused.getMessage(), "no rule was changed");
            case TOO_MANY_RULES -> new ToolFailure("too_many", refused.getMessage(), "proxy_remove_rule removes one");
            case NOT_SAVED -> new ToolFailure("not_saved", refused.getMessage(), "no rule was changed; without persist nothing is written");
        };
    }

    private ToolOutcome add(Args args, CallContext context) throws ToolFailure, RuleException {
        RuleMatcher matcher = RuleJson.matcher(args.form("matcher").orElseThrow());
        RuleAction action = action(args.form("handler").orElseThrow(), files, context);
        return shown(rules.add(new RuleDraft(args.string("description"), args.integer("priority"), true, args.flag("persist"), matcher, action)));
    }

    private ToolOutcome update(Args args, CallContext context) throws BadArgument, ToolFailure, RuleException {
        Optional<JsonObject> matcher = args.form("matcher");
        Optional<JsonObject> handler = args.form("handler");
        RuleChange change = new RuleChange(args.optString("description"),
                args.given("priority") ? Optional.of(args.optInteger("priority").getAsInt()) : Optional.empty(), Optional.empty(), Optional.empty(),
                matcher.isPresent() ? Optional.of(RuleJson.matcher(matcher.get())) : Optional.empty(),
                handler.isPresent() ? Optional.of(action(handler.get(), files, context)) : Optional.empty());
        if (change.description().isEmpty() && change.priority().isEmpty() && change.matcher().isEmpty() && change.action().isEmpty()) {
            throw new BadArgument("description", "expected it, priority, matcher or handler");
        }
        return shown(rules.update(args.string("rule_id"), change));
    }

    private ToolOutcome shown(Rule rule) {
        return ToolOutcome.success(JsonObject.builder().put("rule", Shortened.within(RuleView.whole(rules, rule), RULE_CHARS_MAX)).build());
    }

    /**
     * Reads a handler. The file of a body is one that the caller may read, and is found by its real path later.
     *
     * @throws RuleException if it is none
     * @throws ToolFailure if its file cannot be read, or is too large
     */
    static RuleAction action(JsonObject handler, FileAccess files, CallContext context) throws ToolFailure, RuleException {
        Optional<String> name = handler.string("bodyFile");
        if (name.isEmpty()) {
            return RuleJson.action(handler);
        }
        Path file = files.toRead(context.origin(), "handler.bodyFile", name.get());
        try {
            if (Files.size(file) > BODY_FILE_MAX) {
                throw new ToolFailure("file_error", "handler.bodyFile: expected a file of at most " + BODY_FILE_MAX + " octets, got "
                        + Files.size(file));
            }
        } catch (IOException e) {
            throw new ToolFailure("file_error", "handler.bodyFile: " + name.get() + " cannot be read");
        }
        JsonObject.Builder found = JsonObject.builder();
        for (JsonObject.Member member : handler.members()) {
            found.put(member.name(), member.name().equals("bodyFile") ? new JsonString(file.toString()) : member.value());
        }
        return RuleJson.action(found.build());
    }

    private ToolOutcome remove(Args args, CallContext context) throws RuleException {
        Rule removed = rules.remove(args.string("rule_id"));
        return message("Rule " + removed.id() + " is removed");
    }

    private ToolOutcome enable(Args args, boolean enabled) throws RuleException {
        Rule rule = rules.setEnabled(args.string("rule_id"), enabled);
        return message("Rule " + rule.id() + " is " + (enabled ? "enabled" : "disabled"));
    }

    private static ToolOutcome message(String sentence) {
        return ToolOutcome.success(JsonObject.builder().put("message", sentence).build());
    }

    private ToolOutcome list(Args args, CallContext context) throws ToolFailure {
        List<Rule> all = rules.current().rules();
        Optional<String> id = args.optString("rule_id");
        ListBudget page = new ListBudget(args.integer("max_chars"));
        int offset = args.integer("offset");
        int total = all.size();
        if (id.isPresent()) {
            Optional<Rule> one = rules.current().find(id.get());
            page.add(RuleView.whole(rules, one.orElseThrow(() -> new ToolFailure("unknown_rule", "There is no rule " + Shortened.text(id.get(), 40),
                    "proxy_list_rules lists them"))));
            offset = 0;
            total = 1;
        } else {
            long end = Math.min((long) offset + args.integer("limit"), total);
            for (int i = offset; i < end && page.add(RuleView.row(rules, all.get(i))); i++) {
                continue; // The page takes it.
            }
        }
        JsonObject.Builder result = JsonObject.builder().put("count", total);
        if (!rules.notes().isEmpty()) {
            result.putStrings("notes", rules.notes().stream().limit(3).map(note -> Shortened.text(note, 200)).toList());
        }
        return ToolOutcome.success(result.putAll(page.page("rules", offset, total)).build());
    }
}
