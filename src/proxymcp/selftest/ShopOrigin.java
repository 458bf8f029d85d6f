package proxymcp.selftest;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLSocket;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.http.WebSocketHandshake;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.tls.CertificateAuthority;
import proxymcp.tls.ClientHelloReader;
import proxymcp.tls.LeafCertificates;
import proxymcp.tls.TlsInterceptor;

/**
 * A small shop over TLS on loopback. {@code POST /api/login} gives a token; {@code GET /api/items} (in Brotli, if this machine has it) and
 * {@code GET /api/orders} (in gzip) take the newest token, once, and give the next one; {@code /live} is a WebSocket that sends back what it gets,
 * {@code /news} three server-sent events.
 *
 * <p>Reads and writes HTTP and frames by itself, so that a fault of the proxy's parsers is not hidden by the same one here. A virtual thread serves a
 * connection; any thread may close.
 */
final class ShopOrigin implements Closeable {
    /** What a good client sends as {@code X-Client-Version}; orders are for no other one. */
    static final String VERSION = "7";
    static final String PASSWORD = "open sesame";
    /** Stands in the items, below gzip and Base64. */
    static final String HIDDEN = "the tortoise sleeps under the third stone";
    /** Stands in the items as it is. */
    static final String SHOWN = "walnut music box";
    static final List<String> NEWS = List.of("opened", "restocked", "closed");

    private static final int TIMEOUT_MILLIS = 10_000;

    private final ServerSocket listener;
    private final TlsInterceptor tls;
    private final RandomGenerator random;
    private final Fault fault;
    private final boolean speaksBrotli;
    private final Set<String> tokens = ConcurrentHashMap.newKeySet();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger ordersServed = new AtomicInteger();

    /** Listens on a free port, with a certificate of {@code authority} for 127.0.0.1. */
    ShopOrigin(CertificateAuthority authority, Clock clock, RandomGenerator random, Fault fault) throws IOException {
        this.tls = new TlsInterceptor(new LeafCertificates(authority, clock), List.of("http/1.1"));
        this.random = random;
        this.fault = fault;
        this.speaksBrotli = Codings.isDecodable("br");
        this.listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        Thread.ofVirtual().start(this::accept);
    }

    /** Scheme, host and port. */
    String url() {
        return "https://127.0.0.1:" + listener.getLocalPort();
    }

    /** How often orders were shown to somebody who may see them. */
    int ordersServed() {
        return ordersServed.get();
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        open.add(socket);
        try (socket) {
            if (listener.isClosed()) {
                return;
            }
            socket.setSoTimeout(TIMEOUT_MILLIS);
            if (ClientHelloReader.read(socket.getInputStream()) instanceof ClientHelloReader.Tls hello) {
                try (SSLSocket secure = tls.intercept(socket, hello, "127.0.0.1").socket()) {
                    serve(new DataInputStream(new BufferedInputStream(secure.getInputStream())), secure.getOutputStream());
                }
            }
        } catch (IOException gone) {
            return; // The client left, or sent what is no request; the step that sent it notices.
        } finally {
            open.remove(socket);
        }
    }

