package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LeafCertificatesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final StepClock clock = new StepClock(NOW);
    private CertificateAuthority authority;
    private LeafCertificates leaves;

    @BeforeEach void authority(@TempDir Path home) throws IOException {
        authority = CertificateAuthority.open(home.resolve("ca"), clock);
        leaves = new LeafCertificates(authority, clock, 3);
    }

    @Test void leafIsAServerCertificateOfTheAuthority() throws Exception {
        X509Certificate leaf = leaf("www.example.org");
        leaf.verify(authority.certificate().getPublicKey());
        assertEquals("CN=www.example.org,O=proxy-mcp", leaf.getSubjectX500Principal().getName());
        assertEquals(authority.certificate().getSubjectX500Principal(), leaf.getIssuerX500Principal());
        assertEquals(List.of(List.of(2, "www.example.org")), names(leaf));
        assertEquals(List.of("1.3.6.1.5.5.7.3.1"), leaf.getExtendedKeyUsage());
        assertEquals(-1, leaf.getBasicConstraints());
        assertEquals(NOW.minus(Duration.ofDays(1)), leaf.getNotBefore().toInstant());
        assertEquals(NOW.plus(Duration.ofDays(196)), leaf.getNotAfter().toInstant());
        assertTrue(leaf.getSerialNumber().signum() > 0 && leaf.getSerialNumber().bitLength() <= 159);
        assertNotEquals(leaf.getSerialNumber(), leaf("other.example").getSerialNumber());
        assertEquals(leaf.getPublicKey(), leaf("other.example").getPublicKey());
    }

    /** RFC 5280 section 4.2.1.1: the last 20 bytes of both extensions are the authority's key identifier. */
    @Test void authorityKeyIdentifierIsTheAuthoritysSubjectKeyIdentifier() throws IOException {
        byte[] subject = authority.certificate().getExtensionValue("2.5.29.14");
        byte[] issuer = leaf("a.example").getExtensionValue("2.5.29.35");
        assertArrayEquals(Arrays.copyOfRange(subject, subject.length - 20, subject.length),
                Arrays.copyOfRange(issuer, issuer.length - 20, issuer.length));
    }

    @Test void addressesAndLongNamesHaveTheirOwnForm() throws Exception {
        assertEquals(List.of(List.of(7, "127.0.0.1")), names(leaf("127.0.0.1")));
        assertEquals(List.of(List.of(7, "0:0:0:0:0:0:0:1")), names(leaf("[::1]")));
        assertEquals(List.of(List.of(2, "xn--bcher-kva.example")), names(leaf("b\u00fccher.example")));
        String longName = ("a".repeat(50) + ".").repeat(4) + "example";
        X509Certificate leaf = leaf(longName);
        assertEquals(List.of(List.of(2, longName)), names(leaf));
        assertEquals("O=proxy-mcp", leaf.getSubjectX500Principal().getName());
        leaf.verify(authority.certificate().getPublicKey());
    }

    @Test void sameNameIsTheSameLeaf() throws IOException {
        LeafCertificates.Leaf first = leaves.leaf(name("a.example"));
        assertSame(first, leaves.leaf(name("A.Example.")));
    }

    @Test void leastRecentlyUsedNameIsDropped() throws IOException {
        LeafCertificates.Leaf a = leaves.leaf(name("a.example"));
        LeafCertificates.Leaf b = leaves.leaf(name("b.example"));
        leaves.leaf(name("c.example"));
        leaves.leaf(name("a.example"));
        leaves.leaf(name("d.example"));
        assertEquals(3, leaves.size());
        assertSame(a, leaves.leaf(name("a.example")));
        assertNotSame(b, leaves.leaf(name("b.example")));
    }

    @Test void leafIsMadeAnewADayBeforeItEnds() throws IOException {
        LeafCertificates.Leaf first = leaves.leaf(name("a.example"));
        clock.advance(Duration.ofDays(195));
        assertSame(first, leaves.leaf(name("a.example")));
        clock.advance(Duration.ofSeconds(1));
        LeafCertificates.Leaf second = leaves.leaf(name("a.example"));
        assertNotSame(first, second);
        assertSame(second, leaves.leaf(name("a.example")));
        assertEquals(clock.instant().plus(Duration.ofDays(196)), second.certificate().getNotAfter().toInstant());
    }

    @Test void leafDoesNotOutliveTheAuthority() throws IOException {
        clock.advance(Duration.ofDays(3649).plusHours(12));
        LeafCertificates.Leaf last = leaves.leaf(name("a.example"));
        assertEquals(authority.certificate().getNotAfter(), last.certificate().getNotAfter());
        assertSame(last, leaves.leaf(name("a.example")));
    }

    @Test void concurrentFirstUseMakesOneLeaf() throws Exception {
        int threads = 16;
        CountDownLatch start = new CountDownLatch(threads);
        List<Future<LeafCertificates.Leaf>> found = new ArrayList<>();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < threads; i++) {
                found.add(pool.submit(() -> {
                    start.countDown();
                    start.await();
                    return leaves.leaf(name("a.example"));
                }));
            }
        }
        for (Future<LeafCertificates.Leaf> leaf : found) {
            assertSame(found.get(0).get(), leaf.get());
        }
    }

    private X509Certificate leaf(String name) throws IOException {
        return leaves.leaf(name(name)).certificate();
    }

    private static CertificateName name(String given) {
        return CertificateName.parse(given).orElseThrow();
    }

    private static List<List<Object>> names(X509Certificate leaf) throws Exception {
        Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
        List<List<Object>> names = new ArrayList<>();
        for (List<?> alternative : alternatives) {
            names.add(new ArrayList<>(alternative));
        }
        return names;
    }
}
