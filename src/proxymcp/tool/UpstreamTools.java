package proxymcp.tool;

import java.util.List;
import java.util.Optional;
import proxymcp.exchange.Endpoint;
import proxymcp.http.Authority;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.JsonObject;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.upstream.NoProxy;
import proxymcp.upstream.UpstreamProxies;
import proxymcp.upstream.UpstreamProxy;

/** The proxies that requests go out through: one for all hosts, and others for single ones. */
final class UpstreamTools {
    private static final int URL_CHARS_MAX = 2_048;
    private static final int TARGET_PORT = 443;
    /** Without bounds: an argument that breaks them is quoted, and this one holds a password. */
    private static final String LIKEWISE = "As in proxy_set_upstream";
    private static final Property PROXY_URL = Property.text("proxy_url",
            "http, https, socks4, socks4a, socks5 or socks5h (h, a: it looks names up) ://[user:password@]host[:port]").required();
    private static final Property NO_PROXY = Property.texts("no_proxy",
            "Hosts reached directly: name, .suffix, address, CIDR range, <local> (no dot, loopback), *", 200);
    private static final Property CHECK = Property.flag("check", "Dial it first, and set it only if it answers").defaultTo(false);
    private static final Property CHECK_TARGET = Property.text("check_target", "host[:443] that the check has it connect to", 1, 300);
    private static final Property HOSTNAME = Property.text("hostname", "A name, an address, or *.suffix; the most exact one holds", 1, 255).required();
    static final Schema SET = Schema.of(PROXY_URL, NO_PROXY, CHECK, CHECK_TARGET);
    /** All but the name as in the other tool, which says what they are. */
    static final Schema SET_HOST = Schema.of(HOSTNAME, Property.text("proxy_url", LIKEWISE).required(), Property.texts("no_proxy", LIKEWISE, 200), CHECK,
            Property.text("check_target", LIKEWISE, 1, 300));
    static final Schema REMOVE_HOST = Schema.of(Property.text("hostname", "As it was set", 1, 255).required());

    private final ProxyControl control;

    UpstreamTools(ProxyControl control) {
        this.control = control;
    }

    List<Tool> tools() {
        ResultSchema.Member[] made = {ResultSchema.text("message"), ResultSchema.array("noProxy"), ResultSchema.object("upstream"),
            ResultSchema.text("check").optional()};
        Tool set = new Tool("proxy_set_upstream", "Set the upstream proxy",
                "Requests go out through another proxy, from the next one on; hosts with their own upstream keep it.",
                Tool.Hints.SET.overwriting().reachingOut(), "rules", SET, ResultSchema.of(made), new ToolCall(this::set));
        Tool clear = new Tool("proxy_clear_upstream", "Forget the upstream proxy", "Undoes proxy_set_upstream.", Tool.Hints.REMOVE, "rules",
                Schema.EMPTY, ResultSchema.of(ResultSchema.text("message"), ResultSchema.flag("cleared")), new ToolCall(this::clear));
        Tool setHost = new Tool("proxy_set_host_upstream", "Set a host's upstream proxy",
                "Requests to hostname go out through a proxy of their own, before the global one.",
                Tool.Hints.SET.overwriting().reachingOut(), "rules", SET_HOST, ResultSchema.of(ResultSchema.text("hostname")).and(made),
                new ToolCall(this::setHost));
        Tool removeHost = new Tool("proxy_remove_host_upstream", "Forget a host's upstream proxy", "Undoes proxy_set_host_upstream.",
                Tool.Hints.REMOVE, "rules", REMOVE_HOST, ResultSchema.of(ResultSchema.text("message"), ResultSchema.text("hostname")),
                new ToolCall(this::removeHost));
        return List.of(set, clear, setHost, removeHost);
    }

    private ToolOutcome set(Args args, CallContext context) throws BadArgument, ToolFailure {
        UpstreamProxies.Entry entry = entry(args);
        Optional<String> answer = checked(args, entry.proxy(), context);
        int others = control.change(before -> before.withGlobal(Optional.of(entry))).hosts().size();
        return ToolOutcome.success(made("Requests that begin now go out through " + entry.proxy().maskedUrl() + keptBy(others), entry, answer));
    }

