package proxymcp.tool;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An application whose every value rotates: a form with a token that is good once, a cookie that each answer sets anew, a code for a PKCE challenge, pages
 * that are signed with a secret of the token's answer, and a WebSocket for a ticket. Whatever is wrong is answered 403.
 */
final class FlowOrigin implements AutoCloseable {
    /** Request lines, in the order in which they came. */
    final List<String> seen = new CopyOnWriteArrayList<>();
    /** Octets of frames that clients of WebSockets sent, unmasked where they were masked. */
    final List<String> frames = new CopyOnWriteArrayList<>();
    /** What the WebSocket's server answers instead of the right key. */
    volatile boolean wrongAccept;
    /** Holds the second page back. */
    volatile CountDownLatch hold = new CountDownLatch(0);
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private int number;
    private String csrf = "";
    private String sid = "";
    private String code = "";
    private String challenge = "";
    private String token = "";
    private String secret = "";
    private String ticket = "";

    FlowOrigin() throws IOException {
        threads.submit(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                threads.submit(() -> serve(socket));
            } catch (IOException e) {
                return; // It was closed.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                Map<String, String> head = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
                for (String field = line(in); !field.isEmpty(); field = line(in)) {
                    head.put(field.substring(0, field.indexOf(':')), field.substring(field.indexOf(':') + 1).strip());
                }
                String body = new String(in.readNBytes(Integer.parseInt(head.getOrDefault("Content-Length", "0"))), StandardCharsets.UTF_8);
                seen.add(line.substring(0, line.lastIndexOf(' ')));
                String target = line.split(" ")[1];
                if (target.startsWith("/page?page=2")) {
                    hold.await(20, TimeUnit.SECONDS);
                }
                String answer = answer(line.split(" ")[0] + " " + target, head, body);
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                if (answer.startsWith("HTTP/1.1 101")) {
                    frame(in, socket.getOutputStream());
                    return;
                }
            }
        } catch (IOException | GeneralSecurityException | InterruptedException e) {
            seen.add("broke: " + e);
        }
    }

    private static String line(DataInputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.write(c == '\r' ? ' ' : c);
        }
        return line.toString(StandardCharsets.UTF_8).strip();
    }

    /** A ping first, then whatever the client sends, and the same as an answer. */
    private void frame(DataInputStream in, OutputStream out) throws IOException {
        out.write(new byte[] {(byte) 0x89, 2, 'h', 'i'});
        int first = in.readUnsignedByte();
        int length = in.readUnsignedByte();
        byte[] mask = in.readNBytes(4);
        byte[] payload = in.readNBytes(length & 0x7f);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i % 4];
        }
        frames.add(Integer.toHexString(first) + " " + (length >= 0x80) + " " + HexFormat.of().formatHex(payload));
        out.write(new byte[] {(byte) 0x88, 2, 0x03, (byte) 0xe8});
        seen.add("closed " + in.read());
    }

    private String fresh(String kind) {
        return kind + "+" + ++number + "/" + Long.toHexString(System.nanoTime());
    }

    private static String value(String pairs, String name) {
        for (String pair : pairs.split("[&?]")) {
            if (pair.startsWith(name + "=")) {
                return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
            }
        }
        return "";
    }

    private static String response(int status, String fields, String body) {
        return "HTTP/1.1 " + status + " Said\r\n" + fields + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private synchronized String answer(String line, Map<String, String> head, String body) throws GeneralSecurityException {
        String path = line.replaceAll("\\?.*", "");
        String bad = response(403, "", "no");
        String cookie = "sid=" + sid;
        switch (path) {
            case "GET /login" -> {
                csrf = fresh("csrf");
                sid = fresh("sid");
                return response(200, "Content-Type: text/html\r\nSet-Cookie: sid=" + sid + "; Path=/\r\n",
                        "<form><input type=hidden name=csrf value=\"" + csrf.replace("+", "&#43;") + "\"></form>");
            }
            case "POST /login" -> {
                boolean good = cookie.equals(head.get("Cookie")) && value(body, "csrf").equals(csrf) && value(body, "password").equals("open sesame");
                csrf = "";
                sid = fresh("sid");
                return good ? response(302, "Location: /home\r\nSet-Cookie: sid=" + sid + "\r\n", "") : bad;
            }
            case "GET /authorize" -> {
                code = fresh("code");
                challenge = value(line, "code_challenge");
                return cookie.equals(head.get("Cookie")) ? response(302, "Location: https://c.test/cb?state=" + value(line, "state") + "&code="
                        + URLEncoder.encode(code, StandardCharsets.UTF_8) + "\r\n", "") : bad;
            }
            case "POST /token" -> {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(value(body, "code_verifier").getBytes(StandardCharsets.US_ASCII));
                boolean good = value(body, "code").equals(code) && Base64.getUrlEncoder().withoutPadding().encodeToString(digest).equals(challenge);
                token = fresh("token");
                secret = fresh("secret");
                return good ? response(200, "Content-Type: application/json\r\n", "{\"token\":\"" + token + "\",\"secret\":\"" + secret + "\"}") : bad;
            }
            case "GET /page" -> {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
                String signed = line.substring(4, line.indexOf("&sig="));
                boolean good = ("Bearer " + token).equals(head.get("Authorization"))
                        && value(line, "sig").equals(HexFormat.of().formatHex(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8))));
                int page = Integer.parseInt(value(line, "page"));
                return good ? response(200, "Content-Type: application/json\r\n", page < 4 ? "{\"items\":[{\"n\":" + page + "}]}" : "{\"items\":[]}") : bad;
            }
            case "POST /ticket" -> {
                ticket = fresh("ticket");
                return body.equals("{\"for\":\"" + token + "\"}") ? response(200, "Content-Type: application/json\r\n", "{\"ticket\":\"" + ticket + "\"}") : bad;
            }
            case "GET /socket" -> {
                byte[] digest = MessageDigest.getInstance("SHA-1").digest((head.get("Sec-WebSocket-Key") + (wrongAccept ? "x" : "")
                        + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
                return value(line, "ticket").equals(ticket) ? "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                        + Base64.getEncoder().encodeToString(digest) + "\r\n\r\n" : bad;
            }
            default -> {
                return bad;
            }
        }
    }

    @Override
    public void close() throws IOException {
        hold.countDown();
        server.close();
        threads.shutdownNow();
    }
}
