package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A server's first bytes, read in pieces of every size: nothing is lost, and the ServerHello is found. */
final class ServerHelloTapTest {
    private static final byte[] RETRY_RANDOM =
            HexFormat.of().parseHex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");
    private static final byte[] CHANGE_CIPHER_SPEC = {20, 3, 3, 0, 1, 1};
    private static final byte[] HELLO = serverHello(new byte[32], "00000000");
    private static final byte[] APPLICATION_DATA = {23, 3, 3, 0, 3, 1, 2, 3};

    @Test void serverHelloIsFound() throws Exception {
        assertSeen(Optional.of(List.of(0)), HelloBytes.joined(HELLO, APPLICATION_DATA));
    }

    @Test void serverHelloAfterARetryCounts() throws Exception {
        byte[] retry = serverHello(RETRY_RANDOM, "002b00020304");
        assertSeen(Optional.of(List.of(0)), HelloBytes.joined(retry, CHANGE_CIPHER_SPEC, HELLO, APPLICATION_DATA));
        assertSeen(Optional.of(List.of(0)), HelloBytes.joined(retry, HELLO, APPLICATION_DATA));
        assertSeen(Optional.empty(), HelloBytes.joined(retry, CHANGE_CIPHER_SPEC, APPLICATION_DATA));
    }

    @Test void whatIsNoServerHelloPassesUnseen() throws Exception {
        assertSeen(Optional.empty(), new byte[] {21, 3, 3, 0, 2, 2, 40});
        assertSeen(Optional.empty(), "HTTP/1.1 400 Bad Request\r\n".getBytes(StandardCharsets.US_ASCII));
        byte[] cut = HELLO.clone();
        cut[4] -= 1;
        cut[8] -= 1;
        assertSeen(Optional.empty(), HelloBytes.joined(cut, APPLICATION_DATA));
        assertSeen(Optional.empty(), new byte[0]);
    }

    private static void assertSeen(Optional<List<Integer>> extensions, byte[] stream) throws Exception {
        for (int piece = 1; piece <= stream.length + 1; piece++) {
            try (Loopback<Boolean> server = new Loopback<>(socket -> {
                socket.getOutputStream().write(stream);
                return true;
            }); Socket socket = server.connect()) {
                ServerHelloTap tap = new ServerHelloTap(socket);
                assertArrayEquals(stream, readInPieces(tap.getInputStream(), piece));
                assertEquals(extensions, tap.serverHello().map(ServerHello::extensionTypes), "pieces of " + piece);
            }
        }
    }

    private static byte[] readInPieces(InputStream in, int pieceBytes) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] piece = new byte[pieceBytes];
        for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
            all.write(piece, 0, count);
        }
        return all.toByteArray();
    }

    /** A record with one ServerHello; {@code extensions} in hex, each with its type and length. */
    private static byte[] serverHello(byte[] random, String extensions) {
        byte[] block = HexFormat.of().parseHex(extensions);
        byte[] body = HelloBytes.joined(HelloBytes.number(0x0303, 2), random, new byte[] {0}, HelloBytes.number(0x1301, 2),
                new byte[] {0}, HelloBytes.number(block.length, 2), block);
        byte[] message = HelloBytes.joined(new byte[] {2}, HelloBytes.number(body.length, 3), body);
        return HelloBytes.joined(new byte[] {22, 3, 3}, HelloBytes.number(message.length, 2), message);
    }
}
