package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;

final class CertificateAuthorityTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final StepClock clock = new StepClock(NOW);
    private Path folder;
    private Path keyFile;
    private Path certificateFile;

    @BeforeEach void folder(@TempDir Path home) {
        folder = home.resolve("ca");
        keyFile = folder.resolve("ca-key.pem");
        certificateFile = folder.resolve("ca-cert.pem");
    }

    @Test void isMadeOnceAndReadAfterwards() throws IOException {
        CertificateAuthority made = CertificateAuthority.open(folder, clock);
        clock.advance(Duration.ofDays(400));
        CertificateAuthority read = CertificateAuthority.open(folder, clock);
        assertEquals(made.certificate(), read.certificate());
        assertEquals(made.pem(), read.pem());
        assertEquals(certificateFile, read.certificateFile());
        assertEquals(made.pem(), Files.readString(certificateFile));
        assertEquals(List.of("ca-cert.pem", "ca-key.pem", "ca.lock"), names());
    }

    @Test void certificateIsThatOfAnAuthority() throws Exception {
        X509Certificate certificate = CertificateAuthority.open(folder, clock).certificate();
        certificate.verify(certificate.getPublicKey());
        assertEquals(certificate.getIssuerX500Principal(), certificate.getSubjectX500Principal());
        String name = certificate.getSubjectX500Principal().getName();
        assertTrue(name.matches("CN=proxy-mcp CA [0-9a-f]{8},O=proxy-mcp"), name);
        assertEquals(0, certificate.getBasicConstraints());
        assertEquals(Set.of("2.5.29.15", "2.5.29.19"), certificate.getCriticalExtensionOIDs());
        assertEquals(Set.of("2.5.29.14"), certificate.getNonCriticalExtensionOIDs());
        assertArrayEquals(new boolean[] {true, false, false, false, false, true, true, false, false},
                certificate.getKeyUsage());
        assertEquals(NOW.minus(Duration.ofDays(1)), certificate.getNotBefore().toInstant());
        assertEquals(NOW.plus(Duration.ofDays(3650)), certificate.getNotAfter().toInstant());
        assertTrue(certificate.getSerialNumber().signum() > 0);
        assertEquals("SHA256withECDSA", certificate.getSigAlgName());
    }

    @Test void twoHomesHaveTwoNames(@TempDir Path other) throws IOException {
        assertNotEquals(CertificateAuthority.open(folder, clock).certificate().getSubjectX500Principal(),
                CertificateAuthority.open(other, clock).certificate().getSubjectX500Principal());
    }

    @Test void fingerprintsAreWhatOpensslSays() throws Exception {
        String openssl = Programs.require("openssl").toString();
        CertificateAuthority authority = CertificateAuthority.open(folder, clock);
        String said = output(openssl, "x509", "-in", certificateFile.toString(), "-noout", "-fingerprint", "-sha256");
        assertEquals(said.strip().replaceFirst(".*=", ""), authority.sha256Fingerprint());
        String spki = output("sh", "-c", openssl + " x509 -in '" + certificateFile + "' -noout -pubkey | " + openssl
                + " pkey -pubin -outform der | " + openssl + " dgst -sha256 -binary | " + openssl + " base64");
        assertEquals(spki.strip(), authority.spkiFingerprint());
    }

    @Test void filesAreClosedToOthersAndRepairedWhenTheyAreNot() throws IOException {
        CertificateAuthority made = CertificateAuthority.open(folder, clock);
        assertEquals("rwx------", mode(folder));
        assertEquals("rw-------", mode(keyFile));
        assertEquals("rw-r--r--", mode(certificateFile));
        Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-r-----"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertEquals(made.certificate(), CertificateAuthority.open(folder, clock).certificate());
        assertEquals("rwx------", mode(folder));
        assertEquals("rw-------", mode(keyFile));
    }

    @Test void threadsThatOpenAtOnceGetOneAuthority() throws Exception {
        int threads = 8;
        CountDownLatch start = new CountDownLatch(threads);
        List<Future<String>> found = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (int i = 0; i < threads; i++) {
                found.add(pool.submit(() -> {
                    start.countDown();
                    start.await();
                    return CertificateAuthority.open(folder, clock).pem();
                }));
            }
            for (Future<String> pem : found) {
                assertEquals(found.get(0).get(), pem.get());
            }
        }
    }

    @Test void processesThatOpenAtOnceGetOneAuthority() throws Exception {
        List<Process> children = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            children.add(new ProcessBuilder(Programs.java().toString(), "-cp", System.getProperty("java.class.path"),
                    OpenAndPrint.class.getName(), folder.toString()).redirectErrorStream(true).start());
        }
        for (Process child : children) {
            String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(child.waitFor(60, TimeUnit.SECONDS));
            assertEquals(CertificateAuthority.open(folder, Clock.systemUTC()).sha256Fingerprint(), said.strip());
        }
    }

    /** A process of its own that opens an authority. */
    static final class OpenAndPrint {
        private OpenAndPrint() {}

        public static void main(String[] args) throws IOException {
            System.out.println(CertificateAuthority.open(Path.of(args[0]), Clock.systemUTC()).sha256Fingerprint());
        }
    }

    /** An existing authority is read without a single BouncyCastle class: that is what keeps the start cheap. */
    @Test void readingLoadsNoBouncyCastle() throws Exception {
        CertificateAuthority.open(folder, Clock.systemUTC());
        String loaded = output(Programs.java().toString(), "-verbose:class", "-cp",
                System.getProperty("java.class.path"), OpenAndPrint.class.getName(), folder.toString());
        assertTrue(loaded.contains("proxymcp.tls.CaFiles"), "the child opened nothing");
        assertFalse(loaded.contains("org.bouncycastle"), "BouncyCastle was loaded");
    }

    @Test void crashBetweenTheTwoMovesIsFinished() throws IOException {
        CertificateAuthority made = CertificateAuthority.open(folder, clock);
        Files.move(certificateFile, folder.resolve("ca-cert.pem.tmp"));
        assertEquals(made.certificate(), CertificateAuthority.open(folder, clock).certificate());
        assertEquals(made.pem(), Files.readString(certificateFile));
    }

    @Test void crashBeforeTheFirstMoveStartsAgain() throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("ca-cert.pem.tmp"), "half a certif");
        Files.writeString(folder.resolve("ca-key.pem.tmp"), "half a k");
        CertificateAuthority.open(folder, clock);
        assertEquals(List.of("ca-cert.pem", "ca-key.pem", "ca.lock"), names());
    }

    @Test void oneFileWithoutTheOtherIsRefused(@TempDir Path other) throws IOException {
        String pem = CertificateAuthority.open(folder, clock).pem();
        String key = Files.readString(keyFile);
        Files.delete(keyFile);
        assertRefused(keyFile, "missing, while the certificate is there");
        Files.writeString(keyFile, key);
        Files.delete(certificateFile);
        assertRefused(certificateFile, "missing, while the key is there");
        Files.writeString(folder.resolve("ca-cert.pem.tmp"), pem.substring(0, 100));
        assertRefused(certificateFile, "missing, while the key is there");
        String foreign = CertificateAuthority.open(other, clock).pem();
        Files.writeString(folder.resolve("ca-cert.pem.tmp"), foreign);
        assertRefused(certificateFile, "missing, while the key is there");
        assertFalse(Files.exists(certificateFile));
    }

    @Test void filesThatDoNotFitEachOtherAreRefused(@TempDir Path other) throws IOException {
        CertificateAuthority.open(folder, clock);
        CertificateAuthority.open(other, clock);
        Files.copy(other.resolve("ca-key.pem"), keyFile, StandardCopyOption.REPLACE_EXISTING);
        assertRefused(certificateFile, "does not belong to the key in ca-key.pem");
    }

    @Test void expiredAuthorityIsRefused() throws IOException {
        CertificateAuthority.open(folder, clock);
        clock.advance(Duration.ofDays(3651));
        assertRefused(certificateFile, "expired on 2036-02-27T12:00:00Z");
    }

    @Test void everyCutAndEveryDamagedByteIsRefusedOrTheSame() throws IOException {
        CertificateAuthority made = CertificateAuthority.open(folder, clock);
        for (Path file : List.of(keyFile, certificateFile)) {
            byte[] whole = Files.readAllBytes(file);
            for (int at = 0; at < whole.length; at += 7) {
                Files.write(file, Arrays.copyOf(whole, at));
                assertSameOrRefused(made);
                byte[] damaged = whole.clone();
                damaged[at] ^= 1;
                Files.write(file, damaged);
                assertSameOrRefused(made);
            }
            Files.write(file, whole);
        }
        assertEquals(made.certificate(), CertificateAuthority.open(folder, clock).certificate());
    }

    @Test void whatIsNoFileIsRefusedUnread() throws Exception {
        CertificateAuthority.open(folder, clock);
        for (Path file : List.of(keyFile, certificateFile)) {
            Path kept = Files.move(file, folder.resolve("kept"));
            Files.createDirectory(file);
            assertRefused(file, "not a regular file");
            Files.delete(file);
            Files.createSymbolicLink(file, folder.resolve("nowhere"));
            assertRefused(file, "not a regular file");
            Files.delete(file);
            output(Programs.require("mkfifo").toString(), file.toString());
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertRefused(file, "not a regular file"));
            Files.delete(file);
            Files.move(kept, file);
        }
    }

    @Test void folderThatCannotBeMadeIsRefused(@TempDir Path home) throws IOException {
        Path file = Files.writeString(home.resolve("plain"), "a file");
        CaException thrown = assertThrows(CaException.class, () -> CertificateAuthority.open(file.resolve("ca"), clock));
        assertEquals(file.resolve("ca"), thrown.file());
        assertTrue(thrown.getMessage().contains("--home"), thrown.getMessage());
    }

    /** What a damaged file still says may be all of it, when the damage is outside the PEM block. */
    private void assertSameOrRefused(CertificateAuthority made) {
        try {
            CertificateAuthority found = CertificateAuthority.open(folder, clock);
            // A bit of the certificate can change without the key becoming another one.
            assertEquals(made.certificate().getPublicKey(), found.certificate().getPublicKey());
        } catch (CaException e) {
            assertTrue(e.getMessage().contains("; "), e.getMessage());
        }
    }

    private void assertRefused(Path file, String problem) {
        CaException thrown = assertThrows(CaException.class, () -> CertificateAuthority.open(folder, clock));
        assertEquals(file, thrown.file());
        assertTrue(thrown.getMessage().startsWith(file + ": " + problem + "; "), thrown.getMessage());
        assertTrue(thrown.getMessage().contains("to make a new authority"), thrown.getMessage());
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String mode(Path path) throws IOException {
        Set<PosixFilePermission> found = Files.getPosixFilePermissions(path);
        return PosixFilePermissions.toString(found);
    }

    private static String output(String... command) throws Exception {
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, child.exitValue(), said);
        return said;
    }
}
