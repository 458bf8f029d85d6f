package proxymcp.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;

/**
 * Certificates for the names that clients ask for, each made once and kept while it is among the most recently used.
 *
 * <p>Each name has an {@link SSLContext} of its own: JSSE keeps its sessions per context, so that a client resumes under
 * the name it began with and no other. All leaves share one key pair, made at the first use.
 *
 * <p>{@code lock} guards the map; certificates are made outside it. Threads that ask for a name which another one is making
 * wait for that one.
 */
public final class LeafCertificates {
    /** Names kept; about 15 KiB each. */
    public static final int NAMES_MAX = 1000;

    /** A certificate with less validity left is made anew. */
    static final Duration VALIDITY_LEFT_MIN = Duration.ofDays(1);

    private final CertificateAuthority authority;
    private final Clock clock;
    private final int namesMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<CertificateName, FutureTask<Leaf>> leaves = new LinkedHashMap<>(16, 0.75f, true);
    private final FutureTask<Maker> maker = new FutureTask<>(Maker::create);

    /** A certificate, and the context that serves it. */
    record Leaf(X509Certificate certificate, SSLContext context) {}

    /** What making leaves needs. Made at the first use: it is the part that loads BouncyCastle. */
    private record Maker(CertificateMaker certificates, KeyPair keys) {
        static Maker create() throws GeneralSecurityException {
            CertificateMaker certificates = new CertificateMaker();
            return new Maker(certificates, certificates.keyPair());
        }
    }

    /** Leaves signed by {@code authority}, for at most {@link #NAMES_MAX} names at a time. */
    public LeafCertificates(CertificateAuthority authority, Clock clock) {
        this(authority, clock, NAMES_MAX);
    }

    LeafCertificates(CertificateAuthority authority, Clock clock, int namesMax) {
        this.authority = authority;
        this.clock = clock;
        this.namesMax = namesMax;
    }

    /**
     * The context to serve {@code name} with.
     *
     * @throws TlsException of reason {@code LOCAL} if no certificate can be made
     */
    SSLContext serverContext(CertificateName name) throws TlsException {
        return leaf(name).context();
    }

    /** The leaf for {@code name}, made if need be. */
    Leaf leaf(CertificateName name) throws TlsException {
        FutureTask<Leaf> task = task(name);
        task.run();
        Leaf leaf = result(name, task);
        if (!expiresSoon(leaf)) {
            return leaf;
        }
        FutureTask<Leaf> renewed = replace(name, task);
        renewed.run();
        return result(name, renewed);
    }

    /** How many names are kept. */
    int size() {
        lock.lock();
        try {
            return leaves.size();
        } finally {
            lock.unlock();
        }
    }

    private FutureTask<Leaf> task(CertificateName name) {
        lock.lock();
        try {
            FutureTask<Leaf> found = leaves.get(name);
            return found == null ? put(name) : found;
        } finally {
            lock.unlock();
        }
    }

    private FutureTask<Leaf> replace(CertificateName name, FutureTask<Leaf> old) {
        lock.lock();
        try {
            FutureTask<Leaf> found = leaves.get(name);
            return found == null || found == old ? put(name) : found;
        } finally {
            lock.unlock();
        }
    }

    private FutureTask<Leaf> put(CertificateName name) {
        FutureTask<Leaf> task = new FutureTask<>(() -> make(name));
        leaves.put(name, task);
        if (leaves.size() > namesMax) {
            Iterator<Map.Entry<CertificateName, FutureTask<Leaf>>> eldest = leaves.entrySet().iterator();
            eldest.next();
            eldest.remove();
        }
        return task;
    }

    private Leaf result(CertificateName name, FutureTask<Leaf> task) throws TlsException {
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TlsException(TlsException.Reason.LOCAL, "interrupted while waiting for a certificate", e);
        } catch (ExecutionException e) {
            forget(name, task);
            throw new TlsException(TlsException.Reason.LOCAL,
                    "no certificate for " + name.text() + " can be made: " + e.getCause(), e.getCause());
        }
    }

    private void forget(CertificateName name, FutureTask<Leaf> task) {
        lock.lock();
        try {
            leaves.remove(name, task);
        } finally {
            lock.unlock();
        }
    }

    private boolean expiresSoon(Leaf leaf) {
        Instant end = leaf.certificate().getNotAfter().toInstant();
        // When the authority itself is about to end, a new leaf would be no better.
        return end.isBefore(clock.instant().plus(VALIDITY_LEFT_MIN))
                && end.isBefore(authority.certificate().getNotAfter().toInstant());
    }

    private Leaf make(CertificateName name) throws GeneralSecurityException, IOException {
        maker.run();
        Maker made;
        try {
            made = maker.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while making the key pair", e);
        } catch (ExecutionException e) {
            throw new GeneralSecurityException("no key pair: " + e.getCause(), e.getCause());
        }
        X509Certificate certificate = authority.issue(made.certificates(), name, made.keys().getPublic(), clock);
        X509Certificate[] chain = {certificate, authority.certificate()};
        return new Leaf(certificate, ServerKey.context(chain, made.keys().getPrivate()));
    }
}
