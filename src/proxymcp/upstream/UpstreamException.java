package proxymcp.upstream;

import java.io.IOException;
import proxymcp.exchange.ErrorClass;

/** A request could not be sent, or its answer did not come. */
public final class UpstreamException extends IOException {
    private static final long serialVersionUID = 1L;

    private final ErrorClass errorClass;
    private final boolean timeout;

    /**
     * @param errorClass what kind of failure
     * @param message one sentence that names the origin and what to do
     * @param cause what was caught
     */
    public UpstreamException(ErrorClass errorClass, String message, Throwable cause) {
        this(errorClass, message, cause, false);
    }

    private UpstreamException(ErrorClass errorClass, String message, Throwable cause, boolean timeout) {
        super(message, cause);
        this.errorClass = errorClass;
        this.timeout = timeout || errorClass == ErrorClass.CONNECT_TIMEOUT || errorClass == ErrorClass.TIMEOUT;
    }

    /** A failure of any kind that is one because something took too long. */
    static UpstreamException late(ErrorClass errorClass, String message, Throwable cause) {
        return new UpstreamException(errorClass, message, cause, true);
    }

    /** A failure seen here first. */
    public UpstreamException(ErrorClass errorClass, String message) {
        this(errorClass, message, null, false);
    }

    /** What kind of failure. */
    public ErrorClass errorClass() {
        return errorClass;
    }

    /** Whether something took too long, on the way to the origin or to an upstream proxy. */
    boolean isTimeout() {
        return timeout;
    }

    /** Status code a proxy answers with: 504 for timeouts, also those of an upstream proxy, 508 for a loop, 502 for the rest. */
    public int suggestedStatus() {
        if (timeout) {
            return 504;
        }
        return switch (errorClass) {
            case CONNECT_TIMEOUT, TIMEOUT -> 504;
            case LOOP -> 508;
            case DNS, CONNECT_REFUSED, CONNECT_FAILED, TLS, RESET, CLOSED, PROTOCOL, CLIENT_ABORTED, BLOCKED_BY_RULE, UPSTREAM_PROXY,
                    PROXY_STOPPED, INTERNAL -> 502;
        };
    }
}
