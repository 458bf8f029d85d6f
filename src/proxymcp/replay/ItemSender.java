package proxymcp.replay;

import java.io.Closeable;

/** Sends requests of a plan. Any thread may call; each call blocks the thread that makes it. */
public interface ItemSender extends Closeable {
    /**
     * Sends the request of {@code item} and reads the answer to its end.
     *
     * @param attempt from 1
     * @return what came of it; a request that failed is a result, nothing is thrown
     */
    SendResult send(PlanItem item, int attempt);

    /**
     * Ends the calls in flight, which then return {@code client_aborted}, as do later ones. Returns at once; called again it does nothing.
     */
    @Override
    void close();
}
