package proxymcp.proxy;

import java.time.Clock;
import proxymcp.rule.RuleBook;
import proxymcp.tls.OriginTlsSettings;
import proxymcp.upstream.UpstreamProxies;

/**
 * What happens to requests, and may change while the proxy runs; each request keeps what it began with.
 *
 * @param rules the rules, changed in their book
 * @param upstreams the proxies that requests go out through at first; {@link ProxyServer#use} changes them
 * @param origins what is set for TLS with single origins, changed there
 */
public record ProxyPolicy(RuleBook rules, UpstreamProxies upstreams, OriginTlsSettings origins) {
    /** No rule, the direct way, the same TLS for every origin. */
    public static ProxyPolicy none() {
        return new ProxyPolicy(RuleBook.inMemory(Clock.systemUTC()), UpstreamProxies.NONE, new OriginTlsSettings());
    }
}
