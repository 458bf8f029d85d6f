package proxymcp.upstream;

import java.io.IOException;
import proxymcp.exchange.ErrorClass;
import proxymcp.tls.TlsException;

/** Failures of the upstream proxy, told apart from those of origins; what timed out stays a timeout. */
final class ProxyFailure {
    private ProxyFailure() {}

    /** @param what what the proxy did, such as {@code refused example.com:443} */
    static UpstreamException of(UpstreamProxy proxy, String what) {
        return new UpstreamException(ErrorClass.UPSTREAM_PROXY, "upstream proxy " + proxy.url() + " " + what);
    }

    /** A failure on the way to the proxy, in its name; a loop and a stop stay what they are. */
    static UpstreamException of(UpstreamProxy proxy, IOException e) {
        if (e instanceof UpstreamException known) {
            return switch (known.errorClass()) {
                case LOOP, PROXY_STOPPED, UPSTREAM_PROXY -> known;
                case DNS, CONNECT_REFUSED, CONNECT_TIMEOUT, CONNECT_FAILED, TLS, RESET, CLOSED, TIMEOUT, PROTOCOL, CLIENT_ABORTED,
                        BLOCKED_BY_RULE, INTERNAL -> {
                    String why = "upstream proxy " + proxy.url() + " cannot be used: " + known.getMessage();
                    yield known.isTimeout() ? UpstreamException.late(ErrorClass.UPSTREAM_PROXY, why, known)
                            : new UpstreamException(ErrorClass.UPSTREAM_PROXY, why, known);
                }
            };
        }
        if (e instanceof TlsException) {
            return new UpstreamException(ErrorClass.UPSTREAM_PROXY, "TLS with upstream proxy " + proxy.url() + " failed: " + e.getMessage(), e);
        }
        return new UpstreamException(ErrorClass.UPSTREAM_PROXY, "upstream proxy " + proxy.url() + " broke off: " + e.getMessage(), e);
    }
}
