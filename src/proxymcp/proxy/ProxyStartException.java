package proxymcp.proxy;

import java.io.IOException;

/** A proxy could not be started. */
public final class ProxyStartException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String code;

    ProxyStartException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    ProxyStartException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** Stable reason: {@code port_in_use}, {@code bad_address}, {@code auth_required}, {@code bad_ca_file}, {@code bind_failed} or {@code proxy_stopped}. */
    public String code() {
        return code;
    }
}
