package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.number;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A thousand requests in flight while TLS with their origin is set a hundred times. The origin tells settings apart by the certificate it is shown. */
@Timeout(120)
final class OriginTlsSwapTest {
    private static final int CHANGES = 100;
    private static final int HELD_PER_CHANGE = 10;

    @TempDir
    Path folder;

    private final Map<String, String> shown = new ConcurrentHashMap<>();
    private final Semaphore arrived = new Semaphore(0);
    private final CountDownLatch release = new CountDownLatch(1);

    @Test
    void thousandInFlightEndAndNoneBeginsUnderOtherSettings() throws Exception {
        try (Tools tools = new Tools(folder.resolve("home")); SecureOrigin files = new SecureOrigin(folder); Socket kept = new Socket();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            HttpsServer origin = origin(files.store, threads);
            try {
                int port = (int) number(tools.call("proxy_start", "{\"insecure_upstream\":true}"), "port");
                String url = "https://localhost:" + origin.getAddress().getPort();
                List<Future<Integer>> held = new ArrayList<>();
                kept.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                kept.setSoTimeout(60_000);
                for (int change = 0; change < CHANGES; change++) {
                    tools.call("proxy_set_origin_tls", change % 2 == 0 ? "{\"hostname\":\"localhost\",\"insecure\":true,\"client_cert_file\":\"" + files.store
                            + "\",\"client_cert_password\":\"password\"}" : "{\"hostname\":\"localhost\",\"insecure\":true}");
                    // The way to the origin that this client had before the change is idle, and must not be taken again.
                    assertEquals(200, getAndKeep(kept, url + "/once/" + change));
                    for (int i = 0; i < HELD_PER_CHANGE; i++) {
                        String path = url + "/held/" + change + "/" + i;
                        held.add(threads.submit(() -> get(port, path)));
                    }
                    assertTrue(arrived.tryAcquire(HELD_PER_CHANGE, 60, TimeUnit.SECONDS), "after change " + change);
                }
                assertEquals(0, held.stream().filter(Future::isDone).count(), "all are in flight");
                release.countDown();
                for (Future<Integer> one : held) {
                    assertEquals(200, one.get());
                }
            } finally {
                release.countDown();
                origin.stop(0);
            }
        }
        assertEquals(CHANGES * (HELD_PER_CHANGE + 1), shown.size());
        shown.forEach((path, principal) ->
                assertEquals(Integer.parseInt(path.split("/")[2]) % 2 == 0 ? "CN=localhost" : "none", principal, path));
    }

    /** It asks for a certificate, notes what it is shown, and holds what is to be held. */
    private HttpsServer origin(Path store, ExecutorService threads) throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
        server.setHttpsConfigurator(new HttpsConfigurator(context(store)) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters asking = getSSLContext().getDefaultSSLParameters();
                asking.setWantClientAuth(true);
                parameters.setSSLParameters(asking);
            }
        });
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            shown.put(exchange.getRequestURI().getPath(), principal((HttpsExchange) exchange));
            if (exchange.getRequestURI().getPath().startsWith("/held")) {
                arrived.release();
                awaitRelease();
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private void awaitRelease() throws IOException {
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static String principal(HttpsExchange exchange) {
        try {
            return exchange.getSSLSession().getPeerPrincipal().getName();
        } catch (SSLPeerUnverifiedException e) {
            return "none";
        }
    }

    private static SSLContext context(Path store) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "password".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "password".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), new TrustManager[] {new Anybody()}, null);
        return context;
    }

    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static int getAndKeep(Socket socket, String url) throws IOException {
        socket.getOutputStream().write(("GET " + url + " HTTP/1.1\r\nHost: " + url.substring("https://".length(), url.indexOf('/', 8)) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int octet = socket.getInputStream().read();
            assertTrue(octet >= 0, answer.toString());
            answer.append((char) octet);
        }
        return Integer.parseInt(answer.substring(9, 12));
    }

    /** The status that a client of its own gets, which leaves TLS to the proxy. */
    private static int get(int port, String url) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(100_000);
            socket.getOutputStream().write(("GET " + url + " HTTP/1.1\r\nHost: " + url.substring("https://".length(), url.indexOf('/', 8))
                    + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return answer.startsWith("HTTP/1.1 ") ? Integer.parseInt(answer.substring(9, 12)) : 0;
        }
    }
}
