package proxymcp.chrome;

import java.nio.file.Path;

/**
 * A browser that was started here.
 *
 * @param targetId {@code chrome_<pid>}
 * @param pid its main process
 * @param debugPort of its DevTools on 127.0.0.1
 * @param webSocketPath of its browser target, {@code /devtools/browser/<uuid>}
 * @param executable what was started
 * @param profile its user data folder
 * @param ownProfile whether the profile is ours, and goes with the browser
 * @param proxyPort port of the proxy that is its own
 * @param sandbox whether its renderers are confined; not where it runs as root
 * @param startedAtMillis epoch milliseconds
 * @param options what was asked for
 */
public record Launched(String targetId, long pid, int debugPort, String webSocketPath, Path executable, Path profile, boolean ownProfile,
        int proxyPort, boolean sandbox, long startedAtMillis, LaunchOptions options) {
    /** Where its DevTools answer: {@code http://127.0.0.1:<port>}. */
    public String httpUrl() {
        return "http://127.0.0.1:" + debugPort;
    }

    /** Its DevTools, over WebSocket. */
    public String webSocketUrl() {
        return "ws://127.0.0.1:" + debugPort + webSocketPath;
    }
}
