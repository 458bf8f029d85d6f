package proxymcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.LiveBuffer;
import proxymcp.exchange.Route;
import proxymcp.proxy.ProxySettings;
import proxymcp.upstream.NoProxy;
import proxymcp.upstream.UpstreamProxies;
import proxymcp.upstream.UpstreamProxy;

/** The embedding API, used as a program would. */
final class ProxyMcpTest {
    @TempDir
    Path home;

    private static String fetch(int proxyPort, int originPort, String path) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxyPort)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(("GET http://127.0.0.1:" + originPort + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + originPort
                    + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static Thread answering(ServerSocket origin) {
        return Thread.ofVirtual().start(() -> {
            try (Socket socket = origin.accept()) {
                socket.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".getBytes(StandardCharsets.US_ASCII));
                socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            } catch (java.io.IOException e) {
                // The test reads an answer, or fails.
            }
        });
    }

    @Test
    void whatPassedIsReadAndOutlivesTheProxy() throws Exception {
        try (ServerSocket origin = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            answering(origin);
            LiveBuffer second = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
            ProxyMcp proxy = ProxyMcp.start(home, ProxySettings.onLoopback(0), new LiveBuffer.Limits(2, 100, 100), List.of(second));
            String answer = fetch(proxy.address().getPort(), origin.getLocalPort(), "/a");
            assertEquals("hi", answer.substring(answer.length() - 2));
            proxy.close();
            List<Exchange> seen = proxy.exchanges();
            assertEquals(List.of("/a"), seen.stream().map(exchange -> exchange.start().path()).toList());
            assertEquals(Optional.of(200), proxy.exchange(seen.get(0).start().id()).flatMap(Exchange::response).map(head -> head.status()));
            assertEquals(1, second.size());
            assertEquals(1, proxy.clear());
            assertThrows(ConnectException.class, () -> new Socket(InetAddress.getLoopbackAddress(), proxy.address().getPort()).close());
        }
    }

    @Test
    void requestsGoThroughAnotherProxyOnceTold() throws Exception {
        try (ServerSocket upstream = new ServerSocket(0, 5, InetAddress.getLoopbackAddress()); ProxyMcp proxy = ProxyMcp.start(home)) {
            answering(upstream);
            UpstreamProxy way = UpstreamProxy.parse("http://127.0.0.1:" + upstream.getLocalPort());
            proxy.use(UpstreamProxies.NONE.withGlobal(Optional.of(new UpstreamProxies.Entry(way, NoProxy.NONE))));
            String answer = fetch(proxy.address().getPort(), 9, "/through");
            assertEquals("hi", answer.substring(answer.length() - 2));
            assertEquals(Optional.of(way.url()), proxy.exchanges().get(0).route().flatMap(Route::upstreamProxy));
        }
    }

    @Test
    void theAuthorityIsKeptInTheHome() throws Exception {
        try (ProxyMcp first = ProxyMcp.start(home); ProxyMcp second = ProxyMcp.start(home)) {
            assertEquals(Files.readString(first.certificateFile()), second.authority().pem());
        }
    }
}
