package proxymcp.proxy;

import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.Outcome;
import proxymcp.http.Deadlines;
import proxymcp.rule.RuleEngine;
import proxymcp.tls.TlsInterceptor;
import proxymcp.upstream.UpstreamClient;

/**
 * What all connections of one proxy share.
 *
 * @param settings how it was started
 * @param rules what is done to exchanges; each follows the set that is current when it begins
 * @param sink where exchanges go
 * @param upstream the way out
 * @param tls answers intercepted handshakes
 * @param deadlines ends waits that last too long
 * @param clock wall clock
 * @param nanoTime monotonic clock
 * @param probes names that are answered here
 * @param stopping set when the proxy is being stopped, before connections are closed
 */
record ProxyServices(ProxySettings settings, RuleEngine rules, ExchangeSink sink, UpstreamClient upstream,
        TlsInterceptor tls, Deadlines deadlines, Clock clock, LongSupplier nanoTime, ProxyProbes probes, AtomicBoolean stopping) {

    ProxyLimits limits() {
        return settings.limits();
    }

    boolean isStopping() {
        return stopping.get();
    }

    /** How an exchange ended: what breaks while the proxy is being stopped is its own doing. */
    Outcome unlessStopping(Outcome outcome) {
        return isStopping() && outcome instanceof Outcome.Incomplete
                ? new Outcome.Incomplete(ErrorClass.PROXY_STOPPED, "the proxy was stopped") : outcome;
    }

    System.Logger log() {
        return System.getLogger("proxymcp.proxy");
    }
}
