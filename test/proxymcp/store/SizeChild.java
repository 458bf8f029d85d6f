package proxymcp.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Optional;
import proxymcp.exchange.ExchangeSink;
import proxymcp.json.JsonObject;
import proxymcp.proxy.ProxyServer;
import proxymcp.proxy.ProxySettings;
import proxymcp.tls.CertificateAuthority;
import proxymcp.upstream.OwnPorts;

/** A Java process whose heap is bounded, and that records what is large. {@link #main} is the child's side. */
final class SizeChild {
    private SizeChild() {}

    /** Arguments: {@code body} and a home, or {@code many}, a home and how many. */
    public static void main(String[] args) throws Exception {
        SessionCatalog catalog = new SessionCatalog(Path.of(args[1]).resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC());
        switch (args[0]) {
            case "body" -> body(Path.of(args[1]), catalog);
            case "many" -> {
                QueryModel model = new QueryModel(catalog, Integer.parseInt(args[2]));
                model.ordered();
                model.nearlyOrdered();
                model.unordered();
                System.out.println("all queries agree");
            }
            default -> throw new IllegalArgumentException(args[0]);
        }
        catalog.close();
        System.exit(0);
    }

    /** Proxies and records until its input ends; then says what it recorded. */
    private static void body(Path home, SessionCatalog catalog) throws Exception {
        SessionWriter writer = catalog.create(Optional.empty(), CaptureProfile.FULL, 1 << 20, JsonObject.EMPTY);
        ExchangeSink sink = writer.sink();
        try (ProxyServer proxy = ProxyServer.start(ProxySettings.onLoopback(0), CertificateAuthority.open(home.resolve("ca"), Clock.systemUTC()),
                sink, new OwnPorts())) {
            System.out.println(proxy.address().getPort());
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII)).readLine();
        }
        Manifest manifest = catalog.end(writer);
        System.out.println(manifest.recovery() + " " + manifest.losses());
        Session session = catalog.open(writer.id());
        session.forEach(SessionQuery.ALL, entry -> {
            StoredExchange stored = session.exchange(entry.seq()).orElseThrow();
            System.out.println(entry.state() + " request " + digest(stored.requestBody()) + " response " + digest(stored.responseBody()));
            return true;
        });
        System.out.println("end");
    }

    private static String digest(StoredBody body) {
        try (InputStream in = body.open()) {
            MessageDigest digest = sha256();
            byte[] block = new byte[1 << 16];
            long bytes = 0;
            for (int read = in.read(block); read >= 0; read = in.read(block)) {
                digest.update(block, 0, read);
                bytes += read;
            }
            String hex = HexFormat.of().formatHex(digest.digest());
            boolean same = body.sha256().isEmpty() ? bytes == 0 : body.sha256().get().equals(hex);
            return bytes + " " + (same ? hex : "digest differs from what passed");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
