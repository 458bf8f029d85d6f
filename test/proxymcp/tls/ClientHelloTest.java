package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The parser and the reader, over messages built here: whole, in pieces, cut at every place, and with bits flipped. */
final class ClientHelloTest {
    private static final HelloBytes BROWSER = new HelloBytes()
            .ciphers(0x1a1a, 0x1301, 0xc02b)
            .extension(0x4a4a, new byte[0])
            .serverName("www.example.org")
            .groups(0x2a2a, 29, 23)
            .pointFormats(0)
            .signatureAlgorithms(0x0403, 0x0804)
            .alpn("h2", "http/1.1")
            .supportedVersions(0x3a3a, 0x0304, 0x0303)
            .extension(0x7a7a, new byte[] {0});

    @Test void everyFieldIsReadInWireOrder() throws MalformedHelloException {
        ClientHello hello = ClientHello.parse(BROWSER.record());
        assertEquals(0x0303, hello.legacyVersion());
        assertEquals(List.of(0x1a1a, 0x1301, 0xc02b), hello.cipherSuites());
        assertEquals(List.of(0x4a4a, 0, 10, 11, 13, 16, 43, 0x7a7a),
                hello.extensions().stream().map(ClientHello.Extension::type).toList());
        assertEquals(Optional.of("www.example.org"), hello.serverName());
        assertEquals(List.of("h2", "http/1.1"), hello.alpn());
        assertEquals(List.of(0x3a3a, 0x0304, 0x0303), hello.supportedVersions());
        assertEquals(List.of(0x2a2a, 29, 23), hello.groups());
        assertEquals(List.of(0), hello.pointFormats());
        assertEquals(List.of(0x0403, 0x0804), hello.signatureAlgorithms());
        assertArrayEquals(BROWSER.record(), hello.records());
        assertArrayEquals(new byte[] {0}, hello.extensions().get(7).data());
    }

    @Test void helloWithoutExtensionsIsWhole() throws MalformedHelloException {
        for (HelloBytes bytes : List.of(new HelloBytes().withoutExtensionBlock(), new HelloBytes())) {
            ClientHello hello = ClientHello.parse(bytes.record());
            assertEquals(List.of(), hello.extensions());
            assertEquals(Optional.empty(), hello.serverName());
            assertEquals(List.of(), hello.alpn());
        }
    }

    @Test void namesThatShouldNotBeThereAreReadAsSent() throws MalformedHelloException {
        assertEquals(Optional.of("127.0.0.1:9443"),
                ClientHello.parse(new HelloBytes().serverName("127.0.0.1:9443").record()).serverName());
        assertEquals(Optional.empty(), ClientHello.parse(new HelloBytes().serverName("").record()).serverName());
        assertEquals(Optional.empty(), ClientHello.parse(new HelloBytes().extension(0, new byte[0]).record()).serverName());
    }

    @Test void everySplitOverRecordsGivesTheSame() throws IOException {
        int length = BROWSER.message().length;
        for (int payload = 1; payload <= length; payload++) {
            byte[] records = BROWSER.records(payload);
            byte[] more = HelloBytes.joined(records, new byte[] {22, 3, 3, 0});
            ClientHello hello = ClientHello.parse(more);
            assertEquals(Optional.of("www.example.org"), hello.serverName());
            assertArrayEquals(records, hello.records(), "records of " + payload);
            ClientHelloReader.Tls read =
                    assertInstanceOf(ClientHelloReader.Tls.class, ClientHelloReader.read(inPieces(more, payload)));
            assertArrayEquals(records, read.hello().records());
            assertArrayEquals(Arrays.copyOf(more, read.bytesRead().length), read.bytesRead());
            assertTrue(read.bytesRead().length >= records.length);
        }
    }

    @Test void everyCutIsMalformedAndKeepsTheBytes() throws IOException {
        for (byte[] whole : List.of(BROWSER.record(), BROWSER.records(40))) {
            for (int cut = 0; cut < whole.length; cut++) {
                byte[] part = Arrays.copyOf(whole, cut);
                assertThrows(MalformedHelloException.class, () -> ClientHello.parse(part));
                ClientHelloReader.Beginning read = ClientHelloReader.read(new ByteArrayInputStream(part));
                assertArrayEquals(part, read.bytesRead(), "cut at " + cut);
                assertEquals(cut == 0 ? ClientHelloReader.NotTls.class : ClientHelloReader.Malformed.class,
                        read.getClass(), "cut at " + cut);
            }
        }
    }

