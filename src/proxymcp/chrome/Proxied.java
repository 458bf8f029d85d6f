package proxymcp.chrome;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import proxymcp.exchange.Client;
import proxymcp.json.JsonObject;
import proxymcp.proxy.ProxyProbe;
import proxymcp.proxy.ProxyServer;

/**
 * Whether a browser goes through our proxy.
 *
 * @param verdict what was seen
 * @param how one sentence: by what it was seen, or why it could not be
 */
public record Proxied(Verdict verdict, String how) {
    private static final long CLOSE_MILLIS = 300;
    private static final int CLOSE_ATTEMPTS = 10;

    /** What was seen. */
    public enum Verdict {
        /** Our proxy answered a page of its. */
        YES,
        /** Nobody answered that page, or somebody else did. */
        NO,
        /** It could not be found out. */
        UNKNOWN;

        /** How results name it. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Opens a page in the background that only {@code server} can answer, and closes it again. Nothing of it is recorded.
     *
     * @param limitMillis for all of it
     */
    public static Proxied prove(CdpAnswer browser, ProxyServer server, long limitMillis) throws InterruptedException {
        Optional<String> url = browser.webSocketUrl();
        if (url.isEmpty()) {
            return new Proxied(Verdict.UNKNOWN, "its DevTools tell no WebSocket to open a page by");
        }
        long until = System.nanoTime() + limitMillis * 1_000_000;
        try (ProxyProbe probe = server.probe(); DevToolsSocket socket = DevToolsSocket.open(URI.create(url.get()), limitMillis)) {
            return new Look(socket, probe, until).prove();
        } catch (TargetException e) {
            return new Proxied(Verdict.UNKNOWN, "no page could be opened to find out: " + e.getMessage());
        }
    }

    /** One page, from its opening to its end. */
    private record Look(DevToolsSocket socket, ProxyProbe probe, long untilNanos) {
        long leftMillis() {
            return Math.max(1, (untilNanos - System.nanoTime()) / 1_000_000);
        }

        Proxied prove() throws TargetException, InterruptedException {
            // Browsers that know hidden pages show none, and close them with our connection; others take no notice of the word.
            String page = text(socket.call("Target.createTarget", JsonObject.builder().put("url", ProxyProbe.BLANK)
                    .put("background", true).put("hidden", true).build(), leftMillis()), "targetId");
            try {
                String session = text(socket.call("Target.attachToTarget", JsonObject.builder().put("targetId", page)
                        .put("flatten", true).build(), leftMillis()), "sessionId");
                return navigated(session);
            } finally {
                close(page);
            }
        }

        private Proxied navigated(String session) throws InterruptedException {
            String problem;
            Verdict otherwise;
            try {
                JsonObject result = socket.call("Page.navigate", JsonObject.builder().put("url", probe.url()).build(), Optional.of(session),
                        leftMillis());
                Optional<String> error = result.string("errorText");
                otherwise = Verdict.NO;
                problem = error.isPresent() ? "did not load (" + error.get() + "): it goes elsewhere" : "was answered by somebody else";
            } catch (TargetException e) {
                otherwise = Verdict.UNKNOWN;
                problem = "did not load in time: " + e.getMessage();
            }
            Optional<Client> seen = probe.await(0);
            if (seen.isEmpty()) {
                return new Proxied(otherwise, "a page in the background on " + probe.url() + " " + problem);
            }
            return new Proxied(Verdict.YES, "a page in the background on " + probe.url() + " was answered by the proxy, on its port "
                    + seen.get().listener() + seen.get().targetId().map(id -> ", which is " + id + "'s").orElse(""));
        }

        /**
         * Returns when the page has gone, so that nobody finds it in the list. A page that has just begun to show another one stays now and then,
         * though its closing is answered with success: it is asked again.
         */
        private void close(String page) {
            String left = "it stays";
            for (int attempt = 0; attempt < CLOSE_ATTEMPTS; attempt++) {
                try {
                    socket.call("Target.closeTarget", JsonObject.builder().put("targetId", page).build(), CLOSE_MILLIS);
                    socket.event("Target.detachedFromTarget", CLOSE_MILLIS);
                    return;
                } catch (TargetException e) {
                    left = e.getMessage();
                }
            }
            System.getLogger("proxymcp.chrome").log(System.Logger.Level.DEBUG, "a page did not close: {0}", left);
        }

        private static String text(JsonObject result, String name) throws TargetException {
            return result.string(name).orElseThrow(() -> new TargetException("devtools_unexpected", "its answer has no " + name, ""));
        }
    }
}
