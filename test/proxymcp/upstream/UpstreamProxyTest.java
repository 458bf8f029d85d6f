package proxymcp.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** URLs of proxies and lists of hosts that are spared them. */
final class UpstreamProxyTest {
    @ParameterizedTest
    @CsvSource({
        "http://p, http://p:80", "https://p, https://p:443", "socks4://p, socks4://p:1080", "socks4a://p, socks4a://p:1080",
        "socks5://p, socks5://p:1080", "socks5h://p, socks5h://p:1080", "HTTP://P.Example:3128/, http://p.example:3128",
        "socks5://[2001:DB8::1], socks5://[2001:db8::1]:1080", "http://[::1]:8080/, http://[::1]:8080", "http://192.0.2.1:65535, http://192.0.2.1:65535",
        "http://@p:1, http://p:1", "http://proxy_1.internal, http://proxy_1.internal:80",
    })
    void schemeHostAndPortAreRead(String url, String shown) {
        UpstreamProxy proxy = UpstreamProxy.parse(url);
        assertEquals(shown, proxy.url());
        assertEquals(Optional.empty(), proxy.login());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ' ', quoteCharacter = '"', value = {
        "user:pass user pass", "user user \"\"", "us%40er:p%3Aw us@er p:w", "a:b:c a b:c", "u:p@w u p@w", "u:p/w u p/w", "u:%25%C3%A4%20 u \"%ä \"", ":p \"\" p",
    })
    void loginIsDecoded(String text, String user, String password) {
        UpstreamProxy proxy = UpstreamProxy.parse("http://" + text + "@p:1");
        assertEquals(Optional.of(new UpstreamProxy.Login(user, password)), proxy.login());
        assertEquals("http://p:1", proxy.url());
    }

    @Test void passwordIsNeverShown() {
        UpstreamProxy proxy = UpstreamProxy.parse("socks5://us%40er:s%3Acret@p:1");
        assertEquals("socks5://us%40er:***@p:1", proxy.maskedUrl());
        assertEquals("socks5://us%40er@p:1", proxy.urlWithoutPassword());
        assertEquals(proxy.maskedUrl(), proxy.toString());
        assertEquals("Optional[Login[user=us@er]]", proxy.login().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "garbage", "", "p:8080", "ftp://p", "socks://p", "http://", "http:///", "http://:80", "http://p:", "http://p:0", "http://p:65536", "http://p:x",
        "http://p/path", "http://p?q", "http://p#f", "http://a b", "http://[::1", "http://[zz]", "http://::1", "http://u:%zz@p",
        "http://u:%0d%0aX@p", "http://u%3Ax:p@p", "http://u:%ff@p", "socks4://u:secret@p", "socks5://u@p", "socks5://:secret@p", "pac+http://p/a.pac",
        "pac+file:///a.pac", "http://-p", "http://p..q",
    })
    void whatIsNoProxyIsRefused(String url) {
        String message = assertThrows(IllegalArgumentException.class, () -> UpstreamProxy.parse(url)).getMessage();
        assertTrue(message.startsWith("expected ") || message.startsWith("proxy scripts (pac+"), message);
        assertFalse(message.contains("secret"), message);
    }

    @Test void socks5CarriesLoginsOf255Octets() {
        UpstreamProxy.parse("socks5://" + "u".repeat(255) + ":" + "p".repeat(255) + "@p");
        assertThrows(IllegalArgumentException.class, () -> UpstreamProxy.parse("socks5://" + "%C3%A4".repeat(128) + ":p@p"));
        assertThrows(IllegalArgumentException.class, () -> UpstreamProxy.parse("socks5://u:" + "p".repeat(256) + "@p"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ' ', value = {
        "example.com example.com true", "EXAMPLE.com example.com true", "example.com example.com. true", "example.com. example.com true",
        "example.com a.example.com false", "example.com badexample.com false", ".example.com a.example.com true", ".example.com a.b.example.com. true",
        ".example.com example.com false", "*.example.com a.example.com true", "*.example.com example.com false", "*.example.com badexample.com false",
        "10.0.0.0/8 10.255.0.1 true", "10.0.0.0/8 11.0.0.1 false", "10.0.0.0/8 10.example.com false", "10.1.0.0/15 10.0.9.9 true",
        "192.0.2.7 192.0.2.7 true", "192.0.2.7 192.0.2.70 false", "192.0.2.7/32 192.0.2.7 true", "0.0.0.0/0 203.0.113.9 true", "0.0.0.0/0 ::1 false",
        "0.0.0.0/0 a.example false", "fd00::/8 fdab::1 true", "fd00::/8 fe80::1 false", "[::1] ::1 true", "::1 0:0:0:0:0:0:0:1 true",
        "2001:db8::/33 2001:db8:7fff::1 true", "2001:db8::/33 2001:db8:8000::1 false", "10.0.0.0/8 ::ffff:10.1.2.3 true",
        "<local> intranet true", "<local> localhost true", "<local> 127.9.9.9 true", "<local> ::1 true", "<local> a.localhost true",
        "<local> a.example false", "<LOCAL> 10.0.0.1 false", "* a.example true", "* ::1 true",
    })
    void hostsAreSpared(String entry, String host, boolean spared) {
        assertEquals(spared, NoProxy.parse(List.of(entry)).matches(host));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ".", "*.", "http://a", "a b", "a:80", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "fd00::/129", "a/8", "[::1", "<all>",
        "a..b", "**", "a*b", "10.0.0.0/-1"})
    void whatIsNoEntryIsRefused(String entry) {
        String message = assertThrows(IllegalArgumentException.class, () -> NoProxy.parse(List.of("ok.example", entry))).getMessage();
        assertTrue(message.startsWith("expected a host ") && message.endsWith(", got \"" + entry + "\""), message);
    }

    @Test void ownEntryGoesBeforeTheGlobalOne() {
        UpstreamProxy global = UpstreamProxy.parse("http://g");
        UpstreamProxy own = UpstreamProxy.parse("socks5://o");
        UpstreamProxies proxies = UpstreamProxies.NONE
                .withGlobal(Optional.of(new UpstreamProxies.Entry(global, NoProxy.parse(Arrays.asList("spared.example", "10.0.0.0/8")))))
                .withHost("own.example", new UpstreamProxies.Entry(own, NoProxy.NONE));
        assertEquals(Optional.of(global), proxies.via("a.example"));
        assertEquals(Optional.of(own), proxies.via("own.example"));
        assertEquals(Optional.empty(), proxies.via("spared.example"));
        assertEquals(Optional.empty(), proxies.via("10.1.1.1"));
        assertEquals(Optional.of(global), proxies.withoutHost("own.example").via("own.example"));
        assertEquals(Optional.empty(), proxies.withGlobal(Optional.empty()).via("a.example"));
    }
}
