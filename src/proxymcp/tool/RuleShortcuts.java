package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import proxymcp.http.Fields;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.JsonObject;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.rule.BodyEdits;
import proxymcp.rule.HeadEdits;
import proxymcp.rule.MockBody;
import proxymcp.rule.Pace;
import proxymcp.rule.RequestEdits;
import proxymcp.rule.ResponseEdits;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleAction;
import proxymcp.rule.RuleBook;
import proxymcp.rule.RuleDraft;
import proxymcp.rule.RuleException;
import proxymcp.rule.RuleMatcher;
import proxymcp.rule.RuleParts;
import proxymcp.rule.Transforms;
import proxymcp.rule.UrlEdit;
import proxymcp.text.Regex;

/** Rules of the common kinds, made from a few arguments. */
final class RuleShortcuts {
    private static final int BODY_CHARS_MAX = 262_144;
    private static final Property HOSTNAME = Property.text("hostname", "Exact", 1, 255);
    private static final Property URL_PATTERN = Property.text("url_pattern", "Regex, searched in the absolute URL", 1, 10_000);

    static final Schema INJECT = Schema.of(Property.form("headers", "{name: value}; null removes the field", RuleShapes.OBJECT).required(),
            HOSTNAME, URL_PATTERN, Property.choice("direction", "", "request", "response", "both").defaultTo("request"),
            RuleTools.priority(50));
    static final Schema REWRITE = Schema.of(
            Property.text("match_pattern", "Regex; every place in the absolute URL where it is found is replaced", 1, 10_000).required(),
            Property.text("replace_with", "What stands there then; $1 and ${name} are groups", 0, 10_000).required(), HOSTNAME, RuleTools.priority(50));
    static final Schema MOCK = Schema.of(Property.integer("status", "", 200, 599).required(),
            Property.text("method", "", 1, 100), URL_PATTERN, HOSTNAME,
            Property.text("body", "", 0, BODY_CHARS_MAX).defaultTo(""),
            Property.text("content_type", "", 1, 1_000).defaultTo("application/json"), RuleTools.priority(10));

    private final RuleBook rules;

    RuleShortcuts(ProxyControl control) {
        this.rules = control.rules();
    }

    List<Tool> tools() {
        ResultSchema made = ResultSchema.of(ResultSchema.text("rule_id"), ResultSchema.text("description"));
        return List.of(
                new Tool("proxy_inject_headers", "Set headers", "Adds a rule that sets or removes header fields of requests, responses or both.",
                        Tool.Hints.ADD, RuleTools.TOOLSET, INJECT, made, new ToolCall(this::inject)),
                new Tool("proxy_rewrite_url", "Rewrite URLs", "Adds a rule that rewrites the URL of requests; another host in it is where they go.",
                        Tool.Hints.ADD, RuleTools.TOOLSET, REWRITE, made, new ToolCall(this::rewrite)),
                new Tool("proxy_mock_response", "Mock a response", "Adds a rule that answers requests itself; no origin is asked.",
                        Tool.Hints.ADD, RuleTools.TOOLSET, MOCK, made, new ToolCall(this::mock)));
    }

    private ToolOutcome inject(Args args, CallContext context) throws BadArgument, RuleException {
        HeadEdits edits = new HeadEdits(RuleParts.updates("headers", args.form("headers").orElseThrow()));
        if (edits.isNone()) {
            throw new BadArgument("headers", "expected at least one");
        }
        String direction = args.string("direction");
        RequestEdits request = direction.equals("response") ? RequestEdits.NONE
                : new RequestEdits(edits, Optional.empty(), Optional.empty(), BodyEdits.NONE);
        ResponseEdits response = direction.equals("request") ? ResponseEdits.NONE : new ResponseEdits(edits, OptionalInt.empty(), BodyEdits.NONE);
        List<String> names = new ArrayList<>();
        edits.edits().forEach(edit -> names.add(edit.name()));
        String messages = direction.equals("both") ? "requests and responses" : direction + "s";
        return made("Set " + Shortened.text(String.join(", ", names), 200) + " in " + messages, args,
                matcher(args, Optional.empty(), args.optString("url_pattern")), RuleAction.Pass.of(new Transforms(request, response)));
    }

    private ToolOutcome rewrite(Args args, CallContext context) throws BadArgument, RuleException {
        Regex match = RuleParts.regex("match_pattern", args.string("match_pattern"));
        UrlEdit edit;
        try {
            edit = new UrlEdit(match, args.string("replace_with"));
        } catch (IllegalArgumentException refused) {
            throw new BadArgument("replace_with", refused.getMessage());
        }
        RequestEdits request = new RequestEdits(HeadEdits.NONE, Optional.empty(), Optional.of(edit), BodyEdits.NONE);
        // Other rules shall have the URLs in which there is nothing to rewrite.
        return made("Rewrite " + Shortened.text(match.source(), 100) + " to " + Shortened.text(edit.replacement(), 100), args,
                matcher(args, Optional.empty(), Optional.of(match.source())), RuleAction.Pass.of(new Transforms(request, ResponseEdits.NONE)));
    }

    private ToolOutcome mock(Args args, CallContext context) throws BadArgument, RuleException {
        int status = args.integer("status");
        String body = args.string("body");
        boolean bodiless = status == 204 || status == 205 || status == 304;
        if (bodiless && !body.isEmpty()) {
            throw new BadArgument("body", "a response with status " + status + " has no body; leave it out or give another status");
        }
        Fields fields = Fields.EMPTY;
        if (!bodiless) {
            try {
                fields = Fields.of(List.of(new Fields.Line("Content-Type", args.string("content_type"))));
            } catch (IllegalArgumentException odd) {
                throw new BadArgument("content_type", "expected Latin-1 text without CR, LF and NUL; the " + odd.getMessage());
            }
        }
        return made("Mock " + status + args.optString("method").map(method -> " for " + method).orElse(""), args,
                matcher(args, args.optString("method"), args.optString("url_pattern")),
                new RuleAction.Mock(status, fields, new MockBody.Text(body), Pace.FREE));
    }

    private static RuleMatcher matcher(Args args, Optional<String> method, Optional<String> url) throws RuleException {
        Optional<String> hostname = args.optString("hostname");
        return new RuleMatcher(method.isPresent() ? Optional.of(RuleParts.method("method", method.get())) : method,
                url.isPresent() ? Optional.of(RuleParts.regex("url_pattern", url.get())) : Optional.empty(),
                hostname.isPresent() ? Optional.of(RuleParts.hostname("hostname", hostname.get())) : hostname, Optional.empty(), List.of(),
                Optional.empty());
    }

    private ToolOutcome made(String what, Args args, RuleMatcher matcher, RuleAction action) throws RuleException {
        String where = matcher.hostname().map(host -> ", host " + host).orElse("");
        Rule rule = rules.add(new RuleDraft(what + where, args.integer("priority"), true, false, matcher, action));
        return ToolOutcome.success(JsonObject.builder().put("rule_id", rule.id()).put("description", rule.description()).build());
    }
}
