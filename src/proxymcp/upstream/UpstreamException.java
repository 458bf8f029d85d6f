package proxymcp.upstream;

import java.io.IOException;
import proxymcp.exchange.ErrorClass;

/** A request could not be sent, or its answer did not come. */
public final class UpstreamException extends IOException {
    private static final long serialVersionUID = 1L;

    private final ErrorClass errorClass;

    /**
     * @param errorClass what kind of failure
     * @param message one sentence that names the origin and what to do
     * @param cause what was caught
     */
    public UpstreamException(ErrorClass errorClass, String message, Throwable cause) {
        super(message, cause);
        this.errorClass = errorClass;
    }

    /** A failure seen here first. */
    public UpstreamException(ErrorClass errorClass, String message) {
        super(message);
        this.errorClass = errorClass;
    }

    /** What kind of failure. */
    public ErrorClass errorClass() {
        return errorClass;
    }

    /** Status code a proxy answers with: 504 for timeouts, 508 for a loop, 502 for the rest. */
    public int suggestedStatus() {
        return switch (errorClass) {
            case CONNECT_TIMEOUT, TIMEOUT -> 504;
            case LOOP -> 508;
            case DNS, CONNECT_REFUSED, CONNECT_FAILED, TLS, RESET, CLOSED, PROTOCOL, CLIENT_ABORTED, BLOCKED_BY_RULE, UPSTREAM_PROXY,
                    PROXY_STOPPED, INTERNAL -> 502;
        };
    }
}
