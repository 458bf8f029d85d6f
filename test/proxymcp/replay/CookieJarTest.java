package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import proxymcp.exchange.Endpoint;
import proxymcp.http.Fields;
import proxymcp.json.JsonObject;

/** Cookies as RFC 6265 wants them kept and sent. A row of what is sent reads {@code name=value; ...}. */
final class CookieJarTest {
    private final SteppedClock clock = new SteppedClock();
    private final CookieJar jar = new CookieJar(clock);

    @Test void cookieWithoutDomainGoesToItsHostAlone() {
        set("https://app.example.com/", "sid=1");
        assertSent("https://app.example.com/x", "sid=1");
        assertSent("https://sub.app.example.com/", "");
        assertSent("https://example.com/", "");
        assertSent("https://app.example.com:8443/", "sid=1"); // Ports do not matter (section 8.5).
    }

    @Test void cookieWithDomainGoesToAllHostsBelow() {
        set("https://app.example.com/", "a=1; Domain=example.com", "b=2; domain=.EXAMPLE.com", "c=3; Domain=app.example.com");
        assertSent("https://example.com/", "a=1; b=2");
        assertSent("https://other.example.com/", "a=1; b=2");
        assertSent("https://x.app.example.com/", "a=1; b=2; c=3");
        assertSent("https://badexample.com/", "");
    }

    @Test void domainOfAnotherHostIsRefused() {
        set("https://app.example.com/", "a=1; Domain=other.example.com", "b=2; Domain=sub.app.example.com", "c=3; Domain=ample.com",
                "d=4; Domain=example.org");
        assertEquals(0, jar.size());
        set("https://app.example.com/", "e=5; Domain=");
        assertSent("https://app.example.com/", "e=5");
        assertSent("https://x.app.example.com/", "");
    }

    @Test void domainThatManyPeopleShareIsRefused() {
        set("https://app.example.com/", "a=1; Domain=com");
        set("https://shop.co.uk/", "b=2; Domain=co.uk");
        set("https://shop.co.uk/", "c=3; Domain=shop.co.uk");
        set("https://app.example.com/", "d=4; Domain=com.");
        assertSent("https://other.com/", "");
        assertSent("https://other.co.uk/", "");
        assertSent("https://www.shop.co.uk/", "c=3");
        assertEquals(1, jar.size());
    }

    @Test void hostOfOneLabelOrAnAddressKeepsItsOwn() {
        set("http://localhost/", "a=1; Domain=localhost", "b=2");
        set("http://127.0.0.1/", "c=3; Domain=127.0.0.1", "d=4; Domain=0.0.1");
        set("http://[::1]:8080/", "e=5; Domain=[::1]", "f=6");
        assertSent("http://localhost/", "a=1; b=2");
        assertSent("http://x.localhost/", "");
        assertSent("http://127.0.0.1:99/", "c=3");
        assertSent("http://1.127.0.0.1/", "");
        assertSent("http://[::1]/", "e=5; f=6");
    }

    /** RFC 6265 section 5.1.4. */
    @Test void pathsMatchWholeSegments() {
        set("https://h.test/a/b/c?x=/y/z", "own=1", "all=2; Path=/", "ab=3; Path=/a/b", "abs=4; Path=/a/b/", "odd=5; Path=relative", "none=6; Path");
        assertSent("https://h.test/a/b", "own=1; ab=3; odd=5; none=6; all=2");
        assertSent("https://h.test/a/b/d", "abs=4; own=1; ab=3; odd=5; none=6; all=2");
        assertSent("https://h.test/a/bc", "all=2");
        assertSent("https://h.test/?/a/b/", "all=2");
        set("https://h.test/top", "top=1");
        assertSent("https://h.test/elsewhere", "all=2; top=1");
    }

    @Test void longerPathsComeFirstThenOlderCookies() {
        set("https://h.test/", "b=1", "a=2", "deep=3; Path=/x/y");
        set("https://h.test/", "b=4");
        assertSent("https://h.test/x/y", "deep=3; b=4; a=2");
    }

    @Test void secureCookiesNeedTls() {
        set("https://h.test/", "s=1; Secure", "p=2");
        assertSent("http://h.test/", "p=2");
        assertSent("https://h.test/", "s=1; p=2");
        set("http://h.test/", "x=3; Secure");
        assertSent("https://h.test/", "s=1; p=2");
    }

    @Test void plainConnectionCannotOverwriteASecureCookie() {
        set("https://h.test/", "s=1; Secure");
        set("http://h.test/", "s=evil", "s=evil; Path=/sub", "s=evil; Domain=h.test");
        assertSent("https://h.test/sub", "s=1");
        set("http://h.test/", "t=fine");
        assertSent("https://h.test/", "s=1; t=fine");
    }

