package proxymcp.tool;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import proxymcp.exchange.Endpoint;
import proxymcp.http.Deadlines;
import proxymcp.http.HeadLimits;
import proxymcp.mcp.CallContext;
import proxymcp.proxy.ProxySettings;
import proxymcp.upstream.UpstreamClient;
import proxymcp.upstream.UpstreamException;
import proxymcp.upstream.UpstreamLimits;
import proxymcp.upstream.UpstreamProxy;
import proxymcp.upstream.UpstreamSettings;

/** Tries an upstream proxy for a call, on connections of its own: it works whether or not the proxy runs, and disturbs nothing. */
final class UpstreamCheck {
    /** Bound of the whole check, however many addresses the upstream has. */
    private static final long CHECK_MILLIS_MAX = 20_000;
    private static final long STEP_MILLIS_MAX = 10_000;
    private static final UpstreamLimits LIMITS =
            new UpstreamLimits(STEP_MILLIS_MAX, STEP_MILLIS_MAX, STEP_MILLIS_MAX, STEP_MILLIS_MAX, 0, HeadLimits.DEFAULT);

    private UpstreamCheck() {}

    /**
     * Dials.
     *
     * @param target what the upstream is asked to connect to; without one it is greeted alone
     * @return how it answered
     * @throws ToolFailure {@code upstream_check_failed}
     * @throws CancellationException if the call was cancelled
     */
    static String run(ProxyControl control, UpstreamProxy proxy, Optional<Endpoint> target, CallContext context) throws ToolFailure {
        Optional<ProxySettings> settings = control.state().last().map(ProxyControl.Run::settings);
        boolean insecure = settings.isPresent() && settings.get().insecureUpstream();
        Optional<Path> caFile = settings.flatMap(ProxySettings::upstreamCaFile);
        try (Deadlines deadlines = new Deadlines(System::nanoTime);
                UpstreamClient client = new UpstreamClient(new UpstreamSettings(insecure, caFile, LIMITS, control.origins()), control.ownPorts(),
                        deadlines, System::nanoTime);
                Deadlines.Deadline whole = deadlines.watch(client)) {
            CallContext.Registration stop = context.onCancel(client::close);
            try {
                whole.arm(CHECK_MILLIS_MAX);
                return client.check(proxy, target);
            } catch (UpstreamException e) {
                if (context.cancelled()) {
                    throw new CancellationException("the check was cancelled");
                }
                String why = whole.expired() ? "upstream proxy " + proxy.url() + " did not answer within " + CHECK_MILLIS_MAX + " ms"
                        : e.getMessage();
                throw new ToolFailure("upstream_check_failed", "The check failed: " + why,
                        "nothing has changed; with check false it is set untried");
            } finally {
                stop.remove();
            }
        }
    }
}
