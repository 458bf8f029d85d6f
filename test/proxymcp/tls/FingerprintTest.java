package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** JA3, JA3N, JA3S and JA4 over messages built here; the expected texts are written by the definitions, by hand. */
final class FingerprintTest {
    private static final int[] CHROME_CIPHERS = {0x8a8a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9,
            0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035};

    /** The example in the published description of JA4, as a message: its four forms are printed there. */
    private static HelloBytes example() {
        return new HelloBytes().ciphers(CHROME_CIPHERS)
                .extension(0x1a1a, new byte[0])
                .extension(0x001b, new byte[] {2, 0, 2})
                .serverName("example.org")
                .extension(0x0033, new byte[2])
                .alpn("h2", "http/1.1")
                .extension(0x4469, new byte[5])
                .extension(0x0017, new byte[0])
                .extension(0x002d, new byte[] {1, 1})
                .signatureAlgorithms(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601)
                .extension(0x0005, new byte[] {1, 0, 0, 0, 0})
                .extension(0x0023, new byte[0])
                .extension(0x0012, new byte[0])
                .supportedVersions(0x6a6a, 0x0304, 0x0303)
                .extension(0xff01, new byte[] {0})
                .pointFormats(0)
                .groups(0x3a3a, 29, 23, 24)
                .extension(0x0015, new byte[10])
                .extension(0xeaea, new byte[] {0});
    }

    @Test void publishedExampleOfJa4() throws MalformedHelloException {
        String sortedCiphers = "002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9";
        String algorithms = "0403,0804,0401,0503,0805,0501,0806,0601";
        assertEquals(new Ja4(
                "t13d1516h2_8daaf6152771_e5627efa2ab1",
                "t13d1516h2_" + sortedCiphers
                        + "_0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01_" + algorithms,
                "t13d1516h2_acb858a92679_18f69afefd3d",
                "t13d1516h2_1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035"
                        + "_001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015_" + algorithms),
                ja4(example()));
    }

    @Test void ja3NamesTheFiveListsInDecimal() throws MalformedHelloException {
        ClientHello hello = ClientHello.parse(example().record());
        String ciphers = "771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,";
        assertEquals(ciphers + "27-0-51-16-17513-23-45-13-5-35-18-43-65281-11-10-21,29-23-24,0", Ja3.of(hello).text());
        assertEquals(ciphers + "0-5-10-11-13-16-18-21-23-27-35-43-45-51-17513-65281,29-23-24,0",
                Ja3.normalized(hello).text());
    }

    /** Empty lists leave their commas (the JA3 description's second example). */
    @Test void ja3OfAHelloWithoutExtensions() throws MalformedHelloException {
        ClientHello hello = ClientHello.parse(
                new HelloBytes().version(0x0301).ciphers(4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99).withoutExtensionBlock()
                        .record());
        assertEquals(new Ja3("769,4-5-10-9-100-98-3-6-19-18-99,,,"), Ja3.of(hello));
        assertEquals("de350869b8c85de67a350c8d186f11e6", Ja3.of(hello).md5());
    }

    @Test void ja4OfAHelloWithoutExtensions() throws MalformedHelloException {
        Ja4 found = ja4(new HelloBytes().version(0x0302).ciphers(0x002f).withoutExtensionBlock());
        assertEquals("t11i010000_", found.hashed().substring(0, 11));
        assertEquals("_000000000000", found.hashed().substring(23));
        assertEquals("t11i010000_002f_", found.raw());
    }

    @Test void ja4WithoutCiphersHasZeros() throws MalformedHelloException {
        assertEquals("t12i000000_000000000000_000000000000", ja4(new HelloBytes().ciphers(0x0a0a)).hashed());
    }

    /** SNI and ALPN are counted, and left out of the sorted list; the list in wire order keeps them. */
    @Test void ja4WithNameAndProtocolAlone() throws MalformedHelloException {
        Ja4 found = ja4(new HelloBytes().serverName("a.example").alpn("http/1.1"));
        assertEquals("t12d0102h1_1301_", found.raw());
        assertEquals("000000000000", found.hashed().substring(24));
        assertEquals("t12d0102h1_1301_0000,0010", found.originalRaw());
    }

    @Test void ja4ProtocolIsFirstAndLastCharacterOrHexDigits() throws MalformedHelloException {
        assertEquals(
                List.of("h1", "h2", "hq", "xx", "00", "00", "ab", "ad", "3b", "3d", "01", "2d"),
                List.of(protocol("http/1.1", "h2"), protocol("h2"), protocol("h3-q"), protocol("x"), protocol(),
                        protocol("", "h2"), protocol("\u00ab"), protocol("\u00ab\u00cd"), protocol("0\u00ab"),
                        protocol("01\u00ab\u00cd"), protocol("0\u00ab\u00cd1"), protocol(" -")));
    }

    @Test void ja4CountsStopAt99() throws MalformedHelloException {
        HelloBytes many = new HelloBytes().ciphers(IntStream.range(0, 130).toArray());
        for (int i = 0; i < 120; i++) {
            many.extension(2000 + i, new byte[0]);
        }
        assertEquals("t12i999900", ja4(many).hashed().substring(0, 10));
    }

    @Test void ja4VersionIsTheHighestOffered() throws MalformedHelloException {
        assertEquals("13", version(new HelloBytes().supportedVersions(0x0303, 0x5a5a, 0x0304, 0x0302)));
        assertEquals("11", version(new HelloBytes().supportedVersions(0x0302, 0x0301)));
        assertEquals("00", version(new HelloBytes().supportedVersions(0x1a1a)));
        assertEquals("12", version(new HelloBytes()));
        assertEquals("10", version(new HelloBytes().version(0x0301)));
        assertEquals("s3", version(new HelloBytes().version(0x0300)));
        assertEquals("00", version(new HelloBytes().version(0x0309)));
    }

    /** Chromium 152 puts GREASE among its signature algorithms. */
    @Test void ja4IgnoresGreaseAmongSignatureAlgorithms() throws MalformedHelloException {
        Ja4 with = ja4(new HelloBytes().signatureAlgorithms(0xbaba, 0x0403, 0x0804));
        assertEquals(ja4(new HelloBytes().signatureAlgorithms(0x0403, 0x0804)), with);
        assertEquals("t12i010100_1301_000d_0403,0804", with.raw());
    }

    @Test void ja3sNamesVersionCipherAndExtensions() throws MalformedHelloException {
        byte[] body = HelloBytes.joined(HelloBytes.number(0x0303, 2), new byte[32], new byte[] {0},
                HelloBytes.number(0x1301, 2), new byte[] {0},
                HexFormat.of().parseHex("000a" + "002b00020304" + "00330000"));
        byte[] message = HelloBytes.joined(new byte[] {2}, HelloBytes.number(body.length, 3), body);
        assertEquals(new ServerHello(0x0303, 0x1301, List.of(43, 51), false), ServerHello.parse(message));
        assertEquals(new Ja3("771,4865,43-51"), Ja3.ofServer(ServerHello.parse(message)));
    }

    private static Ja4 ja4(HelloBytes bytes) throws MalformedHelloException {
        return Ja4.of(ClientHello.parse(bytes.record()));
    }

    private static String protocol(String... alpn) throws MalformedHelloException {
        return ja4(new HelloBytes().alpn(alpn)).hashed().substring(8, 10);
    }

    private static String version(HelloBytes bytes) throws MalformedHelloException {
        return ja4(bytes).hashed().substring(1, 3);
    }
}
