package proxymcp.chrome;

import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import proxymcp.json.JsonObject;

/**
 * What a browser's DevTools said when they were asked for their version.
 *
 * @param tools where they answered
 * @param version unchanged
 */
public record CdpAnswer(DevTools tools, JsonObject version) {
    private static final long TRY_MILLIS = 1_000;

    /**
     * Asks until there is an answer.
     *
     * @param limitMillis for all tries together
     * @param pauseMillis between tries
     * @throws TargetException {@code devtools_none}, {@code devtools_silent}, {@code devtools_unexpected}
     */
    public static CdpAnswer await(DevTools tools, long limitMillis, long pauseMillis) throws TargetException, InterruptedException {
        long until = System.nanoTime() + limitMillis * 1_000_000;
        while (true) {
            long leftMillis = (until - System.nanoTime()) / 1_000_000;
            try {
                return new CdpAnswer(tools, tools.version(Math.clamp(leftMillis, 1, TRY_MILLIS)));
            } catch (TargetException e) {
                if (!e.code().equals("devtools_silent")) {
                    throw e; // They listen from the start on: what is not there now has gone.
                }
            }
            if ((until - System.nanoTime()) / 1_000_000 <= pauseMillis) {
                throw DevTools.failed(tools.authority(), new SocketTimeoutException(), limitMillis);
            }
            Thread.sleep(pauseMillis);
        }
    }

    /**
     * Asks what listens on {@code port}, at 127.0.0.1 and at [::1].
     *
     * @throws TargetException {@code devtools_none}, {@code devtools_silent}, {@code devtools_unexpected}
     */
    public static CdpAnswer find(int port, long limitMillis) throws TargetException, InterruptedException {
        DevTools tools = DevTools.find(port, limitMillis);
        return new CdpAnswer(tools, tools.version(limitMillis));
    }

    /** The WebSocket of the browser itself, at the literal address that answered; empty if the version does not tell. */
    public Optional<String> webSocketUrl() {
        return path(version).map(path -> "ws://" + tools.authority() + path);
    }

    /** The path of the WebSocket that a version tells; empty if it tells none, or something else. */
    static Optional<String> path(JsonObject version) {
        try {
            URI told = new URI(version.string("webSocketDebuggerUrl").orElse(""));
            boolean isWebSocket = "ws".equals(told.getScheme()) && told.getRawAuthority() != null && told.getRawPath().startsWith("/");
            return isWebSocket ? Optional.of(told.getRawPath()) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty(); // It is no browser, or none that can be attached to.
        }
    }
}
