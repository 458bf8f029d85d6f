package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.chrome.CdpAnswer;
import proxymcp.chrome.DevTools;
import proxymcp.chrome.Interceptors;
import proxymcp.chrome.Launched;
import proxymcp.chrome.TargetException;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Resource;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.ResourceTemplate;
import proxymcp.mcp.UriTemplate;

/** Browsers and processes as resources. What a browser does not answer is said in them: reading never fails. */
final class ChromeResources implements ResourceTemplate.Family {
    private static final Optional<String> JSON = Optional.of("application/json");
    private static final String VARIABLE = "target_id";
    private static final int CHARS_MAX = 200_000;
    private static final long VERSION_MILLIS = 3_000;
    private static final long PAUSE_MILLIS = 200;
    private static final long LIST_MILLIS = 1_500;
    /** For each of many browsers. */
    private static final long SHORT_MILLIS = 500;

    private final Interceptors interceptors;
    private final ProxyControl control;

    ChromeResources(Interceptors interceptors, ProxyControl control) {
        this.interceptors = interceptors;
        this.control = control;
    }

    List<Resource> resources() {
        return List.of(
                new Resource("proxy://interceptors", "proxy_interceptors", "Browsers and programs", "What is captured now", JSON, this::all),
                new Resource("proxy://chrome/primary", "proxy_chrome_primary", "Newest browser", "The newest browser that lives, with its DevTools",
                        JSON, this::primary),
                new Resource("proxy://chrome/targets", "proxy_chrome_targets", "Browsers", "All browsers that live, with their DevTools", JSON,
                        this::targets));
    }

    ResourceTemplate template() {
        return new ResourceTemplate(new UriTemplate("proxy://chrome/{" + VARIABLE + "}/cdp"), "proxy_chrome_cdp", "DevTools of a browser",
                "A browser with its DevTools", JSON, this);
    }

    private ResourceContents all(CallContext context) {
        return new ResourceContents.Text(JSON, Json.text(InterceptorView.all(interceptors.list())));
    }

    private ResourceContents primary(CallContext context) throws InterruptedException {
        Optional<Launched> browser = interceptors.primary();
        if (browser.isEmpty()) {
            return contents(JsonObject.builder().put("error", AttachTool.none().getMessage()).put("primary", JsonNull.NULL).build());
        }
        return contents(JsonObject.builder().put("primaryTargetId", browser.get().targetId()).putAll(browser(browser.get())).build());
    }

    /** A browser with all that its DevTools say. */
    private JsonObject browser(Launched browser) throws InterruptedException {
        DevTools tools = DevTools.of(browser);
        JsonObject.Builder shown = JsonObject.builder().put("target", InterceptorView.target(interceptors.shown(browser)));
        try {
            CdpAnswer answer = CdpAnswer.await(tools, VERSION_MILLIS, PAUSE_MILLIS);
            shown.put("cdp", CdpView.cdp(answer));
        } catch (TargetException e) {
            shown.put("cdp", JsonObject.builder().putAll(CdpView.places(tools)).put("version", JsonNull.NULL).put("versionError", e.getMessage())
                    .putAll(CdpView.socket(Optional.empty())).build());
        }
        return shown.putOrNull("cdpTargets", list(tools, LIST_MILLIS)).build();
    }

    private static Optional<JsonArray> list(DevTools tools, long limitMillis) {
        try {
            return Optional.of(tools.targets(limitMillis));
        } catch (TargetException e) {
            return Optional.empty(); // It does not answer, which the version says, or it does not answer any more.
        }
    }

    private ResourceContents targets(CallContext context) {
        List<JsonObject> browsers = new ArrayList<>();
        for (Launched browser : interceptors.browsers()) {
            DevTools tools = DevTools.of(browser);
            JsonObject.Builder shown = JsonObject.builder().put("target", InterceptorView.target(interceptors.shown(browser)));
            try {
                Optional<String> socket = new CdpAnswer(tools, tools.version(SHORT_MILLIS)).webSocketUrl();
                shown.put("cdp", JsonObject.builder().putAll(CdpView.places(tools)).putAll(CdpView.socket(socket)).build())
                        .putOrNull("cdpTargets", list(tools, SHORT_MILLIS));
            } catch (TargetException e) {
                shown.put("cdp", JsonNull.NULL).put("cdpTargets", JsonNull.NULL);
            }
            browsers.add(shown.build());
        }
        return contents(JsonObject.builder().put("interceptorId", Interceptors.CHROME).put("interceptorName", "Chrome")
                .put("activeCount", browsers.size()).put("targets", browsers).build());
    }

    private ResourceContents contents(JsonObject chrome) {
        return ResourceContents.json(Shortened.within(JsonObject.builder().put("proxy", CdpView.proxy(control)).put("chrome", chrome).build(),
                CHARS_MAX));
    }

    @Override
    public Optional<ResourceContents> read(Map<String, String> variables, CallContext context) throws InterruptedException {
        try {
            return Optional.of(contents(browser(interceptors.browser(variables.get(VARIABLE)))));
        } catch (TargetException unknown) {
            return Optional.of(contents(JsonObject.builder().put("error", new JsonString(unknown.getMessage())).build()));
        }
    }

    @Override
    public List<ResourceTemplate.Member> list() {
        List<ResourceTemplate.Member> members = new ArrayList<>();
        for (String id : ids("")) {
            members.add(new ResourceTemplate.Member(Map.of(VARIABLE, id), "DevTools of " + id));
        }
        return members;
    }

    @Override
    public List<String> complete(String variable, String typed, Map<String, String> chosen) {
        return ids(typed);
    }

    /** The newest first. */
    private List<String> ids(String prefix) {
        List<String> ids = new ArrayList<>();
        for (Launched browser : interceptors.browsers().reversed()) {
            if (browser.targetId().startsWith(prefix)) {
                ids.add(browser.targetId());
            }
        }
        return ids;
    }
}
