package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A browser by hand: goes through a proxy, keeps cookies, says where it comes from. It counts its requests as the session that is recorded does, and
 * notes which value of which request came from which answer.
 */
final class FlowClient {
    /**
     * An answer.
     *
     * @param seq number of the exchange, from 1
     */
    record Answer(int seq, int status, List<String> fields, String body) {
        String location() {
            for (String field : fields) {
                if (field.startsWith("Location: ")) {
                    return field.substring(10);
                }
            }
            throw new AssertionError("no Location in " + fields);
        }
    }

    private final int proxyPort;
    private final Map<String, Map<String, String>> cookies = new LinkedHashMap<>();
    private final Set<String> edges = new LinkedHashSet<>();
    private final List<Integer> statuses = new ArrayList<>();
    private String before = "";

    FlowClient(int proxyPort) {
        this.proxyPort = proxyPort;
    }

    Answer get(String url, String... fields) throws IOException {
        return send("GET", url, "", "", fields);
    }

    Answer json(String url, String body, String... fields) throws IOException {
        return send("POST", url, "application/json", body, fields);
    }

    Answer form(String url, String body, String... fields) throws IOException {
        return send("POST", url, "application/x-www-form-urlencoded", body, fields);
    }

    private Answer send(String method, String url, String type, String body, String... fields) throws IOException {
        try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), proxyPort)) {
            socket.setSoTimeout(30_000);
            byte[] octets = body.getBytes(StandardCharsets.UTF_8);
            StringBuilder head = head(method, url, fields);
            if (!type.isEmpty()) {
                head.append("Content-Type: ").append(type).append("\r\nContent-Length: ").append(octets.length).append("\r\n");
            }
            socket.getOutputStream().write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(octets);
            return answer(url, new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private StringBuilder head(String method, String url, String... fields) {
        URI uri = URI.create(url);
        StringBuilder head = new StringBuilder(method + " " + url + " HTTP/1.1\r\nHost: " + uri.getRawAuthority()
                + "\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept-Language: en\r\n");
        if (!before.isEmpty()) {
            head.append("Referer: ").append(before).append("\r\n");
        }
        Map<String, String> kept = cookies.getOrDefault(uri.getHost(), Map.of());
        if (!kept.isEmpty()) {
            List<String> pairs = new ArrayList<>();
            kept.forEach((name, value) -> pairs.add(name + "=" + value));
            head.append("Cookie: ").append(String.join("; ", pairs)).append("\r\n");
        }
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        before = url;
        return head;
    }

    private Answer answer(String url, String text) {
        int end = text.indexOf("\r\n\r\n");
        assertTrue(end > 0, url + " was answered by: " + text);
        List<String> lines = List.of(text.substring(0, end).split("\r\n"));
        int status = Integer.parseInt(lines.get(0).split(" ")[1]);
        for (String line : lines) {
            if (line.startsWith("Set-Cookie: ")) {
                String pair = line.substring(12).split(";")[0];
                cookies.computeIfAbsent(URI.create(url).getHost(), added -> new LinkedHashMap<>())
                        .put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
            }
        }
        statuses.add(status);
        return new Answer(statuses.size(), status, lines.subList(1, lines.size()), text.substring(end + 4));
    }

    /** Opens a WebSocket, hears its first word, and closes it. */
    Answer webSocket(String url, String... fields) throws IOException {
        String key = "dGhlIHNhbXBsZSBub25jZQ==";
        try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), proxyPort)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write((head("GET", url, fields) + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                    + key + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            StringBuilder text = new StringBuilder();
            while (text.indexOf("\r\n\r\n") < 0) {
                int octet = in.read();
                assertTrue(octet >= 0, "the connection ended behind " + text);
                text.append((char) octet);
            }
            assertTrue(text.indexOf(FlowServer.accept(key)) > 0, text.toString());
            assertEquals("hello", new String(in.readNBytes(7), 2, 5, StandardCharsets.US_ASCII));
            socket.getOutputStream().write(new byte[] {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 0x03, (byte) 0xE8});
            in.readAllBytes();
            return answer(url, text.toString());
        }
    }

    /** Notes that the request {@code to} sends at {@code location} what the answer to {@code from} held. */
    void edge(Answer from, Answer to, String location) {
        edges.add(from.seq() + " " + to.seq() + " " + location);
    }

    /** What was noted: {@code from to location}. */
    Set<String> edges() {
        return edges;
    }

    /** Status of each answer, in order. */
    List<Integer> statuses() {
        return statuses;
    }
}
