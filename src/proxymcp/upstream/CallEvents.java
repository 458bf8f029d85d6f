package proxymcp.upstream;

import java.io.IOException;
import proxymcp.exchange.Route;
import proxymcp.http.ResponseHead;

/** What happens while one request is sent. Called by the thread that runs the call. */
public interface CallEvents {
    /** The request goes out on this connection; again if a stale one was retried. */
    void routed(Route route);

    /** A 1xx response came. */
    void informational(ResponseHead head) throws IOException;
}
