package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.exchange.Exchange;

/** Many connections at once, from a client that sends "127.0.0.1:PORT" as its TLS server name. */
final class HeyTest {
    private static final int REQUESTS = 2_016; // A multiple of the clients: hey sends as many from each.
    private static final int CLIENTS = 32;

    @Test void everyRequestIsAnsweredAndCaptured(@TempDir Path folder) throws Exception {
        Path hey = Programs.require("hey");
        TestCertificate certificate = TestCertificate.forLoopback(folder);
        try (CapturingProxy proxy = CapturingProxy.trusting(folder.resolve("home"), certificate);
                TestOrigin http = TestOrigin.http("127.0.0.1", new TestSite());
                TestOrigin https = TestOrigin.https("127.0.0.1", certificate.context(), new TestSite())) {
            for (TestOrigin origin : List.of(http, https)) {
                String url = origin.url("127.0.0.1", "/sink");
                String report = run(hey.toString(), "-n", Integer.toString(REQUESTS), "-c", Integer.toString(CLIENTS), "-x", proxy.url(),
                        "-m", "POST", "-d", "0123456789", url);
                assertTrue(report.contains("[200]\t" + REQUESTS + " responses"), report);
                // Go also makes connections in advance that it never uses.
                List<Exchange> all = proxy.awaitEnded(REQUESTS, exchange -> exchange.start().url().equals(url));
                Map<String, Integer> summaries = new TreeMap<>();
                for (Exchange exchange : all) {
                    summaries.merge(summary(exchange), 1, Integer::sum);
                }
                assertEquals(Map.of("POST " + url + " 0123456789 200 Complete[]", REQUESTS), summaries);
                assertEquals(REQUESTS, origin.seen().size());
                long connections = all.stream().map(exchange -> exchange.start().client().connectionId()).distinct().count();
                assertTrue(connections <= 3 * CLIENTS, connections + " connections: they are not kept");
            }
        }
    }

    private static String summary(Exchange exchange) {
        return exchange.start().head().method() + " " + exchange.start().url() + " "
                + new String(exchange.requestBody().bytes(), StandardCharsets.US_ASCII) + " "
                + exchange.response().map(head -> head.status()).orElse(0) + " " + exchange.outcome();
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0, said);
        return said;
    }
}
