package proxymcp.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.http.Deadlines;
import proxymcp.http.HeadLimits;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.tls.OriginTls;
import proxymcp.tls.OriginTlsSettings;
import proxymcp.tls.UpstreamTrust;

/** What SOCKS servers are told and how each of their answers is taken. Octets are those of RFC 1928, RFC 1929 and the SOCKS 4 notes. */
@Timeout(30)
final class SocksHandshakeTest {
    private static final Endpoint NAME = new Endpoint("http", "a.example", 80);
    private static final Endpoint V4 = new Endpoint("tunnel", "192.0.2.7", 8_081);
    private static final Endpoint V6 = new Endpoint("tunnel", "2001:db8::9", 443);
    private static final String GRANTED = "05 00 00 01 00 00 00 00 00 00";
    /** Requests for the addresses of {@link #dialThreeAddresses}, behind the greeting. */
    private static final String FIRST = "01 c0 00 02 01 00 50";
    private static final String SECOND = "04 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02 00 50";
    private static final String THIRD = "01 c0 00 02 03 00 50";
    /** Octets of a request for {@link #NAME}. */
    private static final int NAME_REQUEST = 4 + 1 + 9 + 2;

    private static Step[] afterGreeting(int request, Step... steps) {
        List<Step> all = new ArrayList<>(List.of(new Step.ReadBytes(3), ScriptedProxy.hex("05 00"), new Step.ReadBytes(request)));
        all.addAll(List.of(steps));
        return all.toArray(new Step[0]);
    }

