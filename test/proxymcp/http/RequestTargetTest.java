package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import proxymcp.http.RequestTarget.Absolute;
import proxymcp.http.RequestTarget.Asterisk;
import proxymcp.http.RequestTarget.AuthorityForm;
import proxymcp.http.RequestTarget.Origin;

/** The four forms of a target (RFC 9112 section 3.2) and authorities in them (RFC 3986 section 3.2). */
class RequestTargetTest {
    /** {@code outcome} is a target, or the message of a 400. */
    record Case(String method, String target, Object outcome) {
        @Override
        public String toString() {
            return method + " " + target;
        }
    }

    /** {@code outcome} is empty where the text is no authority. */
    record Named(String text, Optional<Authority> outcome) {
        @Override
        public String toString() {
            return text;
        }
    }

    static Stream<Case> targets() {
        String noHost = "authority of the request target is not host or host:port";
        String noForm = "request target is no path, no absolute URI and not *";
        String userInformation = "request target holds user information (user@host)";
        return Stream.of(
                get("/", new Origin("/")),
                get("/a?b=http://c/", new Origin("/a?b=http://c/")),
                get("//a.b/c", new Origin("//a.b/c")),
                get("/a#b", "request target holds a fragment (#)"),
                get("http://a#b", "request target holds a fragment (#)"),
                new Case("OPTIONS", "*", new Asterisk()),
                get("*", "target * is for OPTIONS alone"),
                get("http://a.b/c?d#e", "request target holds a fragment (#)"),
                get("HTTP://A.b:8080/C", new Absolute("http", host("a.b", 8080), "/C")),
                get("https://a", new Absolute("https", host("a"), "/")),
                get("https://a:/", new Absolute("https", host("a"), "/")),
                get("http://a?q", new Absolute("http", host("a"), "/?q")),
                get("http://a:80?q/", new Absolute("http", host("a", 80), "/?q/")),
                get("http://[::1]:8080/", new Absolute("http", host("::1", 8080), "/")),
                get("http://[2001:DB8::a]", new Absolute("http", host("2001:db8::a"), "/")),
                get("http://[fe80::1%25eth0]/", new Absolute("http", host("fe80::1%25eth0"), "/")),
                get("ftp://a/b", new Absolute("ftp", host("a"), "/b")),
                get("a+b-c.1://a/", new Absolute("a+b-c.1", host("a"), "/")),
                get("http://a/b://c", new Absolute("http", host("a"), "/b://c")),
                new Case("OPTIONS", "http://a", new Absolute("http", host("a"), "/")),
                get("http://", noHost),
                get("http:///a", noHost),
                get("http://:80/", noHost),
                get("http://?q", noHost),
                get("http://a:0/", noHost),
                get("http://a:65536/", noHost),
                get("http://a:+80/", noHost),
                get("http://a:8|0/", noHost),
                get("http://a:80:80/", noHost),
                get("http://::1/", noHost),
                get("http://a\u00e9/", noHost),
                get("http://a\\b/", noHost),
                get("http://[::1/", noHost),
                get("http://[::1]a/", noHost),
                get("http://user@a/", userInformation),
                get("http://user:secret@a:80/", userInformation),
                get("http://a@b@c/", userInformation),
                get("http://a/@b", new Absolute("http", host("a"), "/@b")),
                get("a", noForm),
                get("a.b:80", noForm),
                get("mailto:a@b", noForm),
                get("://a/", noForm),
                get("1http://a/", noForm),
                get("a/b://c/", noForm),
                get("?a", noForm));
    }

