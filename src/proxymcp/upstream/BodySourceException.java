package proxymcp.upstream;

import java.io.IOException;

/** A request body ended before its time, on the side it came from. */
public final class BodySourceException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param cause what the source said */
    public BodySourceException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