    @Test void maxAgeGoesBeforeExpires() {
        set("https://h.test/", "a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "b=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60",
                "c=3; Max-Age=0", "d=4; Max-Age=-5", "e=5; Max-Age=soon", "f=6; Max-Age=99999999999999999999");
        assertSent("https://h.test/", "a=1; b=2; e=5; f=6");
        clock.advance(Duration.ofMillis(59_999));
        assertSent("https://h.test/", "a=1; b=2; e=5; f=6");
        clock.advance(Duration.ofMillis(1));
        assertSent("https://h.test/", "e=5; f=6");
    }

    /** The clock stands at 2026-03-01T12:00:00.250Z; each date is one second behind that, in a form that servers send. */
    @Test void everyFormOfDateIsUnderstood() {
        String[] dates = {"Sun, 01 Mar 2026 12:00:01 GMT", "Sunday, 01-Mar-26 12:00:01 GMT", "Sun Mar  1 12:00:01 2026", "Sun, 01-Mar-2026 12:00:01 GMT",
            "1 Mar 2026 12:00:01", "2026 Mar 1 12:00:01", "12:00:01 March 01 26 +0900", "Sun, 1-Mar-2026 12:0:1 UTC"};
        for (int i = 0; i < dates.length; i++) {
            set("https://h.test/", "c" + i + "=1; Expires=" + dates[i]);
        }
        assertEquals(dates.length, fitting("https://h.test/").live().size());
        clock.advance(Duration.ofSeconds(1));
        assertSent("https://h.test/", "");
        set("https://h.test/", "odd=1; Expires=Sun, 31 Feb 2026 12:00:00 GMT", "nonsense=2; Expires=tomorrow");
        assertSent("https://h.test/", "odd=1; nonsense=2");
    }

