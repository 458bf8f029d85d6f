package proxymcp.chrome;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.tls.CertificateAuthority;

/** What the variables of programs name: there once, and still there when all has ended. */
@Timeout(120)
final class ProgramFilesTest {
    private static final FileTime OLD = FileTime.fromMillis(1_000_000_000_000L);

    @TempDir
    Path folder;

    private X509Certificate certificate(String home) throws Exception {
        return CertificateAuthority.open(folder.resolve(home), Clock.systemUTC()).certificate();
    }

    private static List<Certificate> trusted(ProgramFiles files) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(files.trustStore())) {
            store.load(in, "changeit".toCharArray());
        }
        return Collections.list(store.aliases()).stream().map(alias -> certificate(store, alias)).toList();
    }

    private static Certificate certificate(KeyStore store, String alias) {
        try {
            return store.getCertificate(alias);
        } catch (java.security.KeyStoreException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> names(ProgramFiles files) throws IOException {
        try (Stream<Path> entries = Files.list(files.folder())) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    @Test void whatIsThereAsItShouldBeIsLeftAlone() throws Exception {
        ProgramFiles files = ProgramFiles.in(folder.resolve("home"));
        files.write(certificate("ca"));
        for (Path file : List.of(files.trustStore(), files.nodePreload())) {
            Files.setLastModifiedTime(file, OLD);
        }
        files.write(certificate("ca"));
        assertEquals(OLD, Files.getLastModifiedTime(files.trustStore()));
        assertEquals(OLD, Files.getLastModifiedTime(files.nodePreload()));
        assertEquals(List.of(certificate("ca")), trusted(files));
        assertEquals(List.of("node.cjs", "trust.p12"), names(files));
    }

    @Test void whatIsDamagedOrOfAnotherAuthorityIsReplaced() throws Exception {
        ProgramFiles files = ProgramFiles.in(folder.resolve("home"));
        files.write(certificate("ca"));
        byte[] script = Files.readAllBytes(files.nodePreload());
        files.write(certificate("other"));
        assertEquals(List.of(certificate("other")), trusted(files));
        Files.write(files.trustStore(), new byte[10]);
        Files.write(files.nodePreload(), "'use str".getBytes(StandardCharsets.US_ASCII));
        files.write(certificate("other"));
        assertEquals(List.of(certificate("other")), trusted(files));
        assertArrayEquals(script, Files.readAllBytes(files.nodePreload()));
        assertEquals(List.of("node.cjs", "trust.p12"), names(files));
    }

    @Test void programsStartWithVariablesOfAServerThatHasEnded() throws Exception {
        Prepared prepared;
        try (Lab lab = new Lab(folder, "it's a \"home\"", Lab.environment())) {
            prepared = lab.interceptors.prepare(lab.target());
            lab.interceptors.kill(prepared.target().targetId());
        }
        Path source = Files.writeString(folder.resolve("Trust.java"), """
                public class Trust {
                    public static void main(String[] args) throws Exception {
                        javax.net.ssl.SSLContext.getDefault().getSocketFactory();
                        System.out.print("started");
                    }
                }
                """);
        assertPrints("started", prepared, Programs.java().toString(), source.toString());
        Optional<Path> node = Programs.find("node");
        if (node.isPresent()) {
            assertPrints("started", prepared, node.get().toString(), "-e", "process.stdout.write('started')");
        }
    }

    private void assertPrints(String expected, Prepared prepared, String... command) throws Exception {
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(Lab.environment());
        prepared.environment().putInto(builder.environment());
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor() == 0 && out.equals(expected), out + Files.readString(err));
    }
}
