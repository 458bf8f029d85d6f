package proxymcp.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which entry holds for which host, however either is spelled. */
final class UpstreamHostTest {
    private static UpstreamProxies.Entry through(String name, String... except) {
        return new UpstreamProxies.Entry(UpstreamProxy.parse("http://" + name), NoProxy.parse(List.of(except)));
    }

    private static String via(UpstreamProxies proxies, String host) {
        return proxies.via(host).map(UpstreamProxy::host).orElse("-");
    }

    @Test
    void hostsAreKeptInOneSpelling() {
        Map<String, String> kept = Map.ofEntries(Map.entry("Shop.Example", "shop.example"), Map.entry("shop.example.", "shop.example"),
                Map.entry("b\u00FCcher.example", "xn--bcher-kva.example"), Map.entry("B\u00DCCHER.example", "xn--bcher-kva.example"),
                Map.entry("*.Shop.Example", "*.shop.example"), Map.entry(".shop.example", "*.shop.example"),
                Map.entry("10.0.0.1", "10.0.0.1"), Map.entry("[2001:DB8:0:0::1]", "2001:db8::1"), Map.entry("::1", "::1"),
                Map.entry("0:0:0:0:0:0:0:1", "::1"), Map.entry("::", "::"), Map.entry("2001:db8::1:0:0:1", "2001:db8::1:0:0:1"),
                Map.entry("localhost", "localhost"), Map.entry("under_score.example", "under_score.example"));
        kept.forEach((given, expected) -> assertEquals(expected, UpstreamProxies.host(given), given));
    }

    @Test
    void whatIsNoHostIsRefusedWithoutALookUp() {
        for (String given : List.of("", " ", "*", "*.", ".", "a b", "shop.example:80", "http://shop.example", "*.10.0.0.1", "a..b", "*.*.example",
                "[::1", "[::1]:80", "-a.example", "a/b", "xn--\u0000")) {
            assertEquals("expected a host name or an IP address, without a port, or *.example.com for all names below one",
                    assertThrows(IllegalArgumentException.class, () -> UpstreamProxies.host(given), given).getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> NoProxy.parse(List.of("shop.example:80")));
    }

    @Test
    void theMostExactEntryHolds() {
        UpstreamProxies proxies = UpstreamProxies.NONE.withGlobal(Optional.of(through("global"))).withHost("*.example", through("short"))
                .withHost("*.b.example", through("long")).withHost("A.b.example", through("exact")).withHost("[::1]", through("six"))
                .withHost("*.1", through("never"));
        Map<String, String> expected = Map.ofEntries(Map.entry("a.b.example", "exact"), Map.entry("a.b.example.", "exact"),
                Map.entry("x.b.example", "long"), Map.entry("x.y.b.example", "long"), Map.entry("b.example", "short"),
                Map.entry("example", "global"), Map.entry("notexample", "global"), Map.entry("::1", "six"), Map.entry("0:0:0:0:0:0:0:1", "six"),
                Map.entry("::2", "global"), Map.entry("10.0.0.1", "global"));
        expected.forEach((host, name) -> assertEquals(name, via(proxies, host), host));
        assertEquals("short", via(proxies.withoutHost("*.B.example."), "x.b.example"));
        assertEquals("-", via(UpstreamProxies.NONE.withHost("a.example", through("exact")), "b.example"));
    }

    @Test
    void whatAnOwnEntrySparesGoesDirectly() {
        UpstreamProxies proxies = UpstreamProxies.NONE.withGlobal(Optional.of(through("global", "Spared.Example.", "b\u00FCcher.example", "10.0.0.0/8")))
                .withHost("*.example", through("own", "a.example"));
        assertEquals("-", via(proxies, "a.example"));
        assertEquals("own", via(proxies, "spared.example"), "the global entry has no say");
        UpstreamProxies global = proxies.withoutHost("*.example");
        assertEquals("- - - global", via(global, "spared.example") + " " + via(global, "xn--bcher-kva.example") + " " + via(global, "10.1.2.3") + " "
                + via(global, "a.example"));
    }
}
