package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import proxymcp.Programs;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamSummary;

/** Streams of clients that others wrote: a browser's WebSocket and EventSource, curl. And a thousand idle sockets in a small heap. */
@Timeout(120)
final class StreamClientsTest {
    private static final String PAGE = """
            <!doctype html><html><head><link rel="icon" href="data:,"></head><body><script>
            const said = [];
            const events = new EventSource('/events');
            events.addEventListener('tick', event => {
              said.push(event.lastEventId + event.data);
              if (said.length == 3) {
                events.close();
                const socket = new WebSocket(location.origin.replace('http', 'ws') + '/ws');
                socket.onopen = () => { socket.send('{"type":"hello"}'); socket.send('b'.repeat(70000)); };
                socket.onmessage = message => {
                  said.push(message.data.length);
                  if (said.length == 5) { socket.close(4001, 'enough'); }
                };
                socket.onclose = closed => fetch('/done?' + encodeURIComponent(said.join('|') + '|' + closed.code + closed.reason));
              }
            });
            </script></body></html>
            """;

    @TempDir
    Path folder;

    @ParameterizedTest @ValueSource(booleans = {false, true})
    void aBrowsersStreams(boolean secure) throws Exception {
        Path chromium = Programs.require("chromium");
        try (RunningProxy proxy = RunningProxy.start();
                StreamOrigin origin = new StreamOrigin(secure ? Optional.of(RunningProxy.originTls()) : Optional.empty(), PAGE)) {
            String url = (secure ? "https" : "http") + "://127.0.0.1:" + origin.port() + "/";
            ProcessBuilder browser = new ProcessBuilder(chromium.toString(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
                    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
                    "--user-data-dir=" + folder.resolve("profile"), "--proxy-server=http://127.0.0.1:" + proxy.port(),
                    "--proxy-bypass-list=<-loopback>", "--ignore-certificate-errors-spki-list=" + RunningProxy.authority().spkiFingerprint(), url)
                    .redirectOutput(folder.resolve("out.txt").toFile()).redirectError(folder.resolve("log.txt").toFile());
            browser.environment().put("TMPDIR", Files.createDirectories(folder.resolve("t")).toString()); // Nothing is left elsewhere.
            Process process = browser.start();
            try {
                assertEquals("1{\"n\":1}|2{\"n\":2}|3{\"n\":3}|16|70000|4001enough", origin.done());
            } finally {
                process.destroy();
                process.waitFor(5, TimeUnit.SECONDS);
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            StreamSummary socket = closed(proxy, url + "ws").stream().orElseThrow();
            assertEquals(StreamKind.WEBSOCKET, socket.kind());
            assertEquals(List.of(3L, 3L), List.of(socket.framesOut(), socket.framesIn()));
            assertEquals(Optional.of(4001), socket.closeCode());
            assertEquals("enough", socket.closeReason());
            assertEquals(Optional.of(EndedBy.CLIENT), socket.endedBy());
            assertEquals(2L, socket.channels().get("hello"));
            StreamSummary events = closed(proxy, url + "events").stream().orElseThrow();
            assertEquals(StreamKind.SSE, events.kind());
            assertEquals(3L, events.channels().get("tick"));
            assertEquals(Optional.of(EndedBy.CLIENT), events.endedBy());
        }
    }

    private static Exchange closed(RunningProxy proxy, String url) throws InterruptedException {
        Predicate<Exchange> wanted = exchange -> exchange.start().url().equals(url) && exchange.stream().isPresent()
                && exchange.stream().get().closedAt().isPresent();
        return proxy.await(all -> all.stream().anyMatch(wanted)).stream().filter(wanted).findFirst().orElseThrow();
    }

    @Test
    void curlReadsEventsAndIsKilled() throws Exception {
        Path curl = Programs.require("curl");
        try (RunningProxy proxy = RunningProxy.start(); StreamOrigin origin = new StreamOrigin(Optional.empty(), "")) {
            String url = "http://127.0.0.1:" + origin.port() + "/events";
            Process process = new ProcessBuilder(curl.toString(), "-q", "-s", "-N", "--noproxy", "", "-x", "http://127.0.0.1:" + proxy.port(), url).start();
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (int i = 1; i <= 3; i++) {
                    assertEquals(List.of("event: tick", "id: " + i, "data: {\"n\":" + i + "}", ""),
                            List.of(lines.readLine(), lines.readLine(), lines.readLine(), lines.readLine()));
                }
            } finally {
                process.destroyForcibly();
            }
            Exchange exchange = closed(proxy, url);
            assertEquals(List.of("in tick #1 33 {\"n\":1} [tick]", "in tick #2 33 {\"n\":2} [tick]", "in tick #3 33 {\"n\":3} [tick]"),
                    StreamText.lines(proxy.streams(), exchange.seq()));
            assertEquals(Optional.of(EndedBy.CLIENT), exchange.stream().orElseThrow().endedBy());
        }
    }

    @Test
    void aThousandIdleSocketsInASmallHeap() throws Exception {
        TestCertificate certificate = TestCertificate.forLoopback(folder);
        List<RawClient> clients = new ArrayList<>();
        try (ProxyChild proxy = ProxyChild.start(folder.resolve("home"), certificate.certificateFile(), "-Xmx128m");
                StreamOrigin origin = new StreamOrigin(Optional.empty(), "")) {
            String authority = "127.0.0.1:" + origin.port();
            byte[] frame = new proxymcp.http.FrameOctets(true).text("hello").octets();
            for (int i = 0; i < 1_000; i++) {
                RawClient client = RawClient.connect(proxy.port());
                clients.add(client);
                client.send("GET http://" + authority + "/ws HTTP/1.1\r\nHost: " + authority + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
                assertTrue(client.readHead().startsWith("HTTP/1.1 101 "));
            }
            for (int round = 0; round < 2; round++) {
                for (RawClient client : clients) {
                    client.send(frame);
                    assertEquals("\u0081\u0005hello", client.readText(7));
                }
            }
            long heapBytes = proxy.heapBytes();
            assertTrue(heapBytes < 100L << 20, "heap of " + heapBytes);
            for (RawClient client : clients) {
                client.close();
            }
            String newest = "";
            for (int i = 0; i < 1_000; i++) {
                newest = proxy.nextEnded();
            }
            assertTrue(newest.startsWith("Complete"), newest);
            assertEquals(0, proxy.end());
        }
    }
}
