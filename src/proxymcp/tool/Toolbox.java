package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import proxymcp.chrome.Interceptors;
import proxymcp.decode.Decoders;
import proxymcp.mcp.Resource;
import proxymcp.mcp.ResourceTemplate;
import proxymcp.mcp.Tool;
import proxymcp.mcp.WorkPool;
import proxymcp.proxy.ProxyLimits;
import proxymcp.template.TemplateMaker;

/** Every tool and resource there is, made for one process. */
public final class Toolbox {
    /** The toolset of the tools that all work begins with. */
    static final String CORE = "core";
    /** The names that {@code --toolsets} takes. */
    public static final List<String> TOOLSETS = List.of(CORE, "session", "analyse", "replay", "rules", "browser");

    private final List<Tool> tools;
    private final List<Resource> resources;
    private final List<ResourceTemplate> templates;

    /**
     * Tools over one proxy.
     *
     * @param control the proxy
     * @param sessions what it records to
     * @param files what calls may touch
     * @param limits of proxies that calls start
     * @param pool for work that keeps a core busy
     * @param toolsets names of {@link #TOOLSETS} to offer
     * @param decoders what bodies are read with
     * @param replays runs of requests that are sent again
     * @param interceptors browsers and processes
     */
    public Toolbox(ProxyControl control, SessionControl sessions, FileAccess files, ProxyLimits limits, WorkPool pool,
            Set<String> toolsets, Decoders decoders, ReplayControl replays, Interceptors interceptors) {
        control.follow(sessions::settings);
        List<Tool> all = new ArrayList<>();
        all.addAll(new LifecycleTools(control, sessions, files, limits).tools());
        all.addAll(new CertificateTool(control).tools());
        all.addAll(new TrafficTools(control.live(), pool).tools());
        all.addAll(new ExchangeTool(control.live(), files, pool).tools());
        all.addAll(new SessionTools(sessions, control, replays.runs(), pool).tools());
        all.addAll(new IntegrityTool(sessions, pool).tools());
        all.addAll(new CheckpointTool(sessions).tools());
        all.addAll(new SalvageTool(sessions, pool).tools());
        all.addAll(new SessionQueryTool(sessions, pool).tools());
        all.addAll(new SessionExchangeTool(sessions, files, pool).tools());
        all.addAll(new StreamTools(control.live(), sessions, files, pool, decoders).tools());
        all.addAll(new BodySearchTool(sessions, pool).tools());
        all.addAll(new HandshakesTool(sessions, pool).tools());
        all.addAll(new TlsTools(control, sessions, pool).tools());
        all.addAll(new OriginTlsTools(control, files).tools());
        all.addAll(new UpstreamTools(control).tools());
        all.addAll(new HarExportTool(sessions, files, pool).tools());
        all.addAll(new HarImportTool(sessions, files, pool).tools());
        all.addAll(new RuleTools(control, files).tools());
        all.addAll(new RuleShortcuts(control).tools());
        all.addAll(new RuleTestTool(control, sessions, files, pool).tools());
        all.addAll(new DecodeTools(control.live(), sessions, files, pool, decoders).tools());
        ReplayTools replaying = new ReplayTools(replays, files, pool);
        all.addAll(replaying.tools());
        all.addAll(new QueueTools(replays, files, pool).tools());
        all.addAll(new TemplateTools(sessions, replaying, files, pool, new TemplateMaker(decoders, replays.clock())).tools());
        SessionDiffTool comparing = new SessionDiffTool(sessions, pool, decoders);
        all.addAll(comparing.tools());
        all.addAll(new ParityTools(sessions, replays, files, pool, decoders).tools());
        all.addAll(new ChromeTools(interceptors, control, files).tools());
        all.addAll(new InterceptorTools(interceptors, control).tools());
        all.addAll(new AttachTool(interceptors, control).tools());
        tools = all.stream().filter(tool -> toolsets.contains(tool.toolset())).toList();
        SessionResources kept = new SessionResources(sessions, pool);
        List<Resource> fixed = new ArrayList<>(new CoreResources(control, sessions, pool).resources());
        fixed.add(kept.resource());
        ReplayResources runs = new ReplayResources(replays, pool);
        fixed.add(runs.resource());
        ChromeResources browsers = new ChromeResources(interceptors, control);
        fixed.addAll(browsers.resources());
        resources = List.copyOf(fixed);
        List<ResourceTemplate> families = new ArrayList<>();
        families.add(new TrafficTemplate(control.live(), pool).template());
        families.addAll(kept.templates());
        families.add(runs.template());
        families.add(new ParityResources(replays, pool).template());
        families.add(new TemplateResources(sessions, pool).template());
        families.add(new DiffResources(sessions, pool, comparing).template());
        families.add(browsers.template());
        templates = List.copyOf(families);
    }

    /** The tools of the toolsets asked for. */
    public List<Tool> tools() {
        return tools;
    }

    /** The resources with a fixed URI. */
    public List<Resource> resources() {
        return resources;
    }

    /** The families of resources. */
    public List<ResourceTemplate> templates() {
        return templates;
    }
}
