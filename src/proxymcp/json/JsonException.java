package proxymcp.json;

import java.io.IOException;

/** Text that is no JSON, or JSON beyond the limits it was read under. */
public final class JsonException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What was expected and what was found, without the place. */
    private final String reason;
    /** Where, in characters from the start of the text; 0 when the text as a whole is refused. */
    private final int offset;
    /** Whether it may well be JSON, but is beyond the limits. */
    private final boolean limit;

    JsonException(String reason, int offset) {
        this(reason, offset, false);
    }

    private JsonException(String reason, int offset, boolean limit) {
        super(reason + " at character " + offset);
        this.reason = reason;
        this.offset = offset;
        this.limit = limit;
    }

    JsonException(String reason, long line, long column) {
        super(reason + " at line " + line + ", column " + column);
        this.reason = reason;
        this.offset = 0;
        this.limit = false;
    }

    /** Text that is beyond the limits. */
    static JsonException beyond(String reason, int offset) {
        return new JsonException(reason, offset, true);
    }

    /** Whether reading a whole text stopped at one of its limits: it may be JSON or not. */
    public boolean isLimit() {
        return limit;
    }

    /** What was expected and what was found, without the place. */
    public String reason() {
        return reason;
    }

    /** Where the text stops being acceptable, in UTF-16 units from its start; 0 when it is refused as a whole, or was read from a stream. */
    public int offset() {
        return offset;
    }
}
