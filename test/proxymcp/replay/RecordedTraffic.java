package proxymcp.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import proxymcp.json.JsonObject;
import proxymcp.proxy.ProxyServer;
import proxymcp.proxy.ProxySettings;
import proxymcp.proxy.RawClient;
import proxymcp.rule.RuleBook;
import proxymcp.store.CaptureProfile;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoredExchange;
import proxymcp.store.StoreLimits;
import proxymcp.tls.CertificateAuthority;
import proxymcp.tls.OriginTlsSettings;
import proxymcp.tls.TlsSetup;
import proxymcp.upstream.OwnPorts;
import proxymcp.upstream.UpstreamProxies;

/** Traffic through a real proxy, recorded into a session, and what sends it again into another one. */
final class RecordedTraffic implements AutoCloseable {
    private final SessionCatalog catalog;
    private final SessionWriter original;
    private final SessionWriter replayed;
    private final CertificateAuthority authority;
    private final ProxyServer proxy;
    private boolean ended;

    private RecordedTraffic(Path home, CaptureProfile profile, JsonObject settings, UnaryOperator<ProxySettings> change) throws IOException {
        TlsSetup.beforeFirstUse();
        catalog = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC());
        original = catalog.create(Optional.empty(), profile, 1_024, settings);
        replayed = catalog.createPatient(Optional.of("replay"), CaptureProfile.FULL, 1_024, JsonObject.EMPTY);
        authority = CertificateAuthority.open(home.resolve("ca"), Clock.systemUTC());
        proxy = ProxyServer.start(change.apply(ProxySettings.onLoopback(0)), authority, original.sink(), new OwnPorts());
    }

    static RecordedTraffic start(Path home) throws IOException {
        return start(home, CaptureProfile.FULL, JsonObject.EMPTY);
    }

    static RecordedTraffic start(Path home, CaptureProfile profile, JsonObject settings) throws IOException {
        return new RecordedTraffic(home, profile, settings, unchanged -> unchanged);
    }

    /** Recorded by a proxy that accepts any certificate, whatever {@code settings} its session says that it was recorded with. */
    static RecordedTraffic startAcceptingAll(Path home, JsonObject settings) throws IOException {
        return new RecordedTraffic(home, CaptureProfile.FULL, settings, usual -> usual.withInsecureUpstream(true));
    }

    RawClient client() throws IOException {
        return RawClient.connect(proxy.address().getPort());
    }

    /** A client inside an intercepted TLS connection to {@code port} of {@code host}. */
    RawClient secured(String host, int port) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("proxy", authority.certificate());
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        RawClient client = client();
        client.send("CONNECT " + host + ":" + port + " HTTP/1.1\r\nHost: " + host + ":" + port + "\r\n\r\n");
        client.readHead();
        client.startTls(context, host);
        return client;
    }

    /** Stops the proxy, which ends all exchanges, and the session; needed once, before the first plan. */
    void stop() throws IOException {
        proxy.close();
        catalog.end(original);
        ended = true;
    }

    SessionCatalog catalog() {
        return catalog;
    }

    SessionId id() {
        return original.id();
    }

    Plan plan(Selection selection, SendSettings settings) throws IOException, PlanException {
        Session session = catalog.open(id());
        return new Planner(session, settings).plan(selection, List.of());
    }

    Plan planAll(SendSettings settings) throws IOException, PlanException {
        return plan(new Selection.Matching(SessionQuery.ALL, List.of(), 0, Selection.ITEMS_MAX), settings);
    }

    HttpItemSender sender(Plan plan, SendSettings settings) throws PlanException, IOException {
        return sender(plan, settings, ItemChanges.NONE);
    }

    HttpItemSender sender(Plan plan, SendSettings settings, ItemChanges changes) throws PlanException, IOException {
        RequestSource source = new RequestSource(catalog, id(), settings.target());
        SendWay way = SendWay.of(catalog.open(id()).manifest().settings(), settings, plan, new SendWay.OwnSettings(new OriginTlsSettings(), UpstreamProxies.NONE, RuleBook.inMemory(Clock.systemUTC())));
        return new HttpItemSender(plan, new RequestMaker(plan, source, changes, settings.safety()), changes, way, new OwnPorts(), settings,
                Optional.of(new ReplaySession(replayed.id().text(), replayed.sink())), Clock.systemUTC(), System::nanoTime);
    }

    /** What was recorded of a replay. */
    StoredExchange replayOf(SendResult result) throws Exception {
        long seq = result.recorded().orElseThrow().seq();
        return catalog.read(replayed.id(), session -> session.exchange(seq)).orElseThrow();
    }

    @Override
    public void close() throws IOException {
        if (!ended) {
            stop();
        }
        catalog.close();
    }
}
