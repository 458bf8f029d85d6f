package proxymcp.tool;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import proxymcp.chrome.ActiveTarget;
import proxymcp.chrome.BrowserKind;
import proxymcp.chrome.CdpAnswer;
import proxymcp.chrome.DevTools;
import proxymcp.chrome.Interceptors;
import proxymcp.chrome.LaunchOptions;
import proxymcp.chrome.Launched;
import proxymcp.chrome.TargetException;
import proxymcp.chrome.WindowSize;
import proxymcp.json.Args;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;

/** Browsers whose traffic is captured. */
final class ChromeTools {
    /** How long the list of pages may take. */
    static final long LIST_MILLIS = 1_500;
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,5})x([0-9]{1,5})");
    private static final int ARGS_MAX = 200;
    private static final int LIST_CHARS_LEAST = 2_000;
    /** What a page says of itself. */
    private static final int PAGE_CHARS = 100;

    static final Property INCLUDE_TARGETS = Property.flag("include_targets", "").defaultTo(true);
    static final Property TIMEOUT = Property.integer("timeout_ms", "", 1, 60_000).defaultTo(3_000);
    static final Property OFFSET = Property.integer("offset", "", 0, Integer.MAX_VALUE).defaultTo(0);

    static final Schema LAUNCH = Schema.of(Property.text("url", "First page", 1, 65_536).defaultTo("about:blank"),
            Property.choice("browser", "Which; no other takes its place", BrowserKind.ids().toArray(new String[0])).defaultTo("chrome"),
            Property.flag("incognito", "").defaultTo(false),
            Property.flag("headless", "Without a window; unless given, where there is no display"),
            Property.texts("args", "More arguments, such as --lang=de", ARGS_MAX),
            Property.text("executable", "Instead of the one found", 1, 4_096),
            Property.text("user_data_dir", "Profile to use and keep; a new one is removed with the browser", 1, 4_096),
            Property.text("window_size", "WIDTHxHEIGHT", 3, 11));
    static final Schema INFO = Schema.of(InterceptorTools.TARGET_ID.required(), INCLUDE_TARGETS, TIMEOUT,
            Property.integer("retry_interval_ms", "Pause between tries", 1, 10_000).defaultTo(200), OFFSET, ListBudget.MAX_CHARS);
    static final Schema CLOSE = Schema.of(InterceptorTools.TARGET_ID.required());

    private final Interceptors interceptors;
    private final ProxyControl control;
    private final FileAccess files;

    ChromeTools(Interceptors interceptors, ProxyControl control, FileAccess files) {
        this.interceptors = interceptors;
        this.control = control;
        this.files = files;
    }

    List<Tool> tools() {
        return List.of(
                new Tool("interceptor_chrome_launch", "Launch a browser", "Starts a browser whose traffic is captured: profile of its own, "
                        + "CA trusted, loopback proxied, QUIC off. proxy_chrome_attach_info says how to drive it.",
                        Tool.Hints.ADD.reachingOut(), InterceptorTools.TOOLSET, LAUNCH,
                        ResultSchema.of(ResultSchema.text("targetId"), ResultSchema.object("details")), new ToolCall(this::launch)),
                new Tool("interceptor_chrome_cdp_info", "DevTools of a browser", "Where the DevTools of a launched browser are, its version and pages.",
                        Tool.Hints.QUERY, InterceptorTools.TOOLSET, INFO,
                        ResultSchema.of(ResultSchema.text("target_id"), ResultSchema.object("cdp")).and(targetMembers()), new ToolCall(this::info)),
                new Tool("interceptor_chrome_close", "Close a browser", "Ends a launched browser and removes its profile.", Tool.Hints.REMOVE,
                        InterceptorTools.TOOLSET, CLOSE, ResultSchema.of(ResultSchema.text("message")), new ToolCall(this::close)));
    }

    /** What {@link #withTargets} adds to a result. */
    static ResultSchema.Member[] targetMembers() {
        return new ResultSchema.Member[] {ResultSchema.any("targets", "array or null"), ResultSchema.text("targetsError").optional(),
            ResultSchema.integer("total").optional(), ResultSchema.flag("complete").optional(), ResultSchema.integer("nextOffset").optional(),
            ResultSchema.flag("truncated").optional()};
    }

    private ToolOutcome launch(Args args, CallContext context) throws Exception {
        InterceptorTools.refuseStrangers(context);
        Optional<String> profile = args.optString("user_data_dir");
        Optional<Path> userDataDir = profile.isPresent()
                ? Optional.of(files.folder(context.origin(), "user_data_dir", profile.get())) : Optional.empty();
        LaunchOptions options = new LaunchOptions(args.string("url"), args.choice("browser", BrowserKind.class), args.flag("incognito"),
                args.optFlag("headless").orElse(!interceptors.hasDisplay()), args.strings("args"), args.opt("executable", Path::of), userDataDir,
                args.opt("window_size", ChromeTools::size));
        Launched launched = interceptors.launch(options, control.forTargets());
        if (context.cancelled()) {
            interceptors.closeBrowser(launched.targetId()); // Nobody would know of it.
            throw new CancellationException();
        }
        ActiveTarget shown = interceptors.shown(launched);
        return ToolOutcome.success(JsonObject.builder().put("targetId", shown.targetId()).put("details", shown.details()).build());
    }

    private static WindowSize size(String text) {
        Matcher size = SIZE.matcher(text);
        try {
            if (size.matches()) {
                return new WindowSize(Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2)));
            }
        } catch (IllegalArgumentException e) {
            // The same answer as for a text of another form.
        }
        throw new IllegalArgumentException("expected WIDTHxHEIGHT such as 1280x800, each 1.." + WindowSize.MAX);
    }

    private ToolOutcome info(Args args, CallContext context) throws Exception {
        Launched browser = interceptors.browser(args.string("target_id"));
        CdpAnswer answer = ask(interceptors, browser, args.integer("timeout_ms"), args.integer("retry_interval_ms"));
        JsonObject fixed = JsonObject.builder().put("target_id", browser.targetId()).put("cdp", CdpView.cdp(answer)).build();
        return ToolOutcome.success(withTargets(fixed, answer.tools(), args));
    }

    /**
     * Asks a browser of ours.
     *
     * @throws TargetException {@code browser_dead} if it has ended meanwhile; {@code devtools_silent}
     */
    static CdpAnswer ask(Interceptors interceptors, Launched browser, long limitMillis, long pauseMillis)
            throws TargetException, InterruptedException {
        try {
            return CdpAnswer.await(DevTools.of(browser), limitMillis, pauseMillis);
        } catch (TargetException e) {
            interceptors.browser(browser.targetId());
            throw e;
        }
    }

    /** The members of {@code fixed}, and pages and workers of the browser if they are asked for, as many as fit; or why they are not there. */
    static JsonObject withTargets(JsonObject fixed, DevTools tools, Args args) {
        JsonObject.Builder result = JsonObject.builder().putAll(fixed);
        if (!args.flag("include_targets")) {
            return result.put("targets", JsonNull.NULL).build();
        }
        JsonArray all;
        try {
            all = tools.targets(LIST_MILLIS);
        } catch (TargetException e) {
            return result.put("targets", JsonNull.NULL).put("targetsError", e.getMessage()).build();
        }
        int charsMax = args.integer("max_chars");
        int offset = args.integer("offset");
        // A budget keeps 1,000 characters free: what stands around the list may be more, or less.
        ListBudget page = new ListBudget(Math.max(LIST_CHARS_LEAST, charsMax + 1_000 - Json.text(fixed).length() - PAGE_CHARS));
        for (JsonValue target : all.values().subList(Math.min(offset, all.size()), all.size())) {
            if (!(target instanceof JsonObject object) || !page.add(object)) {
                break;
            }
        }
        int next = offset + page.size();
        result.put("total", all.size()).put("complete", next >= all.size());
        if (next < all.size()) {
            result.put("nextOffset", next);
        }
        return Shortened.within(result.put("targets", page.items()).build(), charsMax);
    }

    private ToolOutcome close(Args args, CallContext context) throws TargetException {
        String id = args.string("target_id");
        interceptors.closeBrowser(id);
        return ToolOutcome.success(JsonObject.builder().put("message", id + " is closed").build());
    }
}
