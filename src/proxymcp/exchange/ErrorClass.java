package proxymcp.exchange;

import java.util.Locale;

/** Why an exchange ended before both messages were complete. The set is fixed: agents filter by it. */
public enum ErrorClass {
    /** The origin's name did not resolve. */
    DNS,
    /** The origin's port answered that nobody listens. */
    CONNECT_REFUSED,
    /** The origin did not answer a connection attempt in time. */
    CONNECT_TIMEOUT,
    /** No route, or the system refused the attempt. */
    CONNECT_FAILED,
    /** A TLS handshake failed, on either side. */
    TLS,
    /** The origin reset the connection. */
    RESET,
    /** The origin closed the connection before its message was complete. */
    CLOSED,
    /** A peer was silent for too long. */
    TIMEOUT,
    /** A peer sent what is not HTTP. */
    PROTOCOL,
    /** The client went away, or closed in the middle of its request. */
    CLIENT_ABORTED,
    /** A rule dropped the request. */
    BLOCKED_BY_RULE,
    /** The request would have reached the proxy itself. */
    LOOP,
    /** The upstream proxy refused or failed. */
    UPSTREAM_PROXY,
    /** The proxy was stopped while the exchange ran. */
    PROXY_STOPPED,
    /** A fault of this program. */
    INTERNAL;

    private final String id = name().toLowerCase(Locale.ROOT);

    /** The stable name in results: {@code connect_refused}. */
    public String id() {
        return id;
    }
}
