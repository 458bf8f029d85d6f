package proxymcp.proxy;

import java.io.Closeable;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import proxymcp.exchange.Client;

/** A host that only this proxy answers for, once: who gets an answer went through it. Any thread may call. */
public final class ProxyProbe implements Closeable {
    /** Where a page begins that will show a probe. */
    public static final String BLANK = "about:blank#proxy-mcp-probe";

    private final ProxyProbes probes;
    private final String host;
    private final CountDownLatch asked = new CountDownLatch(1);
    private volatile Optional<Client> client = Optional.empty();

    ProxyProbe(ProxyProbes probes, String host) {
        this.probes = probes;
        this.host = host;
    }

    /** A page of the proxy's own, {@code http://<nonce>.proxy-mcp.invalid/}. */
    public String url() {
        return "http://" + host + "/";
    }

    /** Whether that is the page of any probe, or one that will be. */
    public static boolean isUrl(String url) {
        return url.equals(BLANK) || url.startsWith("http://") && url.endsWith(ProxyProbes.SUFFIX + "/");
    }

    void seen(Client by) {
        if (client.isEmpty()) {
            client = Optional.of(by);
        }
        asked.countDown();
    }

    /**
     * Waits until it is asked for.
     *
     * @return who asked, with the port and the target that it came through; empty if nobody did
     */
    public Optional<Client> await(long millis) throws InterruptedException {
        asked.await(millis, TimeUnit.MILLISECONDS);
        return client;
    }

    /** Expects nobody any more. */
    @Override
    public void close() {
        probes.forget(host);
    }
}
