package proxymcp.tool;

import java.util.List;
import java.util.Optional;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Resource;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.WorkPool;

/** The resources about the proxy and the live buffer. */
final class CoreResources {
    private static final Optional<String> JSON = Optional.of("application/json");
    private static final String PEM = "application/x-pem-file";

    private final ProxyControl control;
    private final SessionControl sessions;
    private final WorkPool pool;

    CoreResources(ProxyControl control, SessionControl sessions, WorkPool pool) {
        this.control = control;
        this.sessions = sessions;
        this.pool = pool;
    }

    List<Resource> resources() {
        return List.of(
                new Resource("proxy://status", "proxy_status", "Proxy status", "Members of proxy_status", JSON, this::status),
                new Resource("proxy://ca-cert", "proxy_ca_cert", "CA certificate", "The certificate that clients must trust",
                        Optional.of(PEM), this::certificate),
                new Resource("proxy://traffic/summary", "proxy_traffic_summary", "Traffic summary", "Counts over the live buffer",
                        JSON, this::summary));
    }

    private ResourceContents status(CallContext context) {
        return ResourceContents.json(new ProxyView(control, sessions).status());
    }

    private ResourceContents certificate(CallContext context) throws Exception {
        return ResourceContents.text(PEM, control.authority().pem());
    }

    private ResourceContents summary(CallContext context) throws Exception {
        return ResourceContents.json(pool.run(context, () -> TrafficSummary.of(control.live().snapshot())));
    }
}
