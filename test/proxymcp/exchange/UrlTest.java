package proxymcp.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;

/** URLs and paths of exchanges, whatever form the request target had. */
class UrlTest {
    record Case(Endpoint endpoint, String method, String target, String path, String url) {}

    static Stream<Case> urls() {
        Endpoint http = new Endpoint("http", "a.b", 80);
        Endpoint other = new Endpoint("http", "a.b", 8080);
        Endpoint https = new Endpoint("https", "::1", 443);
        Endpoint tunnel = new Endpoint("tunnel", "a.b", 443);
        return Stream.of(
                new Case(http, "GET", "/", "/", "http://a.b/"),
                new Case(http, "GET", "/c?d=http://e/f#g", "/c?d=http://e/f#g", "http://a.b/c?d=http://e/f#g"),
                new Case(other, "GET", "/c", "/c", "http://a.b:8080/c"),
                new Case(https, "GET", "/c", "/c", "https://[::1]/c"),
                new Case(new Endpoint("https", "::1", 80), "GET", "/", "/", "https://[::1]:80/"),
                new Case(http, "GET", "//c//", "//c//", "http://a.b//c//"),
                new Case(http, "GET", "http://a.b/c?d", "/c?d", "http://a.b/c?d"),
                new Case(http, "GET", "HTTP://A.B:80/c", "/c", "http://a.b/c"),
                new Case(http, "GET", "http://a.b", "/", "http://a.b/"),
                new Case(http, "GET", "http://a.b?c/d", "/?c/d", "http://a.b/?c/d"),
                new Case(http, "GET", "http://a.b#c", "/#c", "http://a.b/#c"),
                new Case(other, "GET", "http://a.b:8080/c://d", "/c://d", "http://a.b:8080/c://d"),
                new Case(http, "OPTIONS", "*", "*", "http://a.b"),
                new Case(tunnel, "CONNECT", "a.b:443", "a.b:443", "tunnel://a.b:443"));
    }

    @ParameterizedTest
    @MethodSource
    void urls(Case expected) {
        ExchangeStart start = Exchanges.start(expected.endpoint(), RequestHead.of(expected.method(), expected.target(), Fields.EMPTY));
        assertEquals(expected, new Case(expected.endpoint(), expected.method(), expected.target(), start.path(), start.url()));
    }

    @Test
    void anEndpointNamesItsPortUnlessItIsTheDefault() {
        assertEquals(List.of("a", "a:443", "[::1]", "[::1]:80", "a:80"),
                List.of(new Endpoint("http", "a", 80).authority(), new Endpoint("http", "a", 443).authority(),
                        new Endpoint("https", "::1", 443).authority(), new Endpoint("https", "::1", 80).authority(),
                        new Endpoint(Endpoint.TUNNEL, "a", 80).authority()));
        assertEquals("[::1]:443", new Endpoint("https", "::1", 443).hostAndPort());
        assertEquals(List.of(80, 443, 80, 443, -1, -1), Stream.of("http", "https", "ws", "wss", "tunnel", "HTTP")
                .map(Endpoint::defaultPort).toList());
        assertEquals(List.of(false, true, false), Stream.of("http", "https", "tunnel").map(scheme -> new Endpoint(scheme, "a", 1).isTls())
                .toList());
    }

    @Test
    void namesInResultsAreStable() {
        assertEquals(List.of("dns", "connect_refused", "connect_timeout", "connect_failed", "tls", "reset", "closed", "timeout", "protocol",
                "client_aborted", "blocked_by_rule", "loop", "upstream_proxy", "proxy_stopped", "internal"),
                Stream.of(ErrorClass.values()).map(ErrorClass::id).toList());
        assertEquals(List.of("explicit", "transparent", "replay", "har", "rule"), Stream.of(Source.values()).map(Source::id).toList());
    }

    @Test
    void timingsAreShownInMillisecondsAndUnknownStaysUnknown() {
        assertEquals(List.of(1.5, 0.001, 0.0, 0.0, -1.0), Stream.of(1_500_000L, 1_999L, 999L, 0L, Timings.UNKNOWN)
                .map(Timings::millis).toList());
    }
}
