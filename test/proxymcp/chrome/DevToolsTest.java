package proxymcp.chrome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;

/** The clients of DevTools against servers that are none, or half of one. Chromium itself is in {@link BrowserTest}. */
@Timeout(60)
final class DevToolsTest {
    private static final String VERSION = "{\"Browser\":\"Probe/1\",\"webSocketDebuggerUrl\":\"ws://localhost/devtools/browser/1\"}";

    /** Plays one connection. */
    private interface Play {
        void play(String head, InputStream in, OutputStream out) throws Exception;
    }

    /** A server on a port of its own. */
    private static final class Peer implements AutoCloseable {
        final ServerSocket server;
        volatile Throwable failure;

        Peer(String address, Play play) throws IOException {
            this(address, 0, play);
        }

        Peer(String address, int port, Play play) throws IOException {
            server = new ServerSocket(port, 10, InetAddress.getByName(address));
            Thread.ofVirtual().start(() -> {
                while (!server.isClosed()) {
                    try (Socket socket = server.accept()) {
                        play.play(head(socket.getInputStream()), socket.getInputStream(), socket.getOutputStream());
                    } catch (IOException e) {
                        continue; // The client left, or the test has ended.
                    } catch (Throwable e) {
                        failure = e;
                    }
                }
            });
        }

        int port() {
            return server.getLocalPort();
        }

        private static String head(InputStream in) throws IOException {
            StringBuilder head = new StringBuilder();
            for (int c = in.read(); c >= 0 && head.indexOf("\r\n\r\n") < 0; c = head.indexOf("\r\n\r\n") < 0 ? in.read() : -1) {
                head.append((char) c);
            }
            return head.toString();
        }

        @Override
        public void close() throws IOException {
            server.close();
            if (failure != null) {
                throw new AssertionError(failure);
            }
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Play answering(String body) {
        return (head, in, out) -> write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private static String codeOf(int port, long limitMillis) {
        return assertThrows(TargetException.class, () -> DevTools.find(port, limitMillis)).code();
    }

    @Test void noneSilentAndUnexpectedAreThreeErrors() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            closed = socket.getLocalPort();
        }
        TargetException none = assertThrows(TargetException.class, () -> DevTools.find(closed, 5_000));
        assertEquals("devtools_none", none.code());
        assertTrue(none.getMessage().contains("127.0.0.1:" + closed) && none.getMessage().contains("[::1]:" + closed), none.getMessage());
        try (Peer silent = new Peer("127.0.0.1", (head, in, out) -> in.read())) {
            assertEquals("devtools_silent", codeOf(silent.port(), 300));
        }
        for (String version : List.of("{}", "{\"Browser\":\"Probe/1\"}", "{\"webSocketDebuggerUrl\":\"ws://localhost/x\"}",
                "{\"Browser\":1,\"webSocketDebuggerUrl\":\"ws://localhost/x\"}", "{\"Browser\":\"Probe/1\",\"webSocketDebuggerUrl\":null}",
                "{\"Browser\":\"Probe/1\",\"webSocketDebuggerUrl\":\"garbage\"}", "{\"Browser\":\"Probe/1\",\"webSocketDebuggerUrl\":\"ws:x\"}",
                "{\"Browser\":\"Probe/1\",\"webSocketDebuggerUrl\":\"http://localhost/x\"}", "{\"Browser\":\"\",\"webSocketDebuggerUrl\":\"ws://localhost/x\"}")) {
            try (Peer other = new Peer("127.0.0.1", answering(version))) {
                assertEquals("devtools_unexpected", codeOf(other.port(), 10_000), version);
            }
        }
        for (String answer : List.of("", "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n<p>", "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{}", "SSH-2.0-x\r\n\r\n")) {
            try (Peer other = new Peer("127.0.0.1", (head, in, out) -> write(out, answer))) {
                assertEquals("devtools_unexpected", codeOf(other.port(), 10_000), answer);
            }
        }
    }

    @Test void aPeerThatDripsIsAsSilentAsOneThatSaysNothing() throws Exception {
        try (Peer dripping = new Peer("127.0.0.1", (head, in, out) -> {
            for (int i = 0; i < 10_000; i++) {
                write(out, i == 0 ? "HTTP/1.1 200 OK\r\nX: " : "y");
                Thread.sleep(5); // Not to wait for anything: it is the drip.
            }
        })) {
            assertEquals("devtools_silent", codeOf(dripping.port(), 400));
        }
    }

