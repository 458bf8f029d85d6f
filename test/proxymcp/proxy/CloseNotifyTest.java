package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.Outcome;
import proxymcp.proxy.ScriptedOrigin.Step;

/**
 * Over TLS, close_notify tells a response that ends with the connection from a cut one (RFC 9112 section 9.8). JSSE's clients do not ask
 * for it, OpenSSL's do: the test looks at the records themselves.
 */
@Timeout(60)
final class CloseNotifyTest {
    private static final int ALERT = 21;

    /** A TCP connection that keeps the octets received below TLS. */
    private static final class RecordingSocket extends Socket {
        private RecordingInput recorded;

        RecordingSocket(int port) throws IOException {
            super(InetAddress.getByName("127.0.0.1"), port);
            setSoTimeout((int) ScriptedOrigin.LIMIT.toMillis());
        }

        @Override
        public synchronized InputStream getInputStream() throws IOException {
            if (recorded == null) {
                recorded = new RecordingInput(super.getInputStream());
            }
            return recorded;
        }
    }

    /** What the client gets, and the types of the TLS records it came in. */
    private record Received(String text, List<Integer> recordTypes) {}

    private static Received receive(RunningProxy proxy, ScriptedOrigin origin) throws Exception {
        try (RecordingSocket tcp = new RecordingSocket(proxy.port())) {
            tcp.getOutputStream().write(("CONNECT %1$s HTTP/1.1\r\nHost: %1$s\r\n\r\n".formatted(origin.authority()))
                    .getBytes(StandardCharsets.US_ASCII));
            int answerBytes = "HTTP/1.1 200 Connection established\r\n\r\n".length();
            tcp.getInputStream().readNBytes(answerBytes);
            SSLSocket tls = (SSLSocket) RunningProxy.clientTls().getSocketFactory().createSocket(tcp, "127.0.0.1", tcp.getPort(), true);
            tls.setEnabledProtocols(new String[] {"TLSv1.2"}); // Later versions hide the type of a record.
            tls.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String text = new String(tls.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            byte[] octets = tcp.recorded.bytes();
            List<Integer> types = new ArrayList<>();
            for (int at = answerBytes; at < octets.length; at += 5 + ((octets[at + 3] & 0xFF) << 8 | octets[at + 4] & 0xFF)) {
                types.add((int) octets[at]);
            }
            return new Received(text, types);
        }
    }

    @Test
    void aWholeResponseUntilTheCloseEndsWithIt() throws Exception {
        try (RunningProxy proxy = RunningProxy.start(); ScriptedOrigin origin = ScriptedOrigin.each(RunningProxy.originTls(),
                new Step.ReadRequest(), ScriptedOrigin.send("HTTP/1.1 200 OK\r\n\r\nhello"), new Step.Close())) {
            Received received = receive(proxy, origin);
            assertEquals("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", received.text());
            assertEquals(ALERT, received.recordTypes().getLast());
            assertEquals(new Outcome.Complete(), proxy.exchange(0).outcome());
        }
    }

    @Test
    void aCutResponseDoesNot() throws Exception {
        try (RunningProxy proxy = RunningProxy.start(); ScriptedOrigin origin = ScriptedOrigin.each(RunningProxy.originTls(),
                new Step.ReadRequest(), ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"), new Step.Close())) {
            Received received = receive(proxy, origin);
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", received.text());
            assertEquals(23, received.recordTypes().getLast());
        }
    }
}
