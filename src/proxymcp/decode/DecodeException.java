package proxymcp.decode;

import java.io.IOException;

/** Input that a decoder cannot read: why, and at which of its octets. What was written to the sink before counts as a partial layer. */
public class DecodeException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Where the input was wrong, counted from its first octet; -1 if that cannot be said. */
    private final long offset;

    /** A failure without a place. */
    public DecodeException(String reason) {
        this(reason, -1);
    }

    /**
     * A failure at a place.
     *
     * @param reason one sentence without a full stop
     * @param offset counted from the first octet of the input; -1 if it cannot be said
     */
    public DecodeException(String reason, long offset) {
        super(reason);
        this.offset = offset;
    }

    /** Where the input was wrong, counted from its first octet; -1 if that cannot be said. */
    public final long offset() {
        return offset;
    }
}
