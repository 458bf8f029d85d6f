package proxymcp.tool;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import proxymcp.chrome.AttachClient;
import proxymcp.chrome.CdpAnswer;
import proxymcp.chrome.DevTools;
import proxymcp.chrome.Interceptors;
import proxymcp.chrome.Launched;
import proxymcp.chrome.Proxied;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;

/** How another program drives a browser, ours or one that somebody else started. */
final class AttachTool {
    private static final long PAUSE_MILLIS = 200;
    /** Kept free of programs, for pages. */
    private static final int LIST_CHARS = 1_250;
    private static final String ALL = "all";

    static final Schema INPUT = Schema.of(
            Property.text("target_id", "Unless given, the newest", 1, 60),
            Property.text("http_url", "DevTools of a browser started elsewhere, on this machine", 1, 200),
            Property.integer("port", "Or their port", 1, 65_535),
            Property.choice("client", "Which program", clients()).defaultTo(ALL), ChromeTools.INCLUDE_TARGETS, ChromeTools.TIMEOUT,
            ChromeTools.OFFSET, ListBudget.MAX_CHARS);

    private final Interceptors interceptors;
    private final ProxyControl control;

    /** A browser that answered; {@code targetId} if it is ours. */
    private record Found(Optional<String> targetId, CdpAnswer answer) {}

    AttachTool(Interceptors interceptors, ProxyControl control) {
        this.interceptors = interceptors;
        this.control = control;
    }

    private static String[] clients() {
        List<String> ids = new ArrayList<>(AttachClient.ids());
        ids.add(ALL);
        return ids.toArray(new String[0]);
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_chrome_attach_info", "How to attach to a browser", "Programs that attach Playwright and others to a browser, "
                + "with its address in them, and whether its traffic is captured.", Tool.Hints.SET, InterceptorTools.TOOLSET, INPUT,
                ResultSchema.of(ResultSchema.any("target_id", "string or null"), ResultSchema.text("source"), ResultSchema.object("proxy"),
                        ResultSchema.object("cdp"), ResultSchema.object("attach"), ResultSchema.text("proxied"), ResultSchema.text("proxiedHow"),
                        ResultSchema.object("snippets"), ResultSchema.array("snippetsLeftOut").optional()).and(ChromeTools.targetMembers()),
                new ToolCall(this::attach)));
    }

    private ToolOutcome attach(Args args, CallContext context) throws Exception {
        Found found = find(args);
        CdpAnswer answer = found.answer();
        Proxied proxied = prove(answer, args.integer("timeout_ms"));
        JsonObject fixed = JsonObject.builder().putOrNull("target_id", found.targetId().map(JsonString::new))
                .put("source", found.targetId().isPresent() ? "launched" : "external").put("proxy", CdpView.proxy(control))
                .put("cdp", CdpView.cdp(answer))
                .put("attach", JsonObject.builder().put("httpUrl", answer.tools().httpUrl())
                        .putOrNull("wsUrl", answer.webSocketUrl().map(JsonString::new)).put("preferred", "httpUrl").build())
                .put("proxied", proxied.verdict().id()).put("proxiedHow", proxied.how()).build();
        JsonObject snippets = snippets(args.string("client"), answer, args.integer("max_chars") - Json.text(fixed).length() - LIST_CHARS);
        return ToolOutcome.success(ChromeTools.withTargets(JsonObject.builder().putAll(fixed).putAll(snippets).build(), answer.tools(), args));
    }

    private Found find(Args args) throws Exception {
        int limitMillis = args.integer("timeout_ms");
        OptionalInt port = args.optInteger("port");
        Optional<String> url = args.optString("http_url");
        Optional<String> id = args.optString("target_id");
        if ((port.isPresent() ? 1 : 0) + (url.isPresent() ? 1 : 0) + (id.isPresent() ? 1 : 0) > 1) {
            throw new BadArgument(id.isPresent() ? "target_id" : "port", "expected one of target_id, http_url and port");
        }
        if (port.isPresent()) {
            return new Found(Optional.empty(), CdpAnswer.find(port.getAsInt(), limitMillis));
        }
        if (url.isPresent()) {
            return new Found(Optional.empty(), elsewhere(url.get(), limitMillis));
        }
        Launched browser = id.isPresent() ? interceptors.browser(id.get()) : interceptors.primary().orElseThrow(AttachTool::none);
        return new Found(Optional.of(browser.targetId()), ChromeTools.ask(interceptors, browser, limitMillis, PAUSE_MILLIS));
    }

    static ToolFailure none() {
        return new ToolFailure("no_browser", "No browser is active",
                "launch one with interceptor_chrome_launch, or give http_url or port of one that was started elsewhere");
    }

    private static CdpAnswer elsewhere(String text, long limitMillis) throws Exception {
        URI url;
        try {
            url = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw badUrl(text);
        }
        String host = String.valueOf(url.getHost());
        if (!List.of("http", "ws").contains(String.valueOf(url.getScheme())) || url.getPort() < 1 || url.getPort() > 65_535) {
            throw badUrl(text);
        }
        if (host.equals("localhost")) {
            return CdpAnswer.find(url.getPort(), limitMillis);
        }
        DevTools tools = new DevTools(loopback(host, text), url.getPort());
        return new CdpAnswer(tools, tools.version(limitMillis));
    }

    private static InetAddress loopback(String host, String url) throws BadArgument {
        if (host.matches("127\\.[0-9.]+|\\[[0-9a-fA-F:.]+]")) {
            try {
                InetAddress address = InetAddress.getByName(host);
                if (address.isLoopbackAddress()) {
                    return address;
                }
            } catch (UnknownHostException e) {
                // The same answer as for another machine's.
            }
        }
        throw badUrl(url);
    }

    private static BadArgument badUrl(String text) {
        return new BadArgument("http_url", "expected http:// with a loopback address of this machine and a port, such as http://127.0.0.1:9222, got \""
                + Shortened.text(text, 100) + "\"");
    }

    private Proxied prove(CdpAnswer browser, long limitMillis) throws InterruptedException {
        Optional<ProxyControl.Run> running = control.state().running();
        return running.isPresent() ? Proxied.prove(browser, running.get().server(), limitMillis)
                : new Proxied(Proxied.Verdict.UNKNOWN, "the proxy does not run");
    }

    /** The programs that are asked for, whole, as long as they fit. */
    private static JsonObject snippets(String asked, CdpAnswer browser, int charsMax) {
        JsonObject.Builder programs = JsonObject.builder();
        List<String> leftOut = new ArrayList<>();
        int room = charsMax;
        for (AttachClient client : AttachClient.values()) {
            if (asked.equals(ALL) || asked.equals(client.id())) {
                JsonString program = new JsonString(client.program(browser));
                room -= Json.text(program).length() + client.id().length() + 4;
                if (room >= 0) {
                    programs.put(client.id(), program);
                } else {
                    leftOut.add(client.id());
                }
            }
        }
        JsonObject.Builder result = JsonObject.builder().put("snippets", programs.build());
        if (!leftOut.isEmpty()) {
            result.putStrings("snippetsLeftOut", leftOut);
        }
        return result.build();
    }
}
