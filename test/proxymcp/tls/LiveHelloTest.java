package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.Programs;

/**
 * Hellos of real programs, read from a socket. What they must give follows from their options and from the numbers of the IANA registry; the
 * order of OpenSSL's extensions is its own and therefore left open.
 */
@Timeout(60)
final class LiveHelloTest {
    @Test void opensslWithOneOfEach() throws Exception {
        ClientHello hello = openssl("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256", "-groups", "X25519:P-256", "-sigalgs",
                "ECDSA+SHA256:RSA-PSS+SHA512", "-servername", "a.example", "-alpn", "http/1.1,h2");
        assertEquals("a.example", hello.serverName().orElseThrow());
        // TLS_EMPTY_RENEGOTIATION_INFO_SCSV (255) stands last; extensions: name, formats, groups, ticket, ALPN, EtM, EMS, algorithms.
        assertEquals("771,49195-255,0-10-11-13-16-22-23-35,29-23,0-1-2", Ja3.normalized(hello).text());
        assertEquals("t12d0208h1_00ff,c02b_000a,000b,000d,0016,0017,0023_0403,0806", Ja4.of(hello).raw());
    }

    @Test void opensslOfTheNewestVersion() throws Exception {
        ClientHello hello = openssl("-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256", "-groups", "P-256", "-sigalgs",
                "ed25519", "-noservername");
        assertEquals(Optional.empty(), hello.serverName());
        String raw = Ja4.of(hello).raw();
        assertTrue(raw.startsWith("t13i03") && raw.substring(8).startsWith("00_00ff,1301,1303_"), raw);
        assertTrue(raw.endsWith("_0807"), raw);
        assertTrue(raw.contains(",002b,") && raw.contains(",0033"), raw);
    }

    /** The same client gives the same fingerprint twice, whatever its random octets and key shares are. */
    @Test void fingerprintsAreTheSameInEachConnection() throws Exception {
        for (List<String> options : List.of(List.<String>of(), List.of("-alpn", "h2"), List.of("-max_protocol", "TLSv1.2"))) {
            ClientHello one = openssl(options.toArray(new String[0]));
            ClientHello other = openssl(options.toArray(new String[0]));
            assertEquals(Ja3.of(one), Ja3.of(other));
            assertEquals(Ja4.of(one), Ja4.of(other));
            assertEquals(options.contains("h2") ? "h2" : "00", Ja4.of(one).hashed().substring(8, 10));
            assertEquals(options.contains("TLSv1.2") ? "t12" : "t13", Ja4.of(one).hashed().substring(0, 3));
        }
    }

    @Test void curlNamesItsProtocols() throws Exception {
        ClientHello hello = hello(port -> List.of(Programs.require("curl").toString(), "-sk", "--http1.1", "--resolve",
                "a.example:" + port + ":127.0.0.1", "--ciphers", "ECDHE-RSA-AES256-GCM-SHA384", "--tls13-ciphers", "TLS_AES_256_GCM_SHA384",
                "https://a.example:" + port + "/"));
        String raw = Ja4.of(hello).raw();
        assertTrue(raw.startsWith("t13d03") && raw.substring(8).startsWith("h1_00ff,1302,c030_"), raw);
    }

    /** Chromium draws GREASE and the order of its extensions anew for each connection: JA3 moves, JA3N and JA4 stay. */
    @Test void chromiumIsKnownByWhatItDoesNotDraw() throws Exception {
        Optional<Path> chromium = Programs.find("chromium");
        Assumptions.assumeTrue(chromium.isPresent(), "there is no chromium");
        List<ClientHello> hellos = new ArrayList<>();
        Path profile = Files.createTempDirectory("chromium-hello");
        try {
            for (int i = 0; i < 2; i++) {
                hellos.add(hello(port -> List.of(chromium.get().toString(), "--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom",
                        "--no-proxy-server", "--host-resolver-rules=MAP a.example 127.0.0.1", "--user-data-dir=" + profile,
                        "https://a.example:" + port + "/")));
            }
        } finally {
            delete(profile);
        }
        assertEquals(Ja3.normalized(hellos.get(0)), Ja3.normalized(hellos.get(1)));
        assertEquals(Ja4.of(hellos.get(0)).hashed(), Ja4.of(hellos.get(1)).hashed());
        assertTrue(hellos.get(0).cipherSuites().stream().anyMatch(Grease::is));
        for (String part : Ja4.of(hellos.get(0)).raw().split("[_,]")) {
            assertTrue(part.length() != 4 || !Grease.is(Integer.parseInt(part, 16)), part);
        }
        assertTrue(Ja4.of(hellos.get(0)).hashed().startsWith("t13d"), Ja4.of(hellos.get(0)).hashed());
    }

    private interface Command {
        List<String> on(int port);
    }

    private static ClientHello openssl(String... options) throws Exception {
        return hello(port -> {
            List<String> command = new ArrayList<>(List.of(Programs.require("openssl").toString(), "s_client", "-connect", "127.0.0.1:" + port));
            command.addAll(List.of(options));
            return command;
        });
    }

    /** Runs a program against a port that reads its hello and closes. */
    private static ClientHello hello(Command command) throws IOException, InterruptedException {
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            listener.setSoTimeout(40_000);
            Process process = new ProcessBuilder(command.on(listener.getLocalPort())).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null"))).start();
            try (Socket socket = listener.accept()) {
                return ((ClientHelloReader.Tls) ClientHelloReader.read(socket.getInputStream())).hello();
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
