package proxymcp.codec;

import java.io.IOException;

/** Content that cannot be decoded: which coding, why, and whether more input would have helped. */
public final class CodingException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What kind of failure it is. */
    public enum Kind {
        /** The bytes contradict the coding. */
        CORRUPT,
        /** The input ended inside the coded data; all that it holds was delivered. */
        TRUNCATED,
        /** No decoder for this coding, here or on this machine. */
        UNSUPPORTED
    }

    private final Kind kind;
    private final String coding;
    private final String reason;

    CodingException(Kind kind, String coding, String reason) {
        super(coding + ": " + reason);
        this.kind = kind;
        this.coding = coding;
        this.reason = reason;
    }

    /** The kind of failure. */
    public Kind kind() {
        return kind;
    }

    /** The coding's token, such as {@code gzip}. */
    public String coding() {
        return coding;
    }

    /** What was found, without the coding's name. */
    public String reason() {
        return reason;
    }
}
