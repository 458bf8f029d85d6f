package proxymcp.chrome;

import proxymcp.proxy.ProxyServer;
import proxymcp.tls.CertificateAuthority;

/**
 * What browsers and processes are pointed at, and told to trust.
 *
 * @param server the proxy that runs
 * @param authority signs what intercepted clients see
 */
public record TargetProxy(ProxyServer server, CertificateAuthority authority) {}
