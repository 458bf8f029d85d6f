package proxymcp.chrome;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import proxymcp.http.BodyFraming;
import proxymcp.http.BodyReader;
import proxymcp.http.HeadLimits;
import proxymcp.http.HeadParser;
import proxymcp.http.PrematureEndException;
import proxymcp.http.ProtocolException;
import proxymcp.http.ResponseHead;
import proxymcp.http.WireReader;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.proxy.ProxyProbe;

/** The HTTP side of a browser's DevTools, at a literal loopback address. Immutable; each call is a connection of its own. */
public final class DevTools {
    private static final int BODY_BYTES_MAX = 16 << 20;

    private final InetAddress address;
    private final int port;

    /** At one address. */
    public DevTools(InetAddress address, int port) {
        this.address = address;
        this.port = port;
    }

    /** Those of a browser that was started here. */
    public static DevTools of(Launched browser) {
        return new DevTools(loopback(false), browser.debugPort());
    }

    /** What was found at one address; {@code failure} is empty where DevTools answered. */
    private record Look(DevTools tools, boolean six, Optional<TargetException> failure) {
        static Look at(boolean six, int port, long limitMillis) {
            DevTools tools = new DevTools(loopback(six), port);
            try {
                tools.version(limitMillis);
                return new Look(tools, six, Optional.empty());
            } catch (TargetException e) {
                return new Look(tools, six, Optional.of(e));
            }
        }

        boolean isNothing() {
            return failure.isPresent() && failure.get().code().equals("devtools_none");
        }
    }

    /**
     * Finds out where the DevTools on {@code port} answer: at 127.0.0.1 or at [::1]. Both are asked at once, so that neither waits for the other.
     *
     * @param limitMillis for each
     * @throws TargetException {@code devtools_none}, {@code devtools_silent}, {@code devtools_unexpected}
     */
    public static DevTools find(int port, long limitMillis) throws TargetException, InterruptedException {
        BlockingQueue<Look> looks = new LinkedBlockingQueue<>();
        for (boolean six : new boolean[] {false, true}) {
            Thread.ofVirtual().name("devtools-" + port).start(() -> looks.add(Look.at(six, port, limitMillis)));
        }
        Look early = looks.take();
        if (early.failure().isEmpty()) {
            return early.tools();
        }
        Look late = looks.take();
        if (late.failure().isEmpty()) {
            return late.tools();
        }
        Look four = early.six() ? late : early;
        Look six = early.six() ? early : late;
        if (four.isNothing() && six.isNothing()) {
            throw none("127.0.0.1:" + port + " nor on [::1]:" + port, four.failure().get());
        }
        throw four.isNothing() ? six.failure().get() : four.failure().get();
    }

    private static InetAddress loopback(boolean six) {
        byte[] octets = six ? new byte[16] : new byte[] {127, 0, 0, 1};
        octets[octets.length - 1] = 1;
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 octets are addresses", e);
        }
    }

    /** {@code http://127.0.0.1:<port>}. */
    public String httpUrl() {
        return "http://" + authority();
    }

    /** The browser's version, and the address of its WebSocket. */
    public String versionUrl() {
        return httpUrl() + "/json/version";
    }

    /** Its pages and other targets. */
    public String targetsUrl() {
        return httpUrl() + "/json/list";
    }

    /** Address and port as they stand in URLs, of HTTP and of WebSockets. */
    public String authority() {
        return authority(new InetSocketAddress(address, port));
    }

    /**
     * What {@link #versionUrl} answers.
     *
     * @throws TargetException {@code devtools_none}, {@code devtools_silent}, {@code devtools_unexpected}
     */
    public JsonObject version(long limitMillis) throws TargetException {
        if (get("/json/version", limitMillis) instanceof JsonObject version && !version.string("Browser").orElse("").isBlank()
                && CdpAnswer.path(version).isPresent()) {
            return version;
        }
        throw unexpected(authority(), "its version is no JSON object with Browser and a webSocketDebuggerUrl", null);
    }

    /**
     * What {@link #targetsUrl} answers, but for pages that {@link Proxied} has open for a moment. These have no URL at first; so has any other page
     * that nothing was asked of yet.
     *
     * @throws TargetException {@code devtools_none}, {@code devtools_silent}, {@code devtools_unexpected}
     */
    public JsonArray targets(long limitMillis) throws TargetException {
        if (get("/json/list", limitMillis) instanceof JsonArray targets) {
            List<JsonValue> shown = new ArrayList<>();
            for (JsonValue target : targets) {
                if (!(target instanceof JsonObject page && page.string("url").filter(url -> url.isEmpty() || ProxyProbe.isUrl(url)).isPresent())) {
                    shown.add(target);
                }
            }
            return new JsonArray(shown);
        }
        throw unexpected(authority(), "its targets are no JSON array", null);
    }

    private JsonValue get(String path, long limitMillis) throws TargetException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), (int) Math.max(1, Math.min(Integer.MAX_VALUE, limitMillis)));
            TimedInput timed = new TimedInput(socket, limitMillis);
            // Its Host must be an address or "localhost": DevTools refuse other names, so that no page can reach them by its own name.
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: " + authority() + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            return Json.parse(body(new WireReader(timed), authority()));
        } catch (JsonException e) {
            throw unexpected(authority(), "its answer is no JSON", e);
        } catch (TargetException e) {
            throw e;
        } catch (IOException e) {
            throw failed(authority(), e, limitMillis);
        }
    }

    private static byte[] body(WireReader in, String authority) throws IOException {
        ResponseHead head = HeadParser.readResponse(in, HeadLimits.DEFAULT)
                .orElseThrow(() -> unexpected(authority, "it closes connections without an answer", null));
        if (head.status() != 200) {
            throw unexpected(authority, "it answers with status " + head.status(), null);
        }
        BodyReader body = new BodyReader(in, BodyFraming.ofResponse(head, "GET"), ProtocolException.Side.SERVER, HeadLimits.DEFAULT);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (body.next()) {
            bytes.write(body.array(), body.offset(), body.length());
            if (bytes.size() > BODY_BYTES_MAX) {
                throw unexpected(authority, "its answer is longer than " + BODY_BYTES_MAX + " octets", null);
            }
        }
        return bytes.toByteArray();
    }

    static String authority(InetSocketAddress at) {
        String host = at.getAddress() instanceof Inet6Address six
                ? "[" + (six.isLoopbackAddress() ? "::1" : six.getHostAddress()) + "]" : at.getAddress().getHostAddress();
        return host + ":" + at.getPort();
    }

    /** What a failed connection to DevTools means. */
    static TargetException failed(String authority, IOException e, long limitMillis) {
        if (e instanceof SocketTimeoutException) {
            return new TargetException("devtools_silent", "What listens on " + authority + " did not answer within " + limitMillis + " ms",
                    "the browser may be starting or hanging: try again with a longer timeout_ms", e);
        }
        if (e instanceof ProtocolException || e instanceof PrematureEndException) {
            return unexpected(authority, "its answer is no HTTP", e);
        }
        if (e instanceof ConnectException) {
            return none(authority, e);
        }
        return unexpected(authority, "the connection broke (" + e.getMessage() + ")", e);
    }

    private static TargetException none(String where, Throwable cause) {
        return new TargetException("devtools_none", "No browser's DevTools listen on " + where,
                "start the browser with --remote-debugging-port, or launch one with interceptor_chrome_launch", cause);
    }

    static TargetException unexpected(String authority, String how, Throwable cause) {
        return new TargetException("devtools_unexpected", "What listens on " + authority + " are no DevTools: " + how,
                "the port is another program's", cause);
    }
}
