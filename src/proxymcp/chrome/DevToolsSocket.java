package proxymcp.chrome;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import proxymcp.http.HeadLimits;
import proxymcp.http.HeadParser;
import proxymcp.http.ProtocolException;
import proxymcp.http.ResponseHead;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;

/** The WebSocket side of a browser's DevTools (RFC 6455): methods called one at a time, and the events between. Owner: one thread. */
public final class DevToolsSocket implements Closeable {
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int EVENTS_MAX = 1_000;

    private final Socket socket;
    private final String authority;
    private final TimedInput timed;
    private final DevToolsFrames frames;
    private final Deque<JsonObject> events = new ArrayDeque<>();
    private long lastId;

    private DevToolsSocket(Socket socket, String authority, TimedInput timed) throws IOException {
        this.socket = socket;
        this.authority = authority;
        this.timed = timed;
        this.frames = new DevToolsFrames(new DataInputStream(new BufferedInputStream(timed)), socket.getOutputStream());
    }

    /**
     * Connects.
     *
     * @param url {@code ws://<literal loopback address>:<port>/devtools/...}
     * @throws TargetException {@code devtools_none}, {@code devtools_silent}, {@code devtools_unexpected}
     */
    public static DevToolsSocket open(URI url, long limitMillis) throws TargetException {
        InetSocketAddress at = address(url);
        String authority = DevTools.authority(at);
        Socket socket = new Socket();
        boolean open = false;
        try {
            socket.connect(at, (int) Math.max(1, Math.min(Integer.MAX_VALUE, limitMillis)));
            socket.setTcpNoDelay(true);
            DevToolsSocket made = new DevToolsSocket(socket, authority, new TimedInput(socket, limitMillis));
            made.handshake(url.getRawPath());
            open = true;
            return made;
        } catch (TargetException e) {
            throw e;
        } catch (IOException e) {
            throw DevTools.failed(authority, e, limitMillis);
        } finally {
            if (!open) {
                closeQuietly(socket);
            }
        }
    }

    /** A name could be another machine's, or another address than the one that was looked at. */
    private static InetSocketAddress address(URI url) throws TargetException {
        String host = String.valueOf(url.getHost());
        if (!"ws".equals(url.getScheme()) || url.getPort() < 1 || !host.matches("[0-9.]+|\\[[0-9a-fA-F:]+]")) {
            throw new TargetException("bad_argument", "\"" + url + "\" is not ws:// with a literal address and a port", "");
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(host), url.getPort());
        } catch (UnknownHostException e) {
            throw new TargetException("bad_argument", "\"" + host + "\" is no address", "", e);
        }
    }

    private void handshake(String path) throws IOException {
        byte[] nonce = new byte[16];
        ThreadLocalRandom.current().nextBytes(nonce);
        String key = Base64.getEncoder().encodeToString(nonce);
        // No Origin: DevTools refuse the origins that they were not told to allow.
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: " + authority + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Version: 13\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        ResponseHead head = readHead();
        if (head.status() != 101) {
            throw DevTools.unexpected(authority, "a WebSocket at " + path + " is answered with status " + head.status(), null);
        }
        if (!head.fields().first("Sec-WebSocket-Accept").equals(Optional.of(accept(key)))) {
            throw DevTools.unexpected(authority, "its Sec-WebSocket-Accept does not fit the key", null);
        }
    }

    private ResponseHead readHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            if (head.length() > HeadLimits.DEFAULT.headBytesMax()) {
                throw DevTools.unexpected(authority, "its answer has no end", null);
            }
            try {
                head.append((char) frames.octet());
            } catch (EOFException e) {
                throw DevTools.unexpected(authority, "it closes connections without an answer", e);
            }
        }
        try {
            return HeadParser.parseResponse(head.toString().getBytes(StandardCharsets.ISO_8859_1), HeadLimits.DEFAULT);
        } catch (ProtocolException e) {
            throw DevTools.unexpected(authority, "its answer is no HTTP", e);
        }
    }

    private static String accept(String key) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1")
                    .digest((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    /**
     * Calls a method of the browser itself.
     *
     * @return its result
     * @throws TargetException {@code devtools_silent}, {@code devtools_unexpected} (the connection broke), {@code devtools_refused} (the answer
     *     is an error, which the message holds)
     */
    public JsonObject call(String method, JsonObject params, long limitMillis) throws TargetException {
        return call(method, params, Optional.empty(), limitMillis);
    }

    /** Calls a method of the target that {@code sessionId} is attached to, or of the browser itself. */
    public JsonObject call(String method, JsonObject params, Optional<String> sessionId, long limitMillis) throws TargetException {
        long id = ++lastId;
        timed.allow(limitMillis);
        try {
            frames.sendText(Json.text(JsonObject.builder().put("id", id).put("method", method).put("params", params)
                    .putIf("sessionId", sessionId).build()));
            while (true) {
                JsonObject message = next();
                if (message.get("id").equals(Optional.of(JsonNumber.of(id)))) {
                    return result(method, message);
                }
                keep(message);
            }
        } catch (TargetException e) {
            throw e;
        } catch (IOException e) {
            throw DevTools.failed(authority, e, limitMillis);
        }
    }

    private static JsonObject result(String method, JsonObject message) throws TargetException {
        Optional<JsonObject> error = message.object("error");
        if (error.isPresent()) {
            throw new TargetException("devtools_refused", method + " was refused: " + error.get().string("message").orElse(error.get().toString()),
                    "");
        }
        return message.object("result").orElse(JsonObject.EMPTY);
    }

    private void keep(JsonObject message) {
        if (message.has("method")) {
            if (events.size() == EVENTS_MAX) {
                events.poll();
            }
            events.add(message);
        }
    }

    /**
     * The next event {@code method}, among those that came before and those that come; others before it are dropped.
     *
     * @return the whole message: {@code method}, {@code params}, {@code sessionId}
     * @throws TargetException {@code devtools_silent}, {@code devtools_unexpected}
     */
    public JsonObject event(String method, long limitMillis) throws TargetException {
        timed.allow(limitMillis);
        try {
            while (true) {
                JsonObject message = events.isEmpty() ? next() : events.poll();
                if (message.string("method").equals(Optional.of(method))) {
                    return message;
                }
            }
        } catch (IOException e) {
            throw DevTools.failed(authority, e, limitMillis);
        }
    }

    private JsonObject next() throws IOException {
        try {
            if (Json.parse(frames.receiveText()) instanceof JsonObject message) {
                return message;
            }
            throw new EOFException("a message is no JSON object");
        } catch (JsonException e) {
            throw new EOFException("a message is no JSON: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            frames.sendClose();
        } catch (IOException e) {
            // It is gone already, which is what was wanted.
        }
        closeQuietly(socket);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            System.getLogger("proxymcp.chrome").log(System.Logger.Level.DEBUG, "a DevTools socket did not close: {0}", e.getMessage());
        }
    }
}
