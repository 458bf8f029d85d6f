package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import proxymcp.Programs;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.TlsInfo;

/** TLS towards an openssl server: what is agreed is recorded, what is wrong is told with the switch that helps. */
final class UpstreamTlsTest {
    private static final String RSA = "RSA";
    private static final String EC = "EC";

    @TempDir Path folder;

    /** What a client got and what was recorded of it. */
    private record Result(RawClient.Response response, Exchange exchange) {
        String text() {
            return response.status() + " " + response.bodyText();
        }
    }

    @ParameterizedTest
    @CsvSource({"RSA, -tls1_2, TLSv1.2", "EC, -tls1_2, TLSv1.2", "RSA, -tls1_3, TLSv1.3", "EC, -tls1_3, TLSv1.3"})
    void whatWasAgreedIsRecorded(String algorithm, String option, String version) throws Exception {
        TestCertificate certificate = TestCertificate.make(folder, "good", TestCertificate.LOOPBACK, "-keyalg", algorithm);
        try (CapturingProxy proxy = CapturingProxy.trusting(folder, certificate);
                Server server = Server.start(certificate, option, "-alpn", "http/1.1")) {
            Result result = get(proxy, "localhost", server.port);
            assertEquals(200, result.response().status());
            assertEquals(new Outcome.Complete(), result.exchange().outcome());
            TlsInfo tls = result.exchange().route().orElseThrow().tls().orElseThrow();
            assertEquals(version, tls.version());
            assertEquals(Optional.of("localhost"), tls.sni());
            assertEquals(Optional.of("http/1.1"), tls.alpn());
            assertEquals(1, tls.certificates().size());
            assertArrayEquals(certificate.certificate().getEncoded(), tls.certificates().get(0));
            assertTrue(tls.ja3s().orElseThrow().matches("[0-9a-f]{32}"));
            // The page says what openssl agreed to, under its own names.
            assertTrue(result.response().bodyText().contains("Protocol  : " + version), result.text());
            String kind = algorithm.equals(RSA) ? "_RSA_" : "_ECDSA_";
            assertTrue(version.equals("TLSv1.3") ? tls.cipher().startsWith("TLS_AES_") : tls.cipher().contains(kind), tls.cipher());
            assertTrue(result.exchange().timings().tls() > 0, result.exchange().timings().toString());
        }
    }

    @Test void untrustedIs502WithTheSwitch() throws Exception {
        TestCertificate certificate = TestCertificate.make(folder, "stranger", TestCertificate.LOOPBACK, "-keyalg", EC);
        assertRefused(certificate, Optional.empty(), "self-signed");
    }

    @Test void expiredIs502WithTheDate() throws Exception {
        TestCertificate authority = TestCertificate.make(folder, "authority", "dns:authority", "-keyalg", RSA);
        TestCertificate certificate = authority.issue("old", TestCertificate.LOOPBACK, "-keyalg", RSA, "-startdate", "-10d", "-validity", "5");
        assertRefused(certificate, Optional.of(authority.certificateFile()),
                "expired on " + certificate.certificate().getNotAfter().toInstant());
    }

    @Test void wrongNameIs502WithTheNames() throws Exception {
        TestCertificate certificate = TestCertificate.make(folder, "other", "dns:other.example", "-keyalg", EC);
        assertRefused(certificate, Optional.of(certificate.certificateFile()), "other.example");
    }

    /** A refused certificate is a 502 with reason and switch; the same server is accepted by a proxy that has the switch on. */
    private void assertRefused(TestCertificate certificate, Optional<Path> trusted, String reason) throws Exception {
        try (Server server = Server.start(certificate)) {
            try (CapturingProxy proxy = CapturingProxy.start(folder.resolve("strict"), settings ->
                    trusted.map(file -> CapturingProxy.trusting(settings, file)).orElse(settings))) {
                Result refused = get(proxy, "127.0.0.1", server.port);
                assertEquals(502, refused.response().status());
                String text = refused.response().bodyText();
                assertTrue(text.startsWith("proxy-mcp: TLS with 127.0.0.1:" + server.port + " failed: "), text);
                assertTrue(text.contains(reason) && text.contains("insecure_upstream"), text);
                String status = refused.response().head().fields().first("Proxy-Status").orElseThrow();
                assertTrue(status.startsWith("proxy-mcp; error=tls_"), status);
                Outcome.Incomplete outcome = (Outcome.Incomplete) refused.exchange().outcome();
                assertEquals(ErrorClass.TLS, outcome.errorClass());
                assertEquals(text, "proxy-mcp: " + outcome.reason() + "\n");
            }
            try (CapturingProxy proxy = CapturingProxy.start(folder.resolve("lenient"), settings -> settings.withInsecureUpstream(true))) {
                Result accepted = get(proxy, "127.0.0.1", server.port);
                assertEquals(200, accepted.response().status());
                assertEquals(new Outcome.Complete(), accepted.exchange().outcome());
                assertArrayEquals(certificate.certificate().getEncoded(),
                        accepted.exchange().route().orElseThrow().tls().orElseThrow().certificates().get(0));
            }
        }
    }