    /** The lengths inside the message are cut short one by one; each is an error and none is anything else. */
    @Test void everyShorterMessageIsMalformed() {
        byte[] message = BROWSER.message();
        for (int length = 0; length < message.length - 4; length++) {
            byte[] shorter = Arrays.copyOf(message, 4 + length);
            shorter[2] = (byte) (length >> 8);
            shorter[3] = (byte) length;
            boolean endsBeforeExtensions = length == 2 + 32 + 1 + 2 + 6 + 2;
            if (!endsBeforeExtensions) {
                assertThrows(MalformedHelloException.class, () -> ClientHello.parse(shorter, shorter), "of " + length);
            }
        }
    }

    /** A list that does not end with a whole item is an error, though the bytes after it could complete the item. */
    @Test void listThatEndsInsideAnItemIsMalformed() {
        byte[] message = BROWSER.message();
        int ciphersLength = 4 + 2 + 32 + 1;
        assertEquals(6, message[ciphersLength + 1]);
        message[ciphersLength + 1] = 5;
        MalformedHelloException thrown =
                assertThrows(MalformedHelloException.class, () -> ClientHello.parse(message, message));
        assertEquals("cipher suite needs 2 bytes, 1 are left", thrown.problem());
        assertEquals(ciphersLength + 2 + 4, thrown.offset());
    }

    @Test void everyFlippedBitIsReadOrMalformed() throws IOException {
        byte[] whole = BROWSER.record();
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertArrayEquals(damaged, ClientHelloReader.read(new ByteArrayInputStream(damaged)).bytesRead());
            try {
                Ja4.of(ClientHello.parse(damaged));
            } catch (MalformedHelloException e) {
                assertTrue(e.offset() >= 0 && !e.problem().isEmpty());
            }
        }
    }

    @Test void otherProtocolsAreToldByTheirFirstBytes() throws IOException {
        for (String text : List.of("G", "S", "\u0000", "\u0080", "\u0016\u0002", "\u0016\u0003\u0005",
                "\u0016\u0003\u0001\u0000\u0010\u0002")) {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            InputStream never = new ThenFails(bytes);
            ClientHelloReader.Beginning read = ClientHelloReader.read(never);
            assertInstanceOf(ClientHelloReader.NotTls.class, read, text);
            assertArrayEquals(bytes, read.bytesRead());
        }
    }

    @Test void endlessHelloStopsAt64KiB() throws IOException {
        byte[] huge = new HelloBytes().extension(21, new byte[65_000]).extension(21, new byte[500]).records(16_000);
        ClientHelloReader.Malformed read = assertInstanceOf(ClientHelloReader.Malformed.class,
                ClientHelloReader.read(new ByteArrayInputStream(HelloBytes.joined(huge, new byte[1 << 20]))));
        assertEquals("longer than 65536 bytes", read.problem());
        byte[] tinyRecords = new HelloBytes().extension(21, new byte[20_000]).records(1);
        read = assertInstanceOf(ClientHelloReader.Malformed.class,
                ClientHelloReader.read(new ByteArrayInputStream(tinyRecords)));
        assertEquals("longer than 65536 bytes", read.problem());
        byte[] claimed = HelloBytes.joined(new byte[] {22, 3, 1, 0, 4, 1, 1, 0, 1});
        assertInstanceOf(ClientHelloReader.Malformed.class, ClientHelloReader.read(new ThenFails(claimed)));
    }

    @Test void foreignRecordInsideTheHelloIsMalformed() throws IOException {
        byte[] first = Arrays.copyOf(BROWSER.records(40), 45);
        byte[] alert = {21, 3, 1, 0, 2, 1, 0};
        ClientHelloReader.Beginning read = ClientHelloReader.read(new ThenFails(HelloBytes.joined(first, alert)));
        assertEquals("a record of type 21 inside the message",
                assertInstanceOf(ClientHelloReader.Malformed.class, read).problem());
        byte[] empty = {22, 3, 1, 0, 0};
        read = ClientHelloReader.read(new ThenFails(HelloBytes.joined(first, empty)));
        assertEquals("a record of 0 bytes", assertInstanceOf(ClientHelloReader.Malformed.class, read).problem());
    }

    private static InputStream inPieces(byte[] bytes, int pieceBytes) {
        return new FilterInputStream(new ByteArrayInputStream(bytes)) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return super.read(target, offset, Math.min(length, pieceBytes));
            }
        };
    }

    /** Gives its bytes one at a time and fails when asked for more: what a silent peer would be. */
    private static final class ThenFails extends InputStream {
        private final byte[] bytes;
        private int position;

        ThenFails(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() throws IOException {
            if (position == bytes.length) {
                throw new IOException("asked for more than was needed");
            }
            return bytes[position++] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            target[offset] = (byte) read();
            return 1;
        }
    }
}