    @Test void anAddressThatIsSlowHasAllTheTimeAndNeitherWaitsForTheOther() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"));
                Peer six = new Peer("::1", silent.getLocalPort(), answering(VERSION))) {
            // A wait for the first address would last longer than this test may.
            assertEquals("http://[::1]:" + six.port(), DevTools.find(six.port(), 600_000).httpUrl());
        }
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
            TargetException all = assertThrows(TargetException.class, () -> DevTools.find(silent.getLocalPort(), 300));
            assertTrue(all.getMessage().contains("127.0.0.1") && all.getMessage().contains("within 300 ms"), all.getMessage());
        }
    }

    @Test void pagesThatLookWhetherTrafficIsCapturedAreNotListed() throws Exception {
        String list = "[{\"url\":\"http://0a.proxy-mcp.invalid/\"},{\"url\":\"about:blank#proxy-mcp-probe\"},{\"url\":\"\"},{\"url\":\"about:blank\"},"
                + "{\"url\":\"http://a.example/?http://0a.proxy-mcp.invalid/x\"}]";
        try (Peer peer = new Peer("127.0.0.1", answering(list))) {
            assertEquals("[{\"url\":\"about:blank\"},{\"url\":\"http://a.example/?http://0a.proxy-mcp.invalid/x\"}]",
                    Json.text(new DevTools(InetAddress.getByName("127.0.0.1"), peer.port()).targets(10_000)));
        }
    }

    @Test void bothLoopbackAddressesAreProbed() throws Exception {
        try (Peer four = new Peer("127.0.0.1", answering(VERSION))) {
            DevTools tools = DevTools.find(four.port(), 10_000);
            assertEquals("http://127.0.0.1:" + four.port() + "/json/version", tools.versionUrl());
            assertEquals("Probe/1", tools.version(10_000).string("Browser").orElseThrow());
        }
        try (Peer six = new Peer("::1", (head, in, out) -> {
            assertTrue(head.startsWith("GET /json/version HTTP/1.1\r\nHost: [::1]:"), head);
            answering(VERSION).play(head, in, out);
        })) {
            DevTools tools = DevTools.find(six.port(), 10_000);
            assertEquals("http://[::1]:" + six.port() + "/json/list", tools.targetsUrl());
            assertEquals("Probe/1", tools.version(10_000).string("Browser").orElseThrow());
        }
    }

    @Test void socketsSpeakWebSocketWithMaskedFramesOfEveryLength() throws Exception {
        String path = "/devtools/browser/1";
        for (int length : new int[] {10, 125, 126, 65_535, 65_536, 200_000}) {
            String text = "x".repeat(length);
            try (Peer peer = new Peer("127.0.0.1", (head, in, out) -> {
                assertTrue(head.startsWith("GET " + path + " HTTP/1.1\r\n") && !head.contains("Origin"), head);
                accept(head, out);
                String asked = frame(in);
                out.write(new byte[] {(byte) 0x89, 1, 'p'}); // A ping, which is answered before anything else is read.
                assertEquals("p", frame(in));
                assertEquals("{\"id\":1,\"method\":\"A.b\",\"params\":{\"t\":\"" + text + "\"}}", asked);
                reply(out, 0x01, "{\"method\":\"E.first\",\"par");
                reply(out, 0x80, "ams\":{\"n\":1}}");
                reply(out, 0x81, "{\"id\":1,\"result\":{\"t\":\"" + text + "\"}}");
                reply(out, 0x81, "{\"method\":\"E.second\"}");
                in.read();
            }); DevToolsSocket socket = DevToolsSocket.open(URI.create("ws://127.0.0.1:" + peer.port() + path), 10_000)) {
                assertEquals(text, socket.call("A.b", JsonObject.builder().put("t", text).build(), 10_000).string("t").orElseThrow());
                assertEquals("{\"method\":\"E.first\",\"params\":{\"n\":1}}", socket.event("E.first", 10_000).toString());
                assertEquals("E.second", socket.event("E.second", 10_000).string("method").orElseThrow());
            }
        }
    }

    @Test void socketsThatCannotBeHadOrBreakSayWhy() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            closed = socket.getLocalPort();
        }
        assertOpenFails("devtools_none", "ws://127.0.0.1:" + closed + "/x");
        for (String bad : List.of("ws://localhost:1/x", "wss://127.0.0.1:1/x", "ws://127.0.0.1/x", "http://127.0.0.1:1/")) {
            assertOpenFails("bad_argument", bad);
        }
        try (Peer refusing = new Peer("127.0.0.1", (head, in, out) -> write(out, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"))) {
            assertOpenFails("devtools_unexpected", "ws://127.0.0.1:" + refusing.port() + "/x");
        }
        try (Peer lying = new Peer("127.0.0.1", (head, in, out) ->
                write(out, "HTTP/1.1 101 Fine\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n"))) {
            assertOpenFails("devtools_unexpected", "ws://127.0.0.1:" + lying.port() + "/x");
        }
        List<byte[]> replies = List.of(new byte[] {(byte) 0x81, 2, 'n', 'o'}, new byte[] {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, '{', '}'},
                new byte[] {(byte) 0x80, 0}, new byte[] {(byte) 0x81, 127, 127, 0, 0, 0, 0, 0, 0, 0}, new byte[] {(byte) 0x88, 0}, new byte[0]);
        for (byte[] reply : replies) {
            try (Peer broken = new Peer("127.0.0.1", (head, in, out) -> {
                accept(head, out);
                out.write(reply);
            }); DevToolsSocket socket = DevToolsSocket.open(URI.create("ws://127.0.0.1:" + broken.port() + "/x"), 10_000)) {
                TargetException failed = assertThrows(TargetException.class, () -> socket.call("A.b", JsonObject.EMPTY, 10_000));
                assertEquals("devtools_unexpected", failed.code());
            }
        }
        try (Peer silent = new Peer("127.0.0.1", (head, in, out) -> {
            accept(head, out);
            frame(in);
            reply(out, 0x81, "{\"id\":1,\"error\":{\"code\":-32601,\"message\":\"'A.b' wasn't found\"}}");
            in.read();
            in.read();
        }); DevToolsSocket socket = DevToolsSocket.open(URI.create("ws://127.0.0.1:" + silent.port() + "/x"), 10_000)) {
            TargetException refused = assertThrows(TargetException.class, () -> socket.call("A.b", JsonObject.EMPTY, 10_000));
            assertEquals("devtools_refused", refused.code());
            assertTrue(refused.getMessage().contains("'A.b' wasn't found"), refused.getMessage());
            assertEquals("devtools_silent", assertThrows(TargetException.class, () -> socket.event("E", 200)).code());
        }
    }

    private static void assertOpenFails(String code, String url) {
        assertEquals(code, assertThrows(TargetException.class, () -> DevToolsSocket.open(URI.create(url), 10_000)).code(), url);
    }

    private static void accept(String head, OutputStream out) throws Exception {
        String key = head.replaceFirst("(?s).*Sec-WebSocket-Key: (\\S+).*", "$1");
        String accept = Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1")
                .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII)));
        write(out, "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + "\r\n\r\n");
    }

    /** The payload of the client's next frame, which must be masked and whole. */
    private static String frame(InputStream in) throws IOException {
        assertEquals(0x80, in.read() & 0xf0, "FIN, and no extension");
        int second = in.read();
        assertEquals(0x80, second & 0x80, "clients mask");
        int length = second & 0x7f;
        if (length > 125) {
            byte[] more = in.readNBytes(length == 126 ? 2 : 8);
            length = 0;
            for (byte octet : more) {
                length = length << 8 | octet & 0xff;
            }
        }
        byte[] mask = in.readNBytes(4);
        byte[] payload = in.readNBytes(length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i % 4];
        }
        return new String(payload, StandardCharsets.UTF_8);
    }

    private static void reply(OutputStream out, int first, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write(first);
        if (bytes.length < 126) {
            out.write(bytes.length);
        } else if (bytes.length < 1 << 16) {
            out.write(new byte[] {126, (byte) (bytes.length >> 8), (byte) bytes.length});
        } else {
            out.write(new byte[] {127, 0, 0, 0, 0, (byte) (bytes.length >> 24), (byte) (bytes.length >> 16), (byte) (bytes.length >> 8),
                    (byte) bytes.length});
        }
        out.write(bytes);
    }
}