    /** Requests of one connection, until it ends or becomes a WebSocket. */
    private void serve(DataInputStream in, OutputStream out) throws IOException {
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            Map<String, String> head = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (String field = line(in); !field.isEmpty(); field = line(in)) {
                head.put(field.substring(0, Math.max(0, field.indexOf(':'))), field.substring(field.indexOf(':') + 1).strip());
            }
            byte[] body = in.readNBytes(Integer.parseInt(head.getOrDefault("Content-Length", "0")));
            switch (line.substring(0, Math.max(0, line.lastIndexOf(' ')))) {
                case "POST /api/login" -> login(body, out);
                case "GET /api/items" -> items(head, out);
                case "GET /api/orders" -> orders(head, out);
                case "GET /news" -> news(out);
                case "GET /live" -> {
                    live(head, in, out);
                    return;
                }
                default -> answer(out, "404 Not Found", "", JsonObject.builder().put("error", "no such page").build());
            }
        }
    }

    /** Up to the end of a line or of the connection; without its end. */
    private static String line(DataInputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
            line.write(octet);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    private void login(byte[] body, OutputStream out) throws IOException {
        boolean known = Json.parse(body) instanceof JsonObject login && login.string("password").filter(PASSWORD::equals).isPresent();
        if (known) {
            answer(out, "200 OK", "", JsonObject.builder().put("token", newToken()).build());
        } else {
            answer(out, "401 Unauthorized", "", JsonObject.builder().put("error", "wrong password").build());
        }
    }

    private void items(Map<String, String> head, OutputStream out) throws IOException {
        if (!spend(head)) {
            refuse(out);
            return;
        }
        byte[] note = Json.bytes(JsonObject.builder().put("hint", HIDDEN).put("level", 3).build());
        String packed = Base64.getEncoder().encodeToString(Codings.encode(note, ContentCoding.parse(List.of("gzip"))));
        JsonObject item = JsonObject.builder().put("id", 4711).put("name", SHOWN).put("price", 19.5).build();
        answer(out, "200 OK", speaksBrotli ? "br" : "gzip", JsonObject.builder().put("items", List.of(item)).put("note", packed)
                .put("next", newToken()).build());
    }

    private void orders(Map<String, String> head, OutputStream out) throws IOException {
        if (!spend(head)) {
            refuse(out);
        } else if (!VERSION.equals(head.get("X-Client-Version"))) {
            answer(out, "426 Upgrade Required", "", JsonObject.builder().put("error", "this client is too old").build());
        } else {
            ordersServed.incrementAndGet();
            JsonObject order = JsonObject.builder().put("item", 4711).put("count", 2).put("state", "packed").build();
            answer(out, "200 OK", "gzip", JsonObject.builder().put("orders", List.of(order)).put("next", newToken()).build());
        }
    }

    private String newToken() {
        String token = Long.toHexString(random.nextLong() | Long.MIN_VALUE) + Long.toHexString(random.nextLong() | Long.MIN_VALUE);
        tokens.clear(); // Each makes those before it void.
        if (fault != Fault.TOKENS_STALE) {
            tokens.add(token);
        }
        return token;
    }

    private boolean spend(Map<String, String> head) {
        String credentials = head.getOrDefault("Authorization", "");
        return fault != Fault.TOKENS_REFUSED && credentials.startsWith("Bearer ") && tokens.remove(credentials.substring("Bearer ".length()));
    }

    private static void refuse(OutputStream out) throws IOException {
        answer(out, "401 Unauthorized", "", JsonObject.builder().put("error", "no such token").build());
    }

    /** @param coding of the content, or empty for none */
    private static void answer(OutputStream out, String status, String coding, JsonObject content) throws IOException {
        byte[] body = coding.isEmpty() ? Json.bytes(content) : Codings.encode(Json.bytes(content), ContentCoding.parse(List.of(coding)));
        String fields = "Content-Type: application/json\r\n" + (coding.isEmpty() ? "" : "Content-Encoding: " + coding + "\r\n")
                + "Content-Length: " + body.length + "\r\n\r\n";
        send(out, "HTTP/1.1 " + status + "\r\n" + fields, body);
    }

    private static void news(OutputStream out) throws IOException {
        send(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n", new byte[0]);
        for (String news : NEWS) {
            String event = "event: shop\ndata: {\"now\":\"" + news + "\"}\n\n";
            send(out, Integer.toHexString(event.length()) + "\r\n" + event + "\r\n", new byte[0]);
        }
        send(out, "0\r\n\r\n", new byte[0]);
    }

    /** Sends back each short text, until a close comes. */
    private static void live(Map<String, String> head, DataInputStream in, OutputStream out) throws IOException {
        String accept = WebSocketHandshake.accept(head.getOrDefault("Sec-WebSocket-Key", ""));
        send(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept
                + "\r\n\r\n", new byte[0]);
        int opcode;
        do {
            opcode = in.readUnsignedByte() & 0x0F;
            int length = in.readUnsignedByte() & 0x7F;
            byte[] mask = in.readNBytes(4);
            byte[] payload = in.readNBytes(length);
            if (length > 125 || payload.length < length) {
                throw new IOException("a frame that is longer than the test's own, or cut");
            }
            for (int i = 0; i < length; i++) {
                payload[i] ^= mask[i % 4];
            }
            out.write(0x80 | opcode);
            out.write(length);
            out.write(payload);
            out.flush();
        } while (opcode != 8);
    }

    private static void send(OutputStream out, String head, byte[] body) throws IOException {
        byte[] octets = head.getBytes(StandardCharsets.US_ASCII);
        byte[] message = new byte[octets.length + body.length];
        System.arraycopy(octets, 0, message, 0, octets.length);
        System.arraycopy(body, 0, message, octets.length, body.length);
        out.write(message);
        out.flush();
    }

    /** Ends the listener and all connections. */
    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