    @Test void nameGoesToTheProxyUnresolved() throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("socks5h", afterGreeting(NAME_REQUEST, ScriptedProxy.hex(GRANTED), new Step.ReadToEnd()))) {
            proxy.dial(NAME, "").close();
            assertEquals("05 01 00 05 01 00 03 09 " + ScriptedProxy.hexOf("a.example") + " 00 50", proxy.received(0));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socks5", "socks5h"})
    void addressesGoAsAddresses(String scheme) throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.inOrder(scheme, index -> List.of(
                afterGreeting(index == 0 ? 10 : 22, ScriptedProxy.hex(GRANTED), new Step.ReadToEnd())))) {
            proxy.dial(V4, "").close();
            proxy.dial(V6, "").close();
            assertEquals("05 01 00 05 01 00 01 c0 00 02 07 1f 91", proxy.received(0));
            assertEquals("05 01 00 05 01 00 04 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 09 01 bb", proxy.received(1));
        }
    }

    /** Whatever the bound address is, the octets behind it are the origin's, also when they come in the same segment or one by one. */
    @ParameterizedTest
    @ValueSource(strings = {"05 00 00 01 7f 00 00 01 1f 90", "05 00 00 04 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 1f 90",
        "05 00 00 03 04 68 6f 73 74 1f 90", "05 00 00 03 00 1f 90"})
    void serverBytesBehindTheReplyAreKept(String reply) throws Exception {
        String both = reply + " " + ScriptedProxy.hexOf("220 hello");
        try (ScriptedProxy proxy = ScriptedProxy.inOrder("socks5h", index -> List.of(
                afterGreeting(NAME_REQUEST, index == 0 ? ScriptedProxy.hex(both) : ScriptedProxy.slowly(both), new Step.ReadToEnd())))) {
            for (int i = 0; i < 2; i++) {
                try (UpstreamConnection made = proxy.dial(NAME, "")) {
                    assertEquals("220 hello", ScriptedProxy.read(made, 9));
                }
            }
        }
    }

    @Test void loginIsOfferedAndGivenWhenItIsWanted() throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("socks5h", new Step.ReadBytes(4), ScriptedProxy.slowly("05 02"), new Step.ReadBytes(3 + 4 + 5),
                ScriptedProxy.slowly("01 00"), new Step.ReadBytes(NAME_REQUEST), ScriptedProxy.slowly(GRANTED), new Step.ReadToEnd())) {
            proxy.dial(NAME, "us%40r:p%3A%25%C3%A4@").close();
            assertEquals("05 02 00 02 01 04 75 73 40 72 05 70 3a 25 c3 a4 05 01 00 03 09 " + ScriptedProxy.hexOf("a.example") + " 00 50",
                    proxy.received(0));
        }
    }

    @Test void loginIsNotGivenUnasked() throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("socks5h", new Step.ReadBytes(4), ScriptedProxy.hex("05 00"), new Step.ReadBytes(NAME_REQUEST),
                ScriptedProxy.hex(GRANTED), new Step.ReadToEnd())) {
            proxy.dial(NAME, "user:secret@").close();
            assertEquals("05 02 00 02 05 01 00 03 09 " + ScriptedProxy.hexOf("a.example") + " 00 50", proxy.received(0));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "u:p@ | 01 01 | did not accept the user and password (status 1)",
        "u:p@ | 01 ff | did not accept the user and password (status 255)",
        "u:p@ | 05 00 | \"\"",
        "u:p@ | 01 | broke off: it closed the connection instead of answering user and password",
        "u:p@ | \"\" | broke off: it closed the connection instead of answering user and password",
    })
    void answersToTheLogin(String login, String answer, String failure) throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("socks5h", new Step.ReadBytes(4), ScriptedProxy.hex("05 02"), new Step.ReadBytes(5),
                ScriptedProxy.hex(answer), failure.isEmpty() ? new Step.ReadBytes(NAME_REQUEST) : new Step.Close(), ScriptedProxy.hex(GRANTED),
                new Step.ReadToEnd())) {
            if (failure.isEmpty()) { // The version of the answer is not looked at.
                proxy.dial(NAME, login).close();
            } else {
                assertRefused(proxy, proxy.failure(NAME, login), failure);
            }
        }
    }

    private static void assertRefused(ScriptedProxy proxy, UpstreamException e, String said) {
        assertEquals(proxy.name() + " " + said, e.getMessage());
        assertEquals(ErrorClass.UPSTREAM_PROXY, e.errorClass());
        assertEquals(502, e.suggestedStatus());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "\"\" | 05 ff | wants a user and password (SOCKS 5 method 255): put them in the proxy URL",
        "u:p@ | 05 ff | accepts neither user and password nor none (SOCKS 5 method 255)",
        "\"\" | 05 02 | chose SOCKS 5 method 2, which was not offered",
        "u:p@ | 05 01 | chose SOCKS 5 method 1, which was not offered",
        "\"\" | 04 00 | answered with what is not SOCKS 5 (first octet 4)",
        "\"\" | 48 54 54 50 | answered with what is not SOCKS 5 (first octet 72)",
        "\"\" | 05 | broke off: it closed the connection instead of answering the greeting",
        "\"\" | \"\" | broke off: it closed the connection instead of answering the greeting",
    })
    void answersToTheGreeting(String login, String answer, String failure) throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("socks5h", new Step.ReadBytes(login.isEmpty() ? 3 : 4), ScriptedProxy.hex(answer))) {
            assertRefused(proxy, proxy.failure(NAME, login), failure);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "01 | general failure", "02 | not allowed by its rules", "07 | command not supported", "08 | address type not supported",
        "09 | not a reply that SOCKS 5 knows", "ff | not a reply that SOCKS 5 knows",
    })
    void refusalsOfTheProxyAreItsOwn(String reply, String meaning) throws Exception {
        // Nothing follows the reply: some servers close there.
        try (ScriptedProxy proxy = ScriptedProxy.each("socks5h", afterGreeting(NAME_REQUEST, ScriptedProxy.slowly("05 " + reply)))) {
            int code = Integer.parseInt(reply, 16);
            assertRefused(proxy, proxy.failure(NAME, ""), "refused a.example:80: SOCKS 5 reply " + code + ", " + meaning);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "03 | CONNECT_FAILED | 502 | cannot be reached | network unreachable",
        "04 | CONNECT_FAILED | 502 | cannot be reached | host unreachable",
        "05 | CONNECT_REFUSED | 502 | refused the connection | connection refused",
        "06 | CONNECT_TIMEOUT | 504 | did not answer | TTL expired",
    })
    void failuresOfTheTargetAreToldApart(String reply, ErrorClass errorClass, int status, String what, String meaning) throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("socks5h",
                afterGreeting(NAME_REQUEST, ScriptedProxy.hex("05 " + reply + " 00 01 00 00 00 00 00 00")))) {
            UpstreamException e = proxy.failure(NAME, "");
            assertEquals("a.example:80 " + what + " through " + proxy.name() + ": SOCKS 5 reply " + Integer.parseInt(reply, 16) + ", " + meaning,
                    e.getMessage());
            assertEquals(errorClass, e.errorClass());
            assertEquals(status, e.suggestedStatus());
        }
    }

    @Test void everyCutOfTheReplyIsSeen() throws Exception {
        String reply = "05 00 00 03 04 68 6f 73 74 1f 90";
        int octets = (reply.length() + 1) / 3;
        try (ScriptedProxy proxy = ScriptedProxy.inOrder("socks5h", index -> List.of(
                afterGreeting(NAME_REQUEST, ScriptedProxy.hex(reply.substring(0, Math.max(0, index * 3 - 1))))))) {
            for (int cut = 0; cut < octets; cut++) {
                assertRefused(proxy, proxy.failure(NAME, ""),
                        "broke off: it closed the connection instead of answering the request for a.example:80");
            }
        }
    }

    @Test void unknownAddressTypeAndVersionAreRefused() throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.inOrder("socks5h", index -> List.of(
                afterGreeting(NAME_REQUEST, ScriptedProxy.hex(index == 0 ? "05 00 00 02 00" : "04 00 00 01 00"), new Step.ReadToEnd())))) {
            assertRefused(proxy, proxy.failure(NAME, ""), "answered with address type 2, which SOCKS 5 does not have");
            assertRefused(proxy, proxy.failure(NAME, ""), "answered with what is not SOCKS 5 (first octet 4)");
        }
    }

    @Test void silenceIsNamedWithItsLimit() throws Exception {
        UpstreamLimits limits = new UpstreamLimits(300, 2_000, 2_000, 60_000, 8, HeadLimits.DEFAULT);
        // One octet and silence: the limit is for the whole handshake.
        try (ScriptedProxy proxy = ScriptedProxy.with("socks5h", limits, Optional.empty(),
                index -> List.of(new Step.ReadBytes(3), ScriptedProxy.hex("05"), new Step.Stall()))) {
            UpstreamException e = proxy.failure(NAME, "");
            assertEquals(proxy.name() + " did not answer for a.example:80 within 300 ms", e.getMessage());
            assertEquals(ErrorClass.UPSTREAM_PROXY, e.errorClass());
            assertEquals(504, e.suggestedStatus());
        }
    }

    @Test void resetIsTheProxys() throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("socks5h", new Step.ReadBytes(3), new Step.Reset())) {
            UpstreamException e = proxy.failure(NAME, "");
            assertTrue(e.getMessage().startsWith(proxy.name() + " broke off: "), e.getMessage());
            assertEquals(ErrorClass.UPSTREAM_PROXY, e.errorClass());
        }
    }

    @Test void nameOf255OctetsIsCarriedAndOneMoreIsNot() throws Exception {
        String longest = "a".repeat(63) + ("." + "b".repeat(63)).repeat(3);
        assertEquals(255, longest.length());
        try (ScriptedProxy proxy = ScriptedProxy.each("socks5h", afterGreeting(4 + 1 + 255 + 2, ScriptedProxy.hex(GRANTED), new Step.ReadToEnd()))) {
            proxy.dial(new Endpoint("http", longest, 65_535), "").close();
            assertEquals("05 01 00 05 01 00 03 ff " + ScriptedProxy.hexOf(longest) + " ff ff", proxy.received(0));
            assertRefused(proxy, proxy.failure(new Endpoint("http", longest + "c", 80), ""),
                    "cannot be asked for a name of 256 octets; SOCKS 5 carries 255");
        }
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /**
     * The failure of dialling a name with the addresses 192.0.2.1, 2001:db8::2 and 192.0.2.3; empty if the proxy granted one.
     *
     * @param replies what the proxy answers, one connection each
     */
    private static Optional<UpstreamException> dialThreeAddresses(String scheme, List<String> replies, List<String> asked) throws Exception {
        InetAddress[] addresses = {InetAddress.getByName("192.0.2.1"), InetAddress.getByName("2001:db8::2"), InetAddress.getByName("192.0.2.3")};
        Deadlines deadlines = new Deadlines(System::nanoTime);
        OriginTls tls = new OriginTls(new UpstreamTrust.AcceptAny(), List.of(), new OriginTlsSettings());
        Optional<UpstreamException> failure = Optional.empty();
        try (ScriptedProxy proxy = ScriptedProxy.inOrder(scheme, index -> List.of(new Step.ReadBytes(3), ScriptedProxy.hex("05 00"),
                new Step.ReadBytes(index == 1 ? 22 : 10), ScriptedProxy.hex(replies.get(index)), new Step.ReadToEnd()));
                Resolver resolver = new Resolver(System::nanoTime,
                        host -> host.equals("three.example") ? addresses : InetAddress.getAllByName(host));
                Dialler dialler = new Dialler(tls, ScriptedProxy.LIMITS, resolver, new OwnPorts(), deadlines, System::nanoTime)) {
            try {
                dialler.dial(new Way(new Endpoint("http", "three.example", 80), Optional.of(proxy.proxy(""))), false, new Dialling()).close();
            } catch (UpstreamException e) {
                failure = Optional.of(e);
            }
            for (int i = 0; i < proxy.connections(); i++) {
                asked.add(proxy.received(i).substring("05 01 00 05 01 00 ".length()));
            }
        }
        assertEquals(0, deadlines.watchedCount(), "a connection was left open");
        deadlines.close();
        return failure;
    }

    @Test void theNextAddressIsTriedWhenOneCannotBeReached() throws Exception {
        List<String> asked = new ArrayList<>();
        assertEquals(Optional.empty(), dialThreeAddresses("socks5", List.of("05 04", "05 08", GRANTED), asked));
        assertEquals(List.of(FIRST, SECOND, THIRD), asked);
    }

    @Test void theLastFailureIsTold() throws Exception {
        List<String> asked = new ArrayList<>();
        UpstreamException e = dialThreeAddresses("socks5", List.of("05 05", "05 03", "05 05"), asked).orElseThrow();
        assertEquals(ErrorClass.CONNECT_REFUSED, e.errorClass());
        assertEquals(List.of(FIRST, SECOND, THIRD), asked);
    }

    @Test void aRefusalByRuleIsFinal() throws Exception {
        List<String> asked = new ArrayList<>();
        UpstreamException e = dialThreeAddresses("socks5", List.of("05 02"), asked).orElseThrow();
        assertEquals(ErrorClass.UPSTREAM_PROXY, e.errorClass());
        assertEquals(List.of(FIRST), asked);
    }

    @Test void socks4SendsAddressPortAndUser() throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("socks4",
                ScriptedProxy.readThen(8 + 3, ScriptedProxy.slowly("00 5a 00 00 00 00 00 00 " + ScriptedProxy.hexOf("hi")), new Step.ReadToEnd()))) {
            try (UpstreamConnection made = proxy.dial(V4, "us@")) {
                assertEquals("hi", ScriptedProxy.read(made, 2));
            }
            assertEquals("04 01 1f 91 c0 00 02 07 75 73 00", proxy.received(0));
        }
    }

    @Test void socks4aSendsTheNameBehindAnImpossibleAddress() throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.inOrder("socks4a", index -> List.of(
                ScriptedProxy.readThen(index == 0 ? 8 + 1 + 10 : 9, ScriptedProxy.hex("00 5a 00 00 00 00 00 00"), new Step.ReadToEnd())))) {
            proxy.dial(NAME, "").close();
            proxy.dial(V4, "").close();
            assertEquals("04 01 00 50 00 00 00 01 00 " + ScriptedProxy.hexOf("a.example") + " 00", proxy.received(0));
            assertEquals("04 01 1f 91 c0 00 02 07 00", proxy.received(1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socks4", "socks4a"})
    void socks4HasNoIpv6(String scheme) throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each(scheme)) {
            assertRefused(proxy, proxy.failure(V6, ""), "cannot be asked for [2001:db8::9]:443: SOCKS 4 has no IPv6, and there is no IPv4 address; "
                    + "use socks5");
            assertEquals(0, proxy.connections());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "00 5b | refused a.example:80: SOCKS 4 reply 91, request rejected or failed, which SOCKS 4 does not tell apart: the proxy forbids it, or "
            + "the target cannot be reached",
        "00 5c 00 00 00 00 00 00 | refused a.example:80: SOCKS 4 reply 92, no identd answers on this machine",
        "00 5d | refused a.example:80: SOCKS 4 reply 93, identd names another user",
        "00 00 | refused a.example:80: SOCKS 4 reply 0, not a reply that SOCKS 4 knows",
        "05 | answered with what is not SOCKS 4 (first octet 5)",
        "48 54 54 | answered with what is not SOCKS 4 (first octet 72)",
        "00 | broke off: it closed the connection instead of answering the request for a.example:80",
        "00 5a 00 00 00 00 00 | broke off: it closed the connection instead of answering the request for a.example:80",
        "\"\" | broke off: it closed the connection instead of answering the request for a.example:80",
    })
    void socks4Answers(String answer, String failure) throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("socks4a", ScriptedProxy.readThen(19, ScriptedProxy.slowly(answer)))) {
            assertRefused(proxy, proxy.failure(NAME, ""), failure);
        }
    }

    @Test void whereNobodyListensAndLoopsAreNamed() throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("socks5h")) {
            proxy.ownPorts.add(8_081);
            UpstreamException own = proxy.failure(new Endpoint("http", "127.0.0.1", 8_081), "");
            assertEquals(ErrorClass.LOOP, own.errorClass());
            assertEquals("127.0.0.1:8081 is a port of this proxy itself; requests to it are refused", own.getMessage());
            assertEquals(ErrorClass.LOOP, proxy.failure(new Endpoint("http", "localhost", 8_081), "").errorClass());
            proxy.ownPorts.add(proxy.port());
            UpstreamException loop = proxy.failure(NAME, "");
            assertEquals(ErrorClass.LOOP, loop.errorClass());
            assertEquals(508, loop.suggestedStatus());
            assertEquals(proxy.name() + " is a port of this proxy itself; requests would go round for ever", loop.getMessage());
            assertEquals(0, proxy.connections());
            proxy.ownPorts.remove(proxy.port());
            int closed = closedPort();
            UpstreamProxy dead = UpstreamProxy.parse("socks5h://127.0.0.1:" + closed);
            UpstreamException e = assertThrows(UpstreamException.class,
                    () -> proxy.client.dial(new Way(NAME, Optional.of(dead)), false, new Dialling()));
            assertEquals("upstream proxy socks5h://127.0.0.1:" + closed + " cannot be used: 127.0.0.1:" + closed
                    + " (127.0.0.1) refused the connection: nothing listens there", e.getMessage());
            assertEquals(ErrorClass.UPSTREAM_PROXY, e.errorClass());
        }
    }
}
