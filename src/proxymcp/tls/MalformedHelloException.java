package proxymcp.tls;

import java.io.IOException;

/** Bytes that should be a TLS hello message and are not: what is wrong, and where. */
public final class MalformedHelloException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int offset;
    private final String problem;

    MalformedHelloException(int offset, String problem) {
        super("hello message at byte " + offset + ": " + problem);
        this.offset = offset;
        this.problem = problem;
    }

    /** Where the fault is, counted in bytes of the handshake message without its record headers. */
    public int offset() {
        return offset;
    }

    /** What is wrong there. */
    public String problem() {
        return problem;
    }
}