    private ToolOutcome clear(Args args, CallContext context) {
        UpstreamProxies before = control.change(now -> now.withGlobal(Optional.empty()));
        String message = before.global().isPresent() ? "Requests that begin now go out directly" : "There was no global upstream";
        return ToolOutcome.success(JsonObject.builder().put("message", message + keptBy(before.hosts().size()))
                .put("cleared", before.global().isPresent()).build());
    }

    private static String keptBy(int hosts) {
        return hosts == 0 ? "" : "; what is set for single hosts (" + hosts + ") stays";
    }

    private ToolOutcome setHost(Args args, CallContext context) throws BadArgument, ToolFailure {
        String host = host(args);
        UpstreamProxies.Entry entry = entry(args);
        Optional<String> answer = checked(args, entry.proxy(), context);
        UpstreamProxies before = control.change(now -> isFull(now, host) ? now : now.withHost(host, entry));
        if (isFull(before, host)) {
            throw new ToolFailure("too_many", "There are upstreams for " + UpstreamProxies.HOSTS_MAX + " hosts already",
                    "use *.suffix, or proxy_remove_host_upstream");
        }
        JsonObject made = made("Requests to " + host + " that begin now go out through " + entry.proxy().maskedUrl(), entry, answer);
        return ToolOutcome.success(JsonObject.builder().put("hostname", host).putAll(made).build());
    }

    private static boolean isFull(UpstreamProxies proxies, String host) {
        return proxies.hosts().size() >= UpstreamProxies.HOSTS_MAX && !proxies.hosts().containsKey(host);
    }

    private ToolOutcome removeHost(Args args, CallContext context) throws BadArgument, ToolFailure {
        String host = host(args);
        UpstreamProxies before = control.change(now -> now.withoutHost(host));
        if (!before.hosts().containsKey(host)) {
            throw new ToolFailure("unknown_upstream", "No upstream is set for " + host, "proxy_status lists those that are");
        }
        return ToolOutcome.success(JsonObject.builder().put("message", "Requests to " + host + " that begin now go the way of other hosts")
                .put("hostname", host).build());
    }

    private static JsonObject made(String message, UpstreamProxies.Entry entry, Optional<String> answer) {
        return JsonObject.builder().put("message", message).putStrings("noProxy", entry.except().texts()).put("upstream", UpstreamView.of(entry))
                .putIf("check", answer).build();
    }

    /** How the proxy answered, if that is asked for; a proxy that does not pass is never set. */
    private Optional<String> checked(Args args, UpstreamProxy proxy, CallContext context) throws BadArgument, ToolFailure {
        Optional<Endpoint> target = target(args);
        if (args.flag("check")) {
            return Optional.of(UpstreamCheck.run(control, proxy, target, context));
        }
        if (target.isPresent()) {
            throw new BadArgument("check_target", "expected check true with it");
        }
        return Optional.empty();
    }

    private static Optional<Endpoint> target(Args args) throws BadArgument {
        Optional<String> text = args.optString("check_target");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Authority authority = Authority.parse(text.get())
                .orElseThrow(() -> new BadArgument("check_target", "expected host or host:port, IPv6 in brackets, such as example.com:443"));
        return Optional.of(new Endpoint(Endpoint.TUNNEL, authority.host(), authority.port().orElse(TARGET_PORT)));
    }

    private static UpstreamProxies.Entry entry(Args args) throws BadArgument {
        String url = args.string("proxy_url");
        if (url.length() > URL_CHARS_MAX) {
            throw new BadArgument("proxy_url", "expected at most " + URL_CHARS_MAX + " characters, got " + url.length());
        }
        UpstreamProxy proxy;
        try {
            proxy = UpstreamProxy.parse(url);
        } catch (IllegalArgumentException refused) {
            throw new BadArgument("proxy_url", refused.getMessage()); // Without what was got, which may hold a password.
        }
        try {
            return new UpstreamProxies.Entry(proxy, NoProxy.parse(args.strings("no_proxy")));
        } catch (IllegalArgumentException refused) {
            throw new BadArgument("no_proxy", refused.getMessage());
        }
    }

    private static String host(Args args) throws BadArgument {
        return args.opt("hostname", UpstreamProxies::host).orElseThrow();
    }
}
