package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.exchange.TlsInfo;

/** Origins that speak nothing newer than TLS 1.1: refused with the way out as Java comes, served where it was told to. */
@Timeout(60)
final class OldVersionTest {
    @TempDir
    static Path folder;

    private static Path server;

    @BeforeAll static void makeKeys() throws Exception {
        TlsSetup.beforeFirstUse();
        server = OpensslServer.selfSignedRsa(folder.resolve("server.pem"), "DNS:a.example");
    }

    private static OpensslServer old(String version) throws IOException {
        return OpensslServer.start(server, version, "-cipher", "ALL:@SECLEVEL=0");
    }

    @Test void refusalSaysWhatToChange() throws Exception {
        for (String version : List.of("-tls1", "-tls1_1")) {
            try (OpensslServer origin = old(version)) {
                assertEquals("NO_COMMON_PARAMETERS the server a.example refused the handshake with alert protocol_version; it speaks none of the versions "
                        + "that this Java offers (TLSv1.2, TLSv1.3). Older ones are offered when the server is started with "
                        + "-Djava.security.properties=FILE, where FILE sets jdk.tls.disabledAlgorithms without them", attempt(origin.port(), Optional.empty()));
            }
        }
    }

    /** A newest version that was set too high is another matter. */
    @Test void refusalOfALeastVersionNamesThatOne() throws Exception {
        try (OpensslServer origin = OpensslServer.start(server, "-tls1_2")) {
            String said = attempt(origin.port(), Optional.of(TlsVersion.TLS_1_3));
            assertTrue(said.contains("this Java offers (TLSv1.3); min_version of proxy_set_origin_tls is TLSv1.3"), said);
        }
    }

    @Test void javaThatWasToldToSpeaksThem() throws Exception {
        Path properties = Files.writeString(folder.resolve("old.security"), "jdk.tls.disabledAlgorithms=SSLv3, RC4, NULL, anon\n");
        for (String version : List.of("TLSv1", "TLSv1.1")) {
            try (OpensslServer origin = old(version.equals("TLSv1") ? "-tls1" : "-tls1_1")) {
                Process child = new ProcessBuilder(Programs.java().toString(), "-XX:TieredStopAtLevel=1", "-Djava.security.properties=" + properties, "-cp",
                        System.getProperty("java.class.path"), Attempt.class.getName(), Integer.toString(origin.port()), version)
                        .redirectErrorStream(true).start();
                String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertTrue(child.waitFor(30, TimeUnit.SECONDS));
                assertEquals(version + " with JA3S, 1 certificates", said.strip());
            }
        }
    }

    /** One handshake in a Java of its own: which versions JSSE has is read once. */
    static final class Attempt {
        private Attempt() {}

        public static void main(String[] args) throws Exception {
            System.out.println(attempt(Integer.parseInt(args[0]), Optional.of(TlsVersion.of(args[1]))));
        }
    }

    private static String attempt(int port, Optional<TlsVersion> least) throws IOException {
        OriginTlsSettings settings = new OriginTlsSettings();
        least.ifPresent(version -> settings.set("*", new OriginTlsSetting(Optional.empty(), Optional.empty(), Optional.empty(), least)));
        OriginTls tls = new OriginTls(new UpstreamTrust.AcceptAny(), List.of(), settings);
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            TlsInfo info = tls.connect(tls.client("a.example"), socket, "a.example", port).info();
            return info.version() + (info.ja3s().isPresent() ? " with JA3S, " : " ") + info.certificates().size() + " certificates";
        } catch (TlsException e) {
            return e.reason() + " " + e.getMessage();
        }
    }
}
