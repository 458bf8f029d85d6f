package proxymcp.chrome;

import java.net.InetAddress;
import proxymcp.http.Authority;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;

/** The HTTP side of a browser's DevTools, at a literal loopback address. Immutable; each call is a connection of its own. */
public final class DevTools {
    private final InetAddress address;
    private final int port;

    /** At one address. */
    public DevTools(InetAddress address, int port) {
        this.address = address;
        this.port = port;
    }

    /**
     * Finds out where the DevTools on {@code port} answer: at 127.0.0.1 or at [::1].
     *
     * @param limitMillis for both together
     * @throws TargetException {@code devtools_none}, {@code devtools_silent}, {@code devtools_unexpected}
     */
    public static DevTools find(int port, long limitMillis) throws TargetException {
        throw new UnsupportedOperationException();
    }

    /** {@code http://127.0.0.1:<port>}. */
    public String httpUrl() {
        return "http://" + Authority.uriHost(address.getHostAddress()) + ":" + port;
    }

    /** The browser's version, and the address of its WebSocket. */
    public String versionUrl() {
        return httpUrl() + "/json/version";
    }

    /** Its pages and other targets. */
    public String targetsUrl() {
        return httpUrl() + "/json/list";
    }

    /**
     * What {@link #versionUrl} answers.
     *
     * @throws TargetException {@code devtools_none}, {@code devtools_silent}, {@code devtools_unexpected}
     */
    public JsonObject version(long limitMillis) throws TargetException {
        throw new UnsupportedOperationException();
    }

    /**
     * What {@link #targetsUrl} answers.
     *
     * @throws TargetException {@code devtools_none}, {@code devtools_silent}, {@code devtools_unexpected}
     */
    public JsonArray targets(long limitMillis) throws TargetException {
        throw new UnsupportedOperationException();
    }
}
