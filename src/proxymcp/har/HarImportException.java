package proxymcp.har;

import java.io.IOException;

/** A file that is not imported, or of which nothing stays. */
public final class HarImportException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String code;

    HarImportException(String code, String message) {
        super(message);
        this.code = code;
    }

    HarImportException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /**
     * Stable reason: {@code bad_json}, {@code not_har}, {@code bad_entry} (when strict), {@code unsupported_file}, {@code inflates_too_far} or
     * {@code disk_limit}.
     */
    public String code() {
        return code;
    }
}
