package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Hellos as current browsers send them: GREASE in every list, an ECH extension, a key share after quantum computers, a ticket, padding up to
 * 16 KiB, in several records and TCP segments.
 */
@Timeout(60)
final class BrowserHelloTest {
    private static final int PRE_SHARED_KEY = 41;
    private static final int EARLY_DATA = 42;
    private static final int[] CIPHERS = {0xcaca, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c,
            0x009d, 0x002f, 0x0035};
    /** What Chromium sends but for names, which is what part c of JA4 is made of. */
    private static final String EXTENSIONS = "0005,000a,000b,000d,0012,0017,001b,0023,%s002b,002d,0033,4469,fe0d,ff01";
    private static final String ALGORITHMS = "0403,0804,0401,0503,0805,0501,0806,0601";

    private static HelloBytes chromium() {
        byte[] grease = HelloBytes.joined(HelloBytes.number(0xdada, 2), HelloBytes.number(1, 2), new byte[1]);
        byte[] postQuantum = HelloBytes.joined(HelloBytes.number(0x11ec, 2), HelloBytes.number(1_216, 2), new byte[1_216]);
        byte[] classic = HelloBytes.joined(HelloBytes.number(29, 2), HelloBytes.number(32, 2), new byte[32]);
        byte[] shares = HelloBytes.joined(grease, postQuantum, classic);
        return new HelloBytes().ciphers(CIPHERS).extension(0x2a2a, new byte[0])
                .extension(0xfe0d, new byte[282]).alpn("h2", "http/1.1").extension(0x0033, HelloBytes.joined(HelloBytes.number(shares.length, 2), shares))
                .extension(0x0012, new byte[0]).extension(0x4469, new byte[5]).serverName("a.example").supportedVersions(0x1a1a, 0x0304, 0x0303)
                .extension(0xff01, new byte[1]).signatureAlgorithms(0xbaba, 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601)
                .pointFormats(0).extension(0x0017, new byte[0]).extension(0x001b, new byte[3]).extension(0x0023, new byte[0])
                .extension(0x0005, new byte[5]).groups(0xdada, 0x11ec, 29, 23, 24).extension(0x002d, new byte[2]).extension(0x8a8a, new byte[1]);
    }

    /** Both hashed forms stand in public lists of fingerprints, for Chromium with and without a ticket. */
    @Test void chromiumHasTheFingerprintThatOthersGiveIt() throws Exception {
        Ja4 fresh = Ja4.of(ClientHello.parse(chromium().record()));
        assertEquals("t13d1516h2_8daaf6152771_02713d6af862", fresh.hashed());
        assertEquals(EXTENSIONS.formatted("") + "_" + ALGORITHMS, afterCiphers(fresh.raw()));
        Ja4 resumed = Ja4.of(ClientHello.parse(chromium().extension(PRE_SHARED_KEY, new byte[300]).record()));
        assertEquals("t13d1517h2_8daaf6152771_b0da82dd1658", resumed.hashed());
    }

    /** Ticket and early data count as any other extension, in JA3 too. */
    @Test void ticketAndEarlyDataCount() throws Exception {
        ClientHello hello = ClientHello.parse(chromium().extension(EARLY_DATA, new byte[0]).extension(PRE_SHARED_KEY, new byte[300]).record());
        String text = EXTENSIONS.formatted("0029,002a,") + "_" + ALGORITHMS;
        String part = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII))).substring(0, 12);
        assertEquals("t13d1518h2_8daaf6152771_" + part, Ja4.of(hello).hashed());
        assertEquals("771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,"
                + "65037-16-51-18-17513-0-43-65281-13-11-23-27-35-5-10-45-42-41,4588-29-23-24,0", Ja3.of(hello).text());
        assertEquals(List.of(0xdada, 0x11ec, 29), hello.keyShareGroups());
        assertEquals(List.of("secp256r1", "secp384r1"), List.of(EarlyData.groupsToAskFor(hello)));
    }

    /** Wherever the segments and records are cut, and with 16 KiB of padding, fingerprints and kept octets are the same. */
    @Test void segmentsAndRecordsMakeNoDifference() throws Exception {
        HelloBytes padded = chromium().extension(21, new byte[14_000]);
        for (HelloBytes hello : List.of(chromium(), padded)) {
            String expected = Ja4.of(ClientHello.parse(hello.record())).hashed();
            for (int payload : new int[] {1 << 14, 1_400, 517}) {
                byte[] sent = hello.records(payload);
                for (int cut : new int[] {1, 5, 6, 600, 1_460, sent.length - 1}) {
                    ClientHello read = overTcp(sent, cut);
                    assertEquals(expected, Ja4.of(read).hashed());
                    assertArrayEquals(sent, read.records());
                }
            }
        }
        assertNotEquals(Ja4.of(ClientHello.parse(chromium().record())), Ja4.of(ClientHello.parse(padded.record())), "padding is an extension");
    }

    /** In two writes, which go out as segments of their own. */
    private static ClientHello overTcp(byte[] sent, int cut) throws Exception {
        try (Loopback<ClientHello> server = new Loopback<>(socket -> assertInstanceOf(ClientHelloReader.Tls.class,
                ClientHelloReader.read(socket.getInputStream())).hello()); Socket socket = server.connect()) {
            socket.setTcpNoDelay(true);
            socket.getOutputStream().write(Arrays.copyOf(sent, cut));
            socket.getOutputStream().flush();
            socket.getOutputStream().write(sent, cut, sent.length - cut);
            socket.getOutputStream().flush();
            return server.outcome();
        }
    }

    private static String afterCiphers(String raw) {
        return raw.substring(raw.indexOf('_', raw.indexOf('_') + 1) + 1);
    }
}