    @Test void cookieThatEndedIsRememberedUntilItIsSetAgain() {
        set("https://h.test/", "a=1", "b=2");
        set("https://h.test/", "a=; Max-Age=0", "never=; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
        assertEquals(List.of("a", "never"), fitting("https://h.test/").ended().stream().sorted().toList());
        set("https://h.test/", "a=3");
        assertSent("https://h.test/", "a=3; b=2");
        assertEquals(List.of("never"), List.copyOf(fitting("https://h.test/").ended()));
    }

    @Test void prefixesArePromises() {
        set("https://h.test/", "__Secure-a=1", "__Secure-b=2; Secure", "__Host-c=3; Secure", "__Host-d=4; Secure; Path=/; Domain=h.test",
                "__Host-e=5; Secure; Path=/", "__host-f=6; Path=/");
        assertSent("https://h.test/", "__Secure-b=2; __Host-e=5");
    }

    @Test void whatIsNoCookieIsPassedOver() {
        set("https://h.test/", "novalue", "=nameless", "", ";", "a=\u0001", "b=" + "x".repeat(4_096), "ok=" + "y".repeat(4_094), "q=\"quoted, kept\"");
        assertSent("https://h.test/", "ok=" + "y".repeat(4_094) + "; q=\"quoted, kept\"");
    }

    @Test void domainHoldsFiftyAndTheLeastUsedGoes() {
        for (int i = 0; i < 50; i++) {
            set("https://h.test/", "c" + i + "=1; Path=/" + i);
        }
        assertSent("https://h.test/0", "c0=1");
        set("https://h.test/", "new=1");
        assertEquals(50, jar.size());
        assertSent("https://h.test/0", "c0=1; new=1");
        assertSent("https://h.test/1", "new=1");
        set("https://h.test/", "c2=; Max-Age=0; Path=/2");
        set("https://h.test/", "newer=1");
        assertSent("https://h.test/3", "c3=1; new=1; newer=1");
    }

    @Test void jarHoldsThreeThousand() {
        for (int host = 0; host < 101; host++) {
            for (int i = 0; i < 30; i++) {
                set("https://h" + host + ".test/", "c" + i + "=1");
            }
        }
        assertEquals(3_000, jar.size());
        assertSent("https://h0.test/", "");
        assertEquals(30, fitting("https://h100.test/").live().size());
    }

    /** Whatever hosts set, no host gets a cookie that another than itself or one below its own domain's owner set. */
    @Test void cookiesNeverReachAForeignHost() {
        Random random = new Random(6265);
        String[] hosts = {"a.example.com", "b.example.com", "example.com", "example.org", "a.b.example.com", "com", "10.0.0.1", "0.0.1"};
        String[] domains = {"", "; Domain=example.com", "; Domain=com", "; Domain=.b.example.com", "; Domain=10.0.0.1", "; Domain=0.0.1",
            "; Domain=a.example.com"};
        for (int i = 0; i < 2_000; i++) {
            String host = hosts[random.nextInt(hosts.length)];
            set("https://" + host + "/", "n" + random.nextInt(20) + "=" + host + domains[random.nextInt(domains.length)]);
        }
        for (String host : hosts) {
            for (CookieJar.Pair pair : fitting("https://" + host + "/").live()) {
                boolean family = host.endsWith("example.com") && pair.value().endsWith("example.com");
                assertTrue(pair.value().equals(host) || family, host + " got a cookie of " + pair.value());
            }
        }
    }

    @Test void jarGoesIntoTheRecordedCookies() {
        Fields recorded = Fields.of(List.of(new Fields.Line("Host", "h.test"), new Fields.Line("COOKIE", "a=old;  sid=old;gone=x; keep=k"),
                new Fields.Line("X", "y")));
        set("https://h.test/", "sid=new", "extra=e", "gone=; Max-Age=0");
        assertEquals("[Line[name=Host, value=h.test], Line[name=COOKIE, value=a=old;  sid=new; keep=k; extra=e], Line[name=X, value=y]]",
                new CookieLines(recorded).merge(fitting("https://h.test/")).fields().toString());
        Fields none = Fields.of(List.of(new Fields.Line("Host", "h.test")));
        assertEquals(List.of("sid=new; extra=e"), new CookieLines(none).merge(fitting("https://h.test/")).fields().all("Cookie"));
        Fields onlyGone = Fields.of(List.of(new Fields.Line("Cookie", "gone=x")));
        assertEquals(Fields.EMPTY, new CookieLines(onlyGone).merge(new CookieJar.Fitting(List.of(), java.util.Set.of("gone"))).fields());
    }

    @Test void cookiesOfOneNameAreTakenInOrder() {
        set("https://h.test/x", "a=deep; Path=/x", "a=top; Path=/");
        CookieJar.Fitting fitting = fitting("https://h.test/x");
        assertEquals("a=deep; a=top", merged("a=1; a=2", fitting));
        assertEquals("a=deep; b=2; a=top", merged("a=1; b=2", fitting));
        assertEquals("a=deep; a=top; b=2", merged("a=1; a=2; b=2; a=3", fitting));
    }

    /** What the jar of a process that died held is journalled, and put into the one that goes on. */
    @Test void aJarThatRecallsWhatAnotherReceivedSendsTheSame() {
        List<JsonObject> journal = new ArrayList<>();
        String[][] received = {{"https://app.example.com/a/b", "one=1", "two=2; Domain=example.com; Path=/", "three=3; Secure; Max-Age=60"},
            {"http://[::1]:8080/", "four=\u00e4 \"4\"; Path=/x"}, {"https://app.example.com/a/b", "one=new", "two=2; Domain=example.com; Path=/; Max-Age=0"},
            {"https://app.example.com/a/b", "one=new"}, {"https://app.example.com/", "bad=1; Domain=other.example.org"}};
        for (String[] row : received) {
            List<Fields.Line> lines = new ArrayList<>();
            for (int i = 1; i < row.length; i++) {
                lines.add(new Fields.Line("Set-Cookie", row[i]));
            }
            journal.addAll(jar.receive(endpoint(row[0]), target(row[0]), Fields.of(lines)));
        }
        assertEquals(6, journal.size(), "neither what changes nothing nor what is refused");
        CookieJar next = new CookieJar(clock);
        journal.forEach(next::recall);
        assertEquals(jar.size(), next.size());
        for (int seconds : new int[] {0, 61}) {
            clock.advance(Duration.ofSeconds(seconds));
            for (String url : List.of("https://app.example.com/a/c", "http://app.example.com/a/c", "https://example.com/", "https://x.example.com/a/",
                    "http://[::1]/x/y", "http://[::1]/")) {
                assertEquals(fitting(url), next.fitting(endpoint(url), target(url)), url);
            }
        }
        assertSent("https://app.example.com/a/c", "one=new");
        assertSent("http://[::1]/x/y", "four=\u00e4 \"4\"");
    }

    private static String merged(String recorded, CookieJar.Fitting fitting) {
        return new CookieLines(Fields.of(List.of(new Fields.Line("Cookie", recorded)))).merge(fitting).fields().first("Cookie").orElse("");
    }

    private void set(String url, String... cookies) {
        List<Fields.Line> lines = new ArrayList<>();
        for (String cookie : cookies) {
            lines.add(new Fields.Line("Set-Cookie", cookie.replace("\u0001", "\u0002")));
        }
        jar.receive(endpoint(url), target(url), Fields.of(lines));
    }

    private CookieJar.Fitting fitting(String url) {
        return jar.fitting(endpoint(url), target(url));
    }

    private String sent(String url) {
        List<String> pairs = new ArrayList<>();
        fitting(url).live().forEach(pair -> pairs.add(pair.name() + "=" + pair.value()));
        return String.join("; ", pairs);
    }

    private void assertSent(String url, String expected) {
        assertEquals(expected, sent(url), url);
    }

    private static Endpoint endpoint(String url) {
        return RedirectTarget.of(new Endpoint("http", "unused", 80), "/", url).orElseThrow().endpoint();
    }

    private static String target(String url) {
        return RedirectTarget.of(new Endpoint("http", "unused", 80), "/", url).orElseThrow().target();
    }
}
