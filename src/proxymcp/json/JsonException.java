package proxymcp.json;

import java.io.IOException;

/** Text that is no JSON, or JSON beyond the limits it was read under. */
public final class JsonException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What was expected and what was found, without the place. */
    private final String reason;
    /** Where, in characters from the start of the text; 0 when the text as a whole is refused. */
    private final int offset;

    JsonException(String reason, int offset) {
        super(reason + " at character " + offset);
        this.reason = reason;
        this.offset = offset;
    }

    JsonException(String reason, long line, long column) {
        super(reason + " at line " + line + ", column " + column);
        this.reason = reason;
        this.offset = 0;
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