    static Stream<Case> connectTargets() {
        return Stream.of(
                new Case("CONNECT", "a.B:443", new AuthorityForm(host("a.b", 443))),
                new Case("CONNECT", "127.0.0.1:9443", new AuthorityForm(host("127.0.0.1", 9443))),
                new Case("CONNECT", "[::1]:443", new AuthorityForm(host("::1", 443))),
                new Case("CONNECT", "a:443/", "target of CONNECT is not host:port"),
                new Case("CONNECT", "/", "target of CONNECT is not host:port"),
                new Case("CONNECT", "*", "target of CONNECT has no port"),
                new Case("CONNECT", "http://a:443", "target of CONNECT is not host:port"),
                new Case("CONNECT", "user@a:443", "target of CONNECT is not host:port"),
                new Case("CONNECT", ":443", "target of CONNECT is not host:port"),
                new Case("CONNECT", "a:99999", "target of CONNECT is not host:port"),
                new Case("CONNECT", "::1:443", "target of CONNECT is not host:port"),
                new Case("CONNECT", "a", "target of CONNECT has no port"),
                new Case("CONNECT", "a:", "target of CONNECT has no port"));
    }

    static Stream<Named> authorities() {
        return Stream.of(
                named("a", host("a")),
                named("A.Example", host("a.example")),
                named("a:1", host("a", 1)),
                named("a:00080", host("a", 80)),
                named("a:65535", host("a", 65535)),
                named("a:", host("a")),
                named("xn--bcher-kva.example", host("xn--bcher-kva.example")),
                named("under_score.a", host("under_score.a")),
                named("a%20b", host("a%20b")),
                named("10.0.0.1:80", host("10.0.0.1", 80)),
                named("[::]", host("::")),
                named("[::1]:", host("::1")),
                named("[::FFFF:10.0.0.1]:80", host("::ffff:10.0.0.1", 80)),
                named("[fe80::1%25en0]:80", host("fe80::1%25en0", 80)),
                named("[fe80::1%en0]", host("fe80::1%en0")),
                none(""), none(":"), none(":80"), none("a:0"), none("a:65536"), none("a:000080"), none("a:-1"), none("a:8a"), none("a: 80"),
                none("a b"), none("a,b "), none("a@b"), none("a/b"), none("a?b"), none("a#b"), none("a\\b"), none("\u00e9"), none("a\0"),
                none("a:80:90"), none("::1"), none("[]"), none("[a]"), none("[1]"), none("[:1]"), none("[::1"), none("[::1]80"),
                none("[::1]x:80"), none("[::1]:x"), none("[::g]"), none("[[::1]]"), none("[::1%]"), none("[::1%25/]"), none("[v1.a:b]"),
                none("a".repeat(256)));
    }

    private static Case get(String target, Object outcome) {
        return new Case("GET", target, outcome);
    }

    private static Named named(String text, Authority authority) {
        return new Named(text, Optional.of(authority));
    }

    private static Named none(String text) {
        return new Named(text, Optional.empty());
    }

    private static Authority host(String host) {
        return new Authority(host, OptionalInt.empty());
    }

    private static Authority host(String host, int port) {
        return new Authority(host, OptionalInt.of(port));
    }

    @ParameterizedTest
    @MethodSource
    void targets(Case tried) {
        assertEquals(tried.outcome(), outcome(RequestHead.of(tried.method(), tried.target(), Fields.EMPTY)));
    }

    @ParameterizedTest
    @MethodSource
    void authorities(Named tried) {
        assertEquals(tried.outcome(), Authority.parse(tried.text()));
    }

    @Test
    void anAuthorityIsWrittenAsInAUrl() {
        assertEquals("a", host("a").toString());
        assertEquals("a:80", host("a", 80).toString());
        assertEquals("[::1]", host("::1").toString());
        assertEquals("[::1]:443", host("::1", 443).toString());
        assertEquals("[::1]", host("::1", 443).uriHost());
        assertEquals("10.0.0.1", Authority.uriHost("10.0.0.1"));
    }

    private static Object outcome(RequestHead head) {
        try {
            return RequestTarget.parse(head);
        } catch (ProtocolException e) {
            assertEquals(400, e.suggestedStatus());
            assertEquals(ProtocolException.Side.CLIENT, e.side());
            return e.getMessage();
        }
    }
}
