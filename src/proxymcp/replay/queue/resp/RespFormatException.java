package proxymcp.replay.queue.resp;

import java.io.IOException;

/** What a server sent is no RESP, or more than {@link RespLimits} allow. The connection cannot be used any more. */
public final class RespFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    RespFormatException(String message) {
        super(message);
    }
}
