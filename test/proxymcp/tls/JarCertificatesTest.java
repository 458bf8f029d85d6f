package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;

/** The jar holds a small part of BouncyCastle. Without the whole library beside it, it must still make certificates. */
final class JarCertificatesTest {
    @Test void theJarAloneMakesAnAuthorityAndLeaves(@TempDir Path folder) throws Exception {
        copyClass(Child.class, folder);
        Process child = new ProcessBuilder(Programs.java().toString(), "-cp",
                Programs.jar() + File.pathSeparator + folder, Child.class.getName(), folder.resolve("ca").toString())
                .redirectErrorStream(true).start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        assertEquals("[[2, a.example]] [[7, 127.0.0.1]]\n", said);
    }

    /** Runs in a JVM of its own: prints the names in two leaves, after checking who signed them. */
    static final class Child {
        private Child() {
        }

        public static void main(String[] args) throws Exception {
            CertificateAuthority authority = CertificateAuthority.open(Path.of(args[0]), Clock.systemUTC());
            LeafCertificates leaves = new LeafCertificates(authority, Clock.systemUTC());
            X509Certificate host = leaves.leaf(name("a.example")).certificate();
            X509Certificate address = leaves.leaf(name("127.0.0.1")).certificate();
            host.verify(authority.certificate().getPublicKey());
            address.verify(authority.certificate().getPublicKey());
            System.out.print(host.getSubjectAlternativeNames() + " " + address.getSubjectAlternativeNames() + "\n");
        }

        private static CertificateName name(String text) {
            return CertificateName.parse(text).orElseThrow();
        }
    }

    private static void copyClass(Class<?> type, Path folder) throws IOException {
        String file = type.getName().replace('.', '/') + ".class";
        Path copy = folder.resolve(file);
        Files.createDirectories(copy.getParent());
        try (InputStream in = type.getClassLoader().getResourceAsStream(file)) {
            Files.write(copy, in.readAllBytes());
        }
    }
}
