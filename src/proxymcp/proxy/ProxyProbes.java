package proxymcp.proxy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import proxymcp.exchange.Client;
import proxymcp.http.Fields;
import proxymcp.http.ReasonPhrases;
import proxymcp.http.ResponseHead;
import proxymcp.http.WireWriter;

/**
 * Names that only a proxy can answer for, as they do not exist (RFC 6761 section 6.4): whoever gets an answer went through it. Every name in
 * {@value #SUFFIX} is answered here and is no traffic: nothing is recorded, no rule is asked. Any thread may call.
 */
final class ProxyProbes {
    /** Ends the host of every probe. */
    static final String SUFFIX = ".proxy-mcp.invalid";

    private static final String EXPECTED = "<!doctype html><title>proxy-mcp</title><link rel=\"icon\" href=\"data:,\">"
            + "<p>This page came through proxy-mcp.</p>\n";
    private static final String UNEXPECTED = "<!doctype html><title>proxy-mcp</title><link rel=\"icon\" href=\"data:,\">"
            + "<p>proxy-mcp expects no such probe.</p>\n";

    private final ConcurrentMap<String, ProxyProbe> expected = new ConcurrentHashMap<>();

    /** Expects a host that nobody can guess, until {@link ProxyProbe#close}. */
    ProxyProbe expect() {
        String host = UUID.randomUUID().toString().replace("-", "") + SUFFIX;
        ProxyProbe probe = new ProxyProbe(this, host);
        expected.put(host, probe);
        return probe;
    }

    void forget(String host) {
        expected.remove(host);
    }

    /** Whether a host is one that is answered here. */
    static boolean isProbe(String host) {
        return host.length() > SUFFIX.length() && host.regionMatches(true, host.length() - SUFFIX.length(), SUFFIX, 0, SUFFIX.length());
    }

    /** Tells who waits for {@code host}, if anybody does, that {@code client} has asked for it. */
    private Optional<ProxyProbe> seen(String host, Client client) {
        Optional<ProxyProbe> probe = Optional.ofNullable(expected.get(host.toLowerCase(Locale.ROOT)));
        probe.ifPresent(found -> found.seen(client));
        return probe;
    }

    /** Writes and flushes the answer for a {@link #isProbe} host. */
    void answer(String host, Client client, WireWriter out, boolean withBody, boolean close) throws IOException {
        boolean known = seen(host, client).isPresent();
        Fields.Builder fields = new Fields.Builder().add("Content-Type", "text/html").add("Cache-Control", "no-store");
        ProxyAnswer.write(out, known ? 200 : 404, fields, known ? EXPECTED : UNEXPECTED, withBody, close);
    }
}
