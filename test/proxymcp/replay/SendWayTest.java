package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.rule.RuleBook;
import proxymcp.tls.OriginTlsSettings;
import proxymcp.upstream.NoProxy;
import proxymcp.upstream.UpstreamProxies;
import proxymcp.upstream.UpstreamProxy;

/** How origins are reached: as the manifest says, as the caller says, or not at all where something is not kept. */
final class SendWayTest {
    private static final Plan PLAN = new Plan("s", List.of(item("https://a.test/x")), List.of(item("http://b.test:81/")));

    private static PlanItem item(String url) {
        return new PlanItem(0, 1, new UUID(1, 2), 0, "GET", url, url, false, Optional.empty());
    }

    private static SendSettings settings(Optional<Boolean> insecure, Optional<String> caFile, Optional<String> upstream, boolean rules) {
        return new SendSettings(Safety.SAFE_ONLY, Optional.empty(), 1_000, insecure, caFile.map(Path::of), upstream, rules);
    }

    private static SendWay way(String manifest, SendSettings settings) throws Exception {
        return SendWay.of((JsonObject) Json.parse(manifest), settings, PLAN, new SendWay.OwnSettings(new OriginTlsSettings(), UpstreamProxies.NONE, RuleBook.inMemory(Clock.systemUTC())));
    }

    private static String refusal(String manifest, SendSettings settings) {
        return assertThrows(PlanException.class, () -> way(manifest, settings)).getMessage();
    }

    @Test void theManifestSaysIt() throws Exception {
        SendWay way = way("""
                {"insecureUpstream": true, "upstreamCaFile": "/x/ca.pem", "globalUpstream": {"proxyUrl": "http://p.test:1", "noProxy": ["b.test"]},
                 "hostUpstreams": {"a.test": {"proxyUrl": "socks5h://q.test:2"}}, "originTls": [{"hostname": "a.test", "insecure": false}]}
                """, SendSettings.DEFAULT);
        assertTrue(way.insecure());
        assertEquals(Optional.of(Path.of("/x/ca.pem")), way.caFile());
        assertEquals("socks5h://q.test:2", way.proxies().via("a.test").orElseThrow().url());
        assertEquals(Optional.empty(), way.proxies().via("b.test"));
        assertEquals("http://p.test:1", way.proxies().via("c.test").orElseThrow().url());
        assertEquals(Optional.of(false), way.origins().all().get("a.test").insecure());
    }

    @Test void anImportedSessionIsReachedDirectlyAndVerified() throws Exception {
        SendWay way = way("{\"importedFrom\": \"x.har\"}", SendSettings.DEFAULT);
        assertFalse(way.insecure());
        assertEquals(UpstreamProxies.NONE, way.proxies());
    }

    @Test void theCallerSaysOtherwise() throws Exception {
        String manifest = "{\"insecureUpstream\": true, \"globalUpstream\": {\"proxyUrl\": \"http://p.test:1\"}, "
                + "\"originTls\": [{\"hostname\": null, \"insecure\": true}]}";
        SendWay way = way(manifest, settings(Optional.of(false), Optional.of("/y.pem"), Optional.of("direct"), false));
        assertFalse(way.insecure());
        assertEquals(Optional.empty(), way.origins().all().get(OriginTlsSettings.ALL).insecure());
        assertEquals(Optional.of(Path.of("/y.pem")), way.caFile());
        assertEquals(Optional.empty(), way.proxies().via("a.test"));
        assertEquals("socks4://r.test:3", way(manifest, settings(Optional.empty(), Optional.empty(), Optional.of("socks4://r.test:3"), false))
                .proxies().via("a.test").orElseThrow().url());
    }

    @Test void aPasswordThatIsNotKeptIsAskedForOrFoundInThisProcess() throws Exception {
        String manifest = "{\"hostUpstreams\": {\"a.test\": {\"proxyUrl\": \"http://joe@p.test:1\"}}}";
        String refusal = refusal(manifest, SendSettings.DEFAULT);
        assertTrue(refusal.startsWith("upstream_url: ") && refusal.contains("http://joe@p.test:1"), refusal);
        UpstreamProxies known = UpstreamProxies.NONE.withGlobal(Optional.of(new UpstreamProxies.Entry(UpstreamProxy.parse("http://joe:pw@p.test:1"),
                NoProxy.NONE)));
        SendWay way = SendWay.of((JsonObject) Json.parse(manifest), SendSettings.DEFAULT, PLAN, new SendWay.OwnSettings(new OriginTlsSettings(), known, RuleBook.inMemory(Clock.systemUTC())));
        assertEquals("pw", way.proxies().via("a.test").orElseThrow().login().orElseThrow().password());
    }

    @Test void whatIsMissingForOtherHostsIsNotMissed() throws Exception {
        way("{\"hostUpstreams\": {\"z.test\": {\"proxyUrl\": \"http://joe@p.test:1\"}}, "
                + "\"originTls\": [{\"hostname\": \"z.test\", \"clientCertificate\": {\"file\": \"/nowhere.pem\"}}]}", SendSettings.DEFAULT);
    }

    @Test void aClientKeyThatIsNotThereIsAskedFor() {
        String refusal = refusal("{\"originTls\": [{\"hostname\": \"*.test\", \"clientCertificate\": {\"file\": \"/nowhere.pem\"}}]}",
                SendSettings.DEFAULT);
        assertTrue(refusal.contains("/nowhere.pem") && refusal.contains("proxy_set_origin_tls"), refusal);
    }

    @Test void rulesHoldWhereTheyAreAskedFor() throws Exception {
        assertTrue(way("{}", settings(Optional.empty(), Optional.empty(), Optional.empty(), true)).rules().isPresent());
        assertTrue(way("{}", SendSettings.DEFAULT).rules().isEmpty());
    }

    @Test void whatCannotBeDoneNamesItsParameter() {
        assertTrue(refusal("{}", settings(Optional.empty(), Optional.empty(), Optional.of("nonsense"), false)).startsWith("upstream_url: "));
        assertTrue(refusal("{\"hostUpstreamsTotal\": 900}", SendSettings.DEFAULT).startsWith("upstream_url: "));
    }
}