    @Test void plainServerIs502() throws Exception {
        try (CapturingProxy proxy = CapturingProxy.start(folder, settings -> settings.withInsecureUpstream(true));
                ScriptedOrigin plain = ScriptedOrigin.each(ScriptedOrigin.send("HTTP/1.1 400 Bad Request\r\n\r\n"))) {
            Result result = get(proxy, "127.0.0.1", plain.port());
            assertEquals(502, result.response().status());
            assertTrue(result.response().bodyText().contains("does not speak TLS"), result.text());
        }
    }

    @Test void clientCertificateWantedIs502() throws Exception {
        TestCertificate certificate = TestCertificate.forLoopback(folder);
        try (CapturingProxy proxy = CapturingProxy.trusting(folder, certificate);
                Server server = Server.start(certificate, "-tls1_2", "-Verify", "1")) {
            Result result = get(proxy, "127.0.0.1", server.port);
            assertEquals(502, result.response().status());
            assertEquals(ErrorClass.TLS, ((Outcome.Incomplete) result.exchange().outcome()).errorClass(), result.text());
        }
    }

    @Test void protocolBeyondJavaIs502() throws Exception {
        TestCertificate certificate = TestCertificate.forLoopback(folder);
        try (CapturingProxy proxy = CapturingProxy.trusting(folder, certificate);
                Server server = Server.start(certificate, "-tls1_2", "-cipher",
                        "ECDHE-ECDSA-CAMELLIA256-SHA384:ECDHE-ECDSA-ARIA256-GCM-SHA384")) {
            Result result = get(proxy, "127.0.0.1", server.port);
            assertEquals(502, result.response().status());
            assertTrue(result.response().bodyText().contains("cipher suite"), result.text());
        }
    }

    /** A request with an absolute https target: TLS towards the origin alone. */
    private static Result get(CapturingProxy proxy, String host, int port) throws Exception {
        try (RawClient client = RawClient.connect(proxy.port())) {
            client.send("GET https://" + host + ":" + port + "/ HTTP/1.1\r\nHost: " + host + ":" + port + "\r\n\r\n");
            return new Result(client.readResponse("GET"), proxy.awaitNewest());
        }
    }

    /** {@code openssl s_server}, which answers GET with a page about the session. */
    private static final class Server implements AutoCloseable {
        private final Process process;
        private final int port;

        private Server(Process process, int port) {
            this.process = process;
            this.port = port;
        }

        static Server start(TestCertificate certificate, String... options) throws IOException {
            List<String> command = new ArrayList<>(List.of(Programs.require("openssl").toString(), "s_server", "-accept", "127.0.0.1:0",
                    "-cert", certificate.pemFile().toString(), "-key", certificate.pemFile().toString(), "-www"));
            command.addAll(List.of(options));
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            BufferedReader said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            StringBuilder all = new StringBuilder();
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                if (line.startsWith("ACCEPT 127.0.0.1:")) {
                    Thread.ofVirtual().start(() -> drain(said));
                    return new Server(process, Integer.parseInt(line.substring(line.indexOf(':') + 1)));
                }
                all.append(line).append('\n');
            }
            throw new IOException("openssl s_server did not start: " + all);
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }

        /** A full pipe would stop the server. */
        private static void drain(BufferedReader said) {
            try (said) {
                while (said.read() >= 0) {
                    // What it says of connections is of no interest.
                }
            } catch (IOException e) {
                return; // The process was ended.
            }
        }
    }
}
