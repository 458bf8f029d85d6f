package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.http.FrameOctets;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.proxy.StreamOrigin;

/** The jar is killed in the middle of streams: what had passed and was written is in the session. */
@Timeout(60)
final class StreamProcessTest {
    private static final int FRAMES = 300;

    @TempDir
    Path folder;

    /** A client of the proxy that has sent its request and read the head of the response. */
    private static Socket ask(int proxyPort, String authority, String path, String fields) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxyPort);
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write("GET http://%1$s%2$s HTTP/1.1\r\nHost: %1$s\r\n%3$s\r\n".formatted(authority, path, fields)
                .getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) new DataInputStream(socket.getInputStream()).readUnsignedByte());
        }
        return socket;
    }

    /** Waits until the log of the session has these octets, so many times. */
    private void awaitWritten(String session, String text, int times) throws IOException {
        Path segment = folder.resolve("home").resolve("sessions").resolve(session).resolve("segment-000001.seg");
        int found = 0;
        while (found < times) {
            String log = new String(Files.readAllBytes(segment), StandardCharsets.ISO_8859_1);
            found = 0;
            for (int at = log.indexOf(text); at >= 0; at = log.indexOf(text, at + 1)) {
                found++;
            }
            LockSupport.parkNanos(5_000_000); // Another process writes: there is nothing to wait on.
        }
    }

    private JsonObject call(String tool, String arguments) throws Exception {
        try (JarProcess call = JarProcess.start(folder.resolve("home"), "call", tool, arguments)) {
            JsonObject result = (JsonObject) Json.parse(call.line());
            assertEquals("success", result.string("status").orElseThrow(), () -> Json.text(result));
            return result;
        }
    }

    private static String text(JsonValue object, String name) {
        return ((JsonObject) object).string(name).orElseThrow();
    }

    @Test
    void framesAndEventsBeforeAKillAreInTheSession() throws Exception {
        String session;
        try (StreamOrigin origin = new StreamOrigin(Optional.empty(), "");
                JarProcess jar = JarProcess.start(folder.resolve("home"), "capture", "--port", "0", "--profile", "full")) {
            int port = Integer.parseInt(jar.line().replaceFirst(".*http://127\\.0\\.0\\.1:(\\d+),.*", "$1"));
            session = jar.lineWith("records session").replaceFirst(".* session (\\S+) .*", "$1");
            String authority = "127.0.0.1:" + origin.port();
            try (Socket events = ask(port, authority, "/events", ""); Socket socket = ask(port, authority, "/ws", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")) {
                for (int i = 0; i < FRAMES; i++) {
                    socket.getOutputStream().write(new FrameOctets(true).text("frame %03d".formatted(i)).octets());
                    assertEquals(11, socket.getInputStream().readNBytes(11).length);
                }
                awaitWritten(session, "frame %03d".formatted(FRAMES - 1), 2); // One of each direction.
                assertTrue(events.isConnected());
                awaitWritten(session, "{\"n\":3}", 1);
                Thread more = Thread.ofVirtual().start(() -> sendOn(socket)); // It is killed while frames pass.
                jar.process().destroyForcibly();
                assertTrue(jar.process().waitFor(20, TimeUnit.SECONDS));
                more.join();
            }
        }
        JsonArray streams = call("proxy_list_ws_streams", "{\"session_id\":\"" + session + "\",\"sort\":\"frames\"}").array("items").orElseThrow();
        assertEquals("websocket recording sse recording", text(streams.values().get(0), "kind") + " " + text(streams.values().get(0), "endedBy") + " "
                + text(streams.values().get(1), "kind") + " " + text(streams.values().get(1), "endedBy"));
        assertEquals(3, frames(session, text(streams.values().get(1), "streamId"), "in", "{\"n\":%d}", 1));
        assertTrue(frames(session, text(streams.values().get(0), "streamId"), "out", "frame %03d", 0) >= FRAMES);
        assertTrue(frames(session, text(streams.values().get(0), "streamId"), "in", "frame %03d", 0) >= FRAMES);
    }

    private static void sendOn(Socket socket) {
        try {
            for (int i = FRAMES; ; i++) {
                socket.getOutputStream().write(new FrameOctets(true).text("frame %03d".formatted(i)).octets());
            }
        } catch (IOException e) {
            return; // The proxy was killed, which ends this.
        }
    }

    /** Number of a stream's frames in a direction, each of which has the payload that is due; those of the first page are looked at. */
    private long frames(String session, String stream, String direction, String payload, int from) throws Exception {
        JsonObject result = call("proxy_get_ws_frames", "{\"session_id\":\"" + session + "\",\"stream_id\":\"" + stream + "\",\"direction\":\"" + direction
                + "\",\"decode\":false,\"limit\":400,\"max_chars\":200000}");
        JsonArray items = result.array("items").orElseThrow();
        for (int i = 0; i < items.values().size(); i++) {
            assertEquals(payload.formatted(from + i), text(items.values().get(i), "preview"));
        }
        return ((JsonNumber) result.get("total").orElseThrow()).exactLong().orElseThrow();
    }
}
