package bench;

import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;

/** {@code make demo}: the main job end to end on loopback, narrated. Ends with 0 only if each step proved itself. */
final class Demo {
    private int step;

    public static void main(String[] arguments) throws Exception {
        Path scratch = Files.createTempDirectory("proxy-mcp-demo");
        try {
            new Demo().run(scratch);
        } finally {
            Main.delete(scratch);
        }
    }

    private void run(Path scratch) throws Exception {
        say("An origin with TLS starts on loopback; its certificate is one that nobody trusts.");
        try (Child origin = ProxyBench.origin(ProxyBench.keyStore(scratch).toString()); McpClient mcp = new McpClient(scratch.resolve("home"))) {
            int originPort = ProxyBench.port(origin.awaitLine("port"));
            say("An MCP client starts proxy-mcp over stdio and calls proxy_start.");
            JsonObject started = mcp.call("proxy_start", JsonObject.builder().put("insecure_upstream", true).build());
            int port = Integer.parseInt(started.get("port").orElseThrow().toString());
            show("the proxy listens on 127.0.0.1:" + port);

            say("A client that trusts the proxy's CA sends HTTPS through it.");
            String pem = mcp.call("proxy_get_ca_cert", JsonObject.EMPTY).string("certPem").orElseThrow();
            HttpResponse<String> response = client(pem, port).send(HttpRequest.newBuilder(URI.create("https://localhost:" + originPort
                    + "/1k?token=demo-4711")).header("X-Demo", "seen by the proxy").build(), HttpResponse.BodyHandlers.ofString());
            prove(response.statusCode() == 200 && response.body().length() == 900, "the client got 200 and 900 bytes, certificate verified");

            say("The exchange is listed, with what came and what went.");
            JsonObject list = mcp.call("proxy_list_traffic", JsonObject.EMPTY);
            JsonArray exchanges = list.array("exchanges").orElseThrow();
            JsonObject first = (JsonObject) exchanges.values().get(0);
            prove(first.string("url").orElseThrow().endsWith("/1k?token=demo-4711"), "captured " + first.string("url").orElseThrow());

            say("The agent finds it by a header value, and reads it whole.");
            JsonObject found = mcp.call("proxy_search_traffic", JsonObject.builder().put("query", "SEEN BY THE PROXY").build());
            prove(found.array("results").orElseThrow().values().size() == 1, "one exchange matches");
            JsonObject whole = mcp.call("proxy_get_exchange", JsonObject.builder().put("exchange_id", first.get("id").orElseThrow())
                    .put("body", new JsonString("response")).build());
            prove(whole.toString().contains("xxxxxxxx"), "the response body is there, decrypted");
            show("TLS on both sides: " + whole.object("exchange").flatMap(exchange -> exchange.object("tls")).map(JsonObject::toString)
                    .map(text -> text.substring(0, Math.min(200, text.length())) + "…").orElse("unknown"));

            say("The client closes its end of stdin, as hosts do.");
            long millis = mcp.end();
            prove(millis < 1_000, "the server was gone after " + millis + " ms");
        }
        System.out.println("\nDone: every step proved itself.");
    }

    private static HttpClient client(String pem, int proxyPort) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("proxy-mcp", CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), new SecureRandom());
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(context)
                .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", proxyPort))).build();
    }

    private void say(String text) {
        System.out.println("\n" + ++step + ". " + text);
    }

    private static void show(String text) {
        System.out.println("   " + text);
    }

    private static void prove(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("not proved: " + what);
        }
        System.out.println("   ✓ " + what);
    }
}
