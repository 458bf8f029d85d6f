package proxymcp.chrome;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import proxymcp.exchange.Exchange;
import proxymcp.proxy.CapturingProxy;
import proxymcp.proxy.TestCertificate;
import proxymcp.proxy.TestOrigin;

/** A proxy, an HTTPS origin that it trusts and nobody else does, and targets over both. */
final class Lab implements AutoCloseable {
    /** What the origin answers but for the path. */
    static final String GREETING = "hello ";

    final Path home;
    final TestCertificate certificate;
    final CapturingProxy proxy;
    final TestOrigin origin;
    final Interceptors interceptors;

    Lab(Path folder) throws Exception {
        this(folder, "home", System.getenv());
    }

    /**
     * A lab.
     *
     * @param name of the home, in {@code folder}
     * @param environment what processes inherit
     */
    Lab(Path folder, String name, Map<String, String> environment) throws Exception {
        home = Files.createDirectories(folder.resolve(name));
        certificate = TestCertificate.forLoopback(folder);
        proxy = CapturingProxy.trusting(home, certificate);
        origin = TestOrigin.https("127.0.0.1", certificate.context(), Lab::answer);
        interceptors = new Interceptors(home, Browsers.ofThisMachine(), environment, Clock.systemUTC());
    }

    /** The environment of the tests, without variables that would lead clients elsewhere. */
    static Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.keySet().removeIf(name -> name.toLowerCase(java.util.Locale.ROOT).endsWith("_proxy"));
        environment.remove("JAVA_TOOL_OPTIONS");
        return environment;
    }

    static boolean answer(TestOrigin.Seen request, OutputStream out) throws IOException {
        byte[] body = ("<title>t</title><link rel=icon href=data:,>" + GREETING + request.line().split(" ")[1]).getBytes(StandardCharsets.US_ASCII);
        out.write(("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        return true;
    }

    TargetProxy target() {
        return new TargetProxy(proxy.server(), proxy.authority());
    }

    String url(String path) {
        return origin.url("127.0.0.1", path);
    }

    /** Waits for the one exchange with {@code path}. */
    Exchange captured(String path) throws InterruptedException {
        return proxy.awaitEnded(1, exchange -> exchange.start().url().equals(url(path))).get(0);
    }

    /** The target id that the exchange with {@code path} names. */
    Optional<String> targetOf(String path) throws InterruptedException {
        return targetOfUrl(url(path));
    }

    /** The target id that the exchange with {@code url}, at any origin, names. */
    Optional<String> targetOfUrl(String url) throws InterruptedException {
        return proxy.awaitEnded(1, exchange -> exchange.start().url().equals(url)).get(0).start().client().targetId();
    }

    /** What is left below {@code profiles}, by name. */
    List<String> left() throws IOException {
        return left(home);
    }

    static List<String> left(Path home) throws IOException {
        Path profiles = home.resolve("profiles");
        if (!Files.exists(profiles)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(profiles, 2)) {
            return files.filter(file -> !file.equals(profiles)).map(file -> profiles.relativize(file).toString()).toList();
        }
    }

    @Override
    public void close() throws IOException {
        interceptors.close();
        proxy.close();
        origin.close();
    }
}
