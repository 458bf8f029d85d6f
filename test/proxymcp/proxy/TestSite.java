package proxymcp.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import proxymcp.Programs;

/** What a {@link TestOrigin} serves to real clients: one path for each way in which responses differ. */
final class TestSite implements TestOrigin.Answer {
    /** A text that is worth compressing. */
    static final String PAGE = "All work and no play makes a proxy dull. ".repeat(500);

    private static final Pattern NUMBERED = Pattern.compile("(/[a-z]+)/([0-9]+)");
    private static final byte[] BLOCK = block();

    @Override
    public boolean write(TestOrigin.Seen request, OutputStream out) throws IOException, InterruptedException {
        String[] words = request.line().split(" ");
        boolean head = words[0].equals("HEAD");
        String path = words[1];
        Matcher numbered = NUMBERED.matcher(path);
        int number = numbered.matches() ? Integer.parseInt(numbered.group(2)) : 0;
        String name = numbered.matches() ? numbered.group(1) : path;
        return switch (name) {
            case "/gzip" -> full(out, head, "Content-Encoding: gzip\r\n", gzip());
            case "/br" -> full(out, head, "content-encoding: br\r\n",
                    Files.readAllBytes(Programs.fixtures().resolve("proxy/page.txt.br")));
            case "/chunked" -> chunked(out);
            case "/hints" -> hints(out);
            case "/tagged" -> tagged(request, out, head);
            case "/status" -> status(out, number);
            case "/range" -> text(out, "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 10-19/100\r\n"
                    + "Content-Length: 10\r\n\r\n0123456789");
            case "/redirect" -> text(out, "HTTP/1.1 302 Found\r\nLocation: /hello\r\nContent-Length: 0\r\n\r\n");
            case "/cookies" -> full(out, head, cookies(), ascii("crumbs"));
            case "/long-field" -> full(out, head, "X-Long: " + "v".repeat(30_000) + "\r\n", ascii("after a long field"));
            case "/pattern" -> pattern(out, number);
            case "/sink" -> full(out, head, "", ascii(request.bodyBytes() + " " + request.bodySha256() + "\n"));
            case "/cut" -> cut(out, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(50_000));
            case "/cut-chunked" -> cut(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n100\r\nshort");
            case "/until-close" -> cut(out, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + PAGE);
            case "/http10" -> cut(out, "HTTP/1.0 200 Fine\r\nServer: old\r\nContent-Length: 5\r\n\r\nfinal");
            case "/drip" -> drip(out);
            case "/events" -> events(out);
            default -> full(out, head, "", ascii("hello " + path + "\n"));
        };
    }

    /** Digest of {@code mebibytes} of what {@code /pattern} sends, in hex. */
    static String patternSha256(int mebibytes) {
        MessageDigest digest = TestOrigin.sha256();
        for (int i = 0; i < mebibytes; i++) {
            digest.update(BLOCK);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** One mebibyte of what {@code /pattern} repeats. */
    static byte[] block() {
        byte[] block = new byte[1 << 20];
        new java.util.Random(20).nextBytes(block);
        return block;
    }

    private static boolean full(OutputStream out, boolean head, String extra, byte[] body) throws IOException {
        out.write(ascii("HTTP/1.1 200 OK\r\nserver: Test\r\nX-Mixed-CASE:   spaced\r\nx-dup: 1\r\nX-Dup: 2\r\n"
                + "X-Empty:\r\nX-Latin: caf\u00e9\r\n"
                + extra + "CONTENT-length: " + body.length + "\r\n\r\n"));
        if (!head) {
            out.write(body);
        }
        return true;
    }

    private static boolean text(OutputStream out, String response) throws IOException {
        out.write(ascii(response));
        return true;
    }

    private static boolean cut(OutputStream out, String response) throws IOException {
        out.write(ascii(response));
        return false;
    }

    private static boolean status(OutputStream out, int status) throws IOException {
        String length = status == 204 ? "" : "Content-Length: 0\r\n";
        return text(out, "HTTP/1.1 " + status + " Made Up\r\nX-Status: " + status + "\r\n" + length + "\r\n");
    }

    private static boolean chunked(OutputStream out) throws IOException {
        out.write(ascii("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, X-Other\r\n\r\n"));
        for (int i = 1; i <= 20; i++) {
            out.write(ascii(Integer.toHexString(i * 100) + (i % 2 == 0 ? ";ext=1" : "") + "\r\n" + "c".repeat(i * 100) + "\r\n"));
        }
        return text(out, "0\r\nX-Sum: 42\r\nx-other: b\r\n\r\n");
    }

    private static boolean hints(OutputStream out) throws IOException {
        return text(out, """
                HTTP/1.1 103 Early Hints
                Link: </a.css>; rel=preload

                HTTP/1.1 103 Early Hints
                link: </b.css>; rel=preload

                HTTP/1.1 200 OK
                Content-Length: 2

                ok""".replace("\n", "\r\n"));
    }

    private static boolean tagged(TestOrigin.Seen request, OutputStream out, boolean head) throws IOException {
        if (TestOrigin.field(request.fields(), "If-None-Match").filter("\"v1\""::equals).isPresent()) {
            // A 304 may carry the length that the 200 would have.
            return text(out, "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nContent-Length: 6\r\n\r\n");
        }
        return full(out, head, "ETag: \"v1\"\r\n", ascii("tagged"));
    }

    private static String cookies() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            lines.append(i % 2 == 0 ? "Set-Cookie" : "set-cookie").append(": c").append(i)
                    .append("=v; Expires=Wed, 21 Oct 2037 07:28:00 GMT\r\n");
        }
        return lines.toString();
    }

    private static boolean pattern(OutputStream out, int mebibytes) throws IOException {
        out.write(ascii("HTTP/1.1 200 OK\r\nContent-Length: " + ((long) mebibytes << 20) + "\r\n\r\n"));
        for (int i = 0; i < mebibytes; i++) {
            out.write(BLOCK);
        }
        return true;
    }

    private static boolean drip(OutputStream out) throws IOException, InterruptedException {
        out.write(ascii("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"));
        for (int i = 0; i < 20; i++) {
            out.write('a' + i);
            out.flush();
            Thread.sleep(5); // Not to wait for anything: it keeps the octets apart on the wire.
        }
        return true;
    }

    private static boolean events(OutputStream out) throws IOException {
        out.write(ascii("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"));
        for (int i = 0; i < 5; i++) {
            out.write(ascii("f\r\nid: " + i + "\ndata: x\n\n\r\n"));
            out.flush();
        }
        return text(out, "0\r\n\r\n");
    }

    private static byte[] gzip() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(ascii(PAGE));
        }
        return bytes.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
