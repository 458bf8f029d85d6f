package proxymcp.selftest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import proxymcp.codec.Codings;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;

/** A customer of {@link ShopOrigin} behind the proxy: the JDK's own client, which trusts the proxy's authority and nobody else. */
final class ShopClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int BODY_BYTES_MAX = 1 << 20;

    private final HttpClient http;
    private final String shop;

    /**
     * What a customer saw.
     *
     * @param statuses of login, items and orders
     * @param issuer of the certificate that was shown, as its owner's name
     * @param items as they were read
     */
    record Visit(List<Integer> statuses, String issuer, String items) {}

    private record Answer(int status, String text, Optional<JsonObject> json, String issuer) {
        String member(String name) {
            return json.flatMap(members -> members.string(name)).orElse("");
        }
    }

    /**
     * Nothing is sent yet.
     *
     * @param proxyPort of the proxy on loopback
     * @param pem certificate of its authority
     * @param shop scheme, host and port of the origin
     */
    ShopClient(int proxyPort, String pem, String shop) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("proxy", CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(context).connectTimeout(TIMEOUT)
                .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", proxyPort))).build();
        this.shop = shop;
    }

    /**
     * Logs in, looks at the items, then at the orders, each with the token of the answer before.
     *
     * @param version what orders are asked for as
     */
    Visit visit(String version) throws IOException, InterruptedException {
        String login = Json.text(JsonObject.builder().put("user", "ada").put("password", ShopOrigin.PASSWORD).build());
        Answer in = send(request("/api/login", ShopOrigin.VERSION).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(login)));
        Answer items = send(request("/api/items", ShopOrigin.VERSION).header("Authorization", "Bearer " + in.member("token")));
        Answer orders = send(request("/api/orders", version).header("Authorization", "Bearer " + items.member("next")));
        return new Visit(List.of(in.status(), items.status(), orders.status()), in.issuer(), items.text());
    }

    /** Reads the news whole; what came, as text. */
    String news() throws IOException, InterruptedException {
        return send(request("/news", ShopOrigin.VERSION)).text();
    }

    /** Says {@code text} on the WebSocket, and returns what came back before the close that follows. */
    String live(String text) throws IOException, InterruptedException {
        Listener listener = new Listener();
        try {
            WebSocket socket = http.newWebSocketBuilder().connectTimeout(TIMEOUT)
                    .buildAsync(URI.create(shop.replace("https:", "wss:") + "/live"), listener).get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            socket.sendText(text, true).get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            String answer = listener.answer.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            listener.closed.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            return answer;
        } catch (ExecutionException e) {
            throw new IOException("the WebSocket broke: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new IOException("nothing came on the WebSocket for " + TIMEOUT.toSeconds() + " s", e);
        }
    }

    /** One short text and the close after it. */
    private static final class Listener implements WebSocket.Listener {
        final CompletableFuture<String> answer = new CompletableFuture<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final List<CharSequence> parts = new ArrayList<>();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            parts.add(data.toString());
            if (last) {
                answer.complete(String.join("", parts));
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            answer.completeExceptionally(error);
            closed.completeExceptionally(error);
        }
    }

    private HttpRequest.Builder request(String path, String version) {
        return HttpRequest.newBuilder(URI.create(shop + path)).timeout(TIMEOUT).header("X-Client-Version", version);
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        byte[] body = Codings.decodePreview(response.body(), response.headers().allValues("Content-Encoding"), BODY_BYTES_MAX).bytes();
        String text = new String(body, StandardCharsets.UTF_8);
        Optional<JsonObject> json;
        try {
            json = Json.parse(text) instanceof JsonObject members ? Optional.of(members) : Optional.empty();
        } catch (JsonException e) {
            json = Optional.empty();
        }
        String issuer = ((X509Certificate) response.sslSession().orElseThrow().getPeerCertificates()[0]).getIssuerX500Principal().getName();
        return new Answer(response.statusCode(), text, json, issuer);
    }

    /** Ends all connections. */
    void close() {
        http.shutdownNow();
    }
}
