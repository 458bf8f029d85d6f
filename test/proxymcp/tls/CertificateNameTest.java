package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CertificateNameTest {
    @Test void dnsNamesAreBroughtToOneForm() {
        assertEquals("www.example.org", dns("WWW.Example.ORG."));
        assertEquals("localhost", dns("localhost:8443"));
        assertEquals("xn--bcher-kva.example", dns("B\u00fccher.example"));
        assertEquals("my_bucket.s3.example", dns("my_bucket.s3.example"));
        assertEquals("x".repeat(63) + ".example", dns("x".repeat(63) + ".example"));
        assertEquals("1.2.3.com", dns("1.2.3.com"));
        assertEquals("deadbeef", dns("deadbeef"));
    }

    @Test void addressesAreAddressesHoweverWritten() {
        assertArrayEquals(bytes("7f000001"), ip("127.0.0.1"));
        assertArrayEquals(bytes("7f000001"), ip("127.0.0.1:9443"));
        assertArrayEquals(bytes("00000000000000000000000000000001"), ip("[::1]:443"));
        assertArrayEquals(bytes("00000000000000000000000000000001"), ip("::1"));
        assertArrayEquals(bytes("fe80000000000000000000000000000a"), ip("[FE80::A%eth0]"));
        assertArrayEquals(bytes("20010db8000100020003000400050006"), ip("2001:db8:1:2:3:4:5:6"));
        assertArrayEquals(bytes("00000000000000000000ffff01020304"), ip("::ffff:1.2.3.4"));
        assertArrayEquals(bytes("20010db8000000000000000000000000"), ip("2001:db8::"));
        assertEquals(CertificateName.parse("[::1]"), CertificateName.parse("0:0:0:0:0:0:0:1"));
    }

    @Test void whatIsNoNameIsRefused() {
        for (String given : List.of("", ".", "a..b", "a b", "*.example", "a/b", "\u0000", "x".repeat(64), "::1::2",
                "1:2:3", "1.2.3", "1.2.3.256", "12345::", "1:2:3:4:5:6:7:8:9", "a,b.example", "g::1", "1.2.3.4.",
                "x.".repeat(127) + "xx")) {
            assertEquals(Optional.empty(), CertificateName.parse(given), given);
        }
    }

    private static String dns(String given) {
        return assertInstanceOf(CertificateName.Dns.class, CertificateName.parse(given).orElseThrow()).text();
    }

    private static byte[] ip(String given) {
        return assertInstanceOf(CertificateName.Ip.class, CertificateName.parse(given).orElseThrow()).address();
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
