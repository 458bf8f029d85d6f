package proxymcp.chrome;

import java.io.Closeable;
import java.net.URI;
import java.util.Optional;
import proxymcp.json.JsonObject;

/** The WebSocket side of a browser's DevTools (RFC 6455): methods called one at a time, and the events between. Owner: one thread. */
public final class DevToolsSocket implements Closeable {
    private DevToolsSocket() {}

    /**
     * Connects.
     *
     * @param url {@code ws://<literal loopback address>:<port>/devtools/...}
     * @throws TargetException {@code devtools_none}, {@code devtools_silent}, {@code devtools_unexpected}
     */
    public static DevToolsSocket open(URI url, long limitMillis) throws TargetException {
        throw new UnsupportedOperationException();
    }

    /**
     * Calls a method of the browser itself.
     *
     * @return its result
     * @throws TargetException {@code devtools_silent}, {@code devtools_unexpected} (the answer is an error, which the message holds)
     */
    public JsonObject call(String method, JsonObject params, long limitMillis) throws TargetException {
        return call(method, params, Optional.empty(), limitMillis);
    }

    /** Calls a method of the target that {@code sessionId} is attached to, or of the browser itself. */
    public JsonObject call(String method, JsonObject params, Optional<String> sessionId, long limitMillis) throws TargetException {
        throw new UnsupportedOperationException();
    }

    /**
     * The next event {@code method}, among those that came before and those that come; others before it are dropped.
     *
     * @return the whole message: {@code method}, {@code params}, {@code sessionId}
     */
    public JsonObject event(String method, long limitMillis) throws TargetException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
