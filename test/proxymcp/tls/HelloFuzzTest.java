package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.Mutations;

/** Whatever a peer sends in place of a hello, it is read, or told to be none; the same in any pieces, and no octet of it is lost. */
@Timeout(600)
final class HelloFuzzTest {
    private static final byte[] CLIENT = new HelloBytes().ciphers(0x1301, 0x0a0a, 0xc02f).serverName("a.example").alpn("h2", "http/1.1")
            .supportedVersions(0x0304, 0x0303).groups(29, 23).pointFormats(0).extension(0x2a2a, new byte[] {0}).record();
    private static final byte[] SERVER = HexFormat.of().parseHex("02000030" + "0303" + "00".repeat(32) + "00" + "1301" + "00" + "0008" + "002b00020304" + "0000");
    /** Lengths at their ends, types, and records within. */
    private static final String[] PIECES = {"\0", "\u00ff", "\u00ff\u00ff", "\0\0", "\1\0\0", "\26\3\1", "\26\3\3\0\1\1", "\24\3\3\0\1\1", "\25\3\3\0\2\2\50", "\0\20",
        "\0\53", "\n\n", "GET / HTTP/1.1\r\n\r\n"};

    @Test
    void clientHellosAreReadOrNone() {
        Mutations.of(List.of(CLIENT, new HelloBytes().withoutExtensionBlock().record(), inTwoRecords()), PIECES).run((octets, random) -> {
            String atOnce = seen(octets, Integer.MAX_VALUE);
            assertEquals(atOnce, seen(octets, 1), "octet by octet");
            assertEquals(atOnce, seen(octets, 1 + random.nextInt(60)), "in pieces");
        });
    }

    private static byte[] inTwoRecords() {
        byte[] message = new HelloBytes().serverName("b.example").message();
        byte[] first = Arrays.copyOf(message, 20);
        byte[] second = Arrays.copyOfRange(message, 20, message.length);
        return HelloBytes.joined(new byte[] {22, 3, 1}, HelloBytes.number(first.length, 2), first, new byte[] {22, 3, 1}, HelloBytes.number(second.length, 2), second);
    }

    private static String seen(byte[] octets, int piece) throws IOException {
        InputStream in = new ByteArrayInputStream(octets) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(length, piece));
            }

            @Override
            public int read(byte[] target) {
                return read(target, 0, target.length);
            }
        };
        return switch (ClientHelloReader.read(in)) {
            case ClientHelloReader.Tls(ClientHello hello, byte[] read) -> {
                assertKept(octets, read, in);
                yield hello.serverName() + " " + hello.alpn() + hello.records().length + Ja3.of(hello) + Ja3.normalized(hello) + Ja4.of(hello);
            }
            case ClientHelloReader.NotTls(byte[] read) -> {
                assertKept(octets, read, in);
                yield "not TLS";
            }
            case ClientHelloReader.Malformed(String problem, byte[] read) -> {
                assertKept(octets, read, in);
                yield problem;
            }
        };
    }

    /** What was read and what was not are the stream. */
    private static void assertKept(byte[] octets, byte[] read, InputStream rest) throws IOException {
        assertArrayEquals(octets, HelloBytes.joined(read, rest.readAllBytes()));
    }

    @Test
    void serverHellosAreReadOrNone() {
        Mutations.of(List.of(SERVER), PIECES).run((octets, random) -> {
            try {
                Ja3.ofServer(ServerHello.parse(octets));
            } catch (MalformedHelloException e) {
                assertEquals(false, e.getMessage().isBlank());
            }
        });
    }

    @Test
    void pemFilesAreReadOrEmpty() {
        String pem = "text before\n-----BEGIN CERTIFICATE-----\nMIIB+TCCAWICCQ==\n-----END CERTIFICATE-----\nMore\n";
        Mutations.ofTexts(List.of(pem, pem + pem), "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", "-----", "=", "\n", "\r", "\u00e4", "-").run((octets, random) -> {
            try {
                Pem.decodeAll("CERTIFICATE", new String(octets, StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                assertEquals(false, e.getMessage().isBlank());
            }
        });
    }
}
