package proxymcp.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The files of one authority.
 *
 * <pre>
 *   ca-key.pem    private key, PKCS #8, mode 0600
 *   ca-cert.pem   certificate, mode 0644 inside the folder's 0700
 *   ca.lock       locked by the process that makes the two others
 *   *.tmp         not yet valid; moved to its name when forced to disk
 * </pre>
 *
 * <p>The key is moved first. A crash between the two moves leaves a key with the certificate still under its temporary
 * name; the next opener moves that. Reading uses JDK classes only, which keeps the start of a process cheap.
 */
final class CaFiles {
    private static final Set<PosixFilePermission> OWNER_FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> PUBLIC_FILE = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> OWNER_ALONE = EnumSet.of(PosixFilePermission.OWNER_READ,
            PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    /** File locks are held by the process, so threads of one process need a lock of their own. */
    private static final ReentrantLock IN_PROCESS = new ReentrantLock();

    private final Path folder;
    private final Path keyFile;
    private final Path certificateFile;
    private final Path temporaryKey;
    private final Path temporaryCertificate;

    CaFiles(Path folder) {
        this.folder = folder;
        this.keyFile = folder.resolve("ca-key.pem");
        this.certificateFile = folder.resolve("ca-cert.pem");
        this.temporaryKey = folder.resolve("ca-key.pem.tmp");
        this.temporaryCertificate = folder.resolve("ca-cert.pem.tmp");
    }

    CertificateAuthority openOrMake(Instant now) throws CaException {
        makeFolder();
        if (!exists(keyFile) || !exists(certificateFile)) {
            makeUnderLock(now);
        }
        return read(now);
    }

    private void makeFolder() throws CaException {
        try {
            Files.createDirectories(folder, permissions(OWNER_FOLDER));
            closeToOthers(folder, OWNER_FOLDER);
        } catch (IOException e) {
            throw new CaException(folder, "the folder cannot be made: " + e,
                    "choose a home that can be written with --home", e);
        }
    }

    private void makeUnderLock(Instant now) throws CaException {
        Path lockFile = folder.resolve("ca.lock");
        IN_PROCESS.lock();
        try (FileChannel channel = FileChannel.open(lockFile,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), permissions(OWNER_FILE));
                FileLock lock = channel.lock()) {
            if (!lock.isValid()) {
                throw new IOException("the lock was lost");
            }
            makeMissing(now);
        } catch (CaException e) {
            throw e;
        } catch (IOException | GeneralSecurityException e) {
            throw new CaException(folder, "the authority cannot be made: " + e,
                    "make the folder writable, or choose another home with --home", e);
        } finally {
            IN_PROCESS.unlock();
        }
    }

    /** Looks again, because another process may have been first. */
    private void makeMissing(Instant now) throws IOException, GeneralSecurityException {
        boolean keyThere = exists(keyFile);
        boolean certificateThere = exists(certificateFile);
        if (keyThere && !certificateThere) {
            finishInterruptedMake();
        } else if (!keyThere && certificateThere) {
            throw new CaException(keyFile, "missing, while the certificate is there",
                    "put the key back, or delete " + certificateFile + " to make a new authority, which every client must "
                            + "be told to trust");
        } else if (!keyThere) {
            make(now);
        }
    }

    private void finishInterruptedMake() throws IOException {
        try {
            PrivateKey key = parseKey(text(keyFile));
            X509Certificate certificate = parseCertificate(text(temporaryCertificate));
            if (belongTogether(key, certificate)) {
                move(temporaryCertificate, certificateFile);
                return;
            }
        } catch (NoSuchFileException | GeneralSecurityException | IllegalArgumentException e) {
            // There is no certificate to finish with: the same answer as for one that fits another key.
        }
        throw new CaException(certificateFile, "missing, while the key is there",
                "put the certificate back, or delete " + keyFile + " to make a new authority, which every client must be "
                        + "told to trust");
    }

    private void make(Instant now) throws IOException, GeneralSecurityException {
        CertificateMaker maker = new CertificateMaker();
        KeyPair keys = maker.keyPair();
        X509Certificate certificate = maker.authority(keys, now);
        write(temporaryCertificate, Pem.encode(Pem.CERTIFICATE, certificate.getEncoded()), PUBLIC_FILE);
        write(temporaryKey, Pem.encode(Pem.PRIVATE_KEY, keys.getPrivate().getEncoded()), OWNER_FILE);
        move(temporaryKey, keyFile);
        move(temporaryCertificate, certificateFile);
    }

    private static void write(Path file, String text, Set<PosixFilePermission> mode) throws IOException {
        Files.deleteIfExists(file);
        Set<OpenOption> create = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(file, create, permissions(mode))) {
            ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    private CertificateAuthority read(Instant now) throws CaException {
        requireFile(keyFile);
        requireFile(certificateFile);
        try {
            closeToOthers(keyFile, OWNER_FILE);
        } catch (IOException e) {
            throw new CaException(keyFile, "others can read the key and that cannot be changed: " + e,
                    "run chmod 600 on it as its owner", e);
        }
        PrivateKey key = readKey();
        X509Certificate certificate = readCertificate();
        checkUsable(key, certificate, now);
        return new CertificateAuthority(certificateFile, certificate, key);
    }

    /** Reading a pipe or a device would not end. */
    private void requireFile(Path file) throws CaException {
        if (!Files.isRegularFile(file)) {
            throw new CaException(file, "not a regular file", startAnew());
        }
    }

    private PrivateKey readKey() throws CaException {
        try {
            return parseKey(text(keyFile));
        } catch (IOException e) {
            throw unreadable(keyFile, e);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new CaException(keyFile, "not an EC private key in PKCS #8 PEM: " + e.getMessage(), startAnew(), e);
        }
    }

    private X509Certificate readCertificate() throws CaException {
        try {
            return parseCertificate(text(certificateFile));
        } catch (IOException e) {
            throw unreadable(certificateFile, e);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new CaException(certificateFile, "not a certificate in PEM: " + e.getMessage(), startAnew(), e);
        }
    }

    private void checkUsable(PrivateKey key, X509Certificate certificate, Instant now) throws CaException {
        boolean fits;
        try {
            fits = belongTogether(key, certificate);
        } catch (GeneralSecurityException e) {
            throw new CaException(certificateFile, "its key cannot be used: " + e.getMessage(), startAnew(), e);
        }
        if (!fits) {
            throw new CaException(certificateFile, "does not belong to the key in " + keyFile.getFileName(), startAnew());
        }
        if (certificate.getBasicConstraints() < 0) {
            throw new CaException(certificateFile, "not the certificate of an authority", startAnew());
        }
        Instant end = certificate.getNotAfter().toInstant();
        if (end.isBefore(now)) {
            throw new CaException(certificateFile, "expired on " + end, startAnew());
        }
    }

    private String startAnew() {
        return "restore it, or delete " + keyFile + " and " + certificateFile
                + " to make a new authority, which every client must be told to trust";
    }

    private static CaException unreadable(Path file, IOException e) {
        return new CaException(file, "cannot be read: " + e, "make it readable for the user that runs proxy-mcp", e);
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    private static PrivateKey parseKey(String pem) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(only(Pem.PRIVATE_KEY, pem)));
    }

    private static X509Certificate parseCertificate(String pem) throws CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(only(Pem.CERTIFICATE, pem)));
    }

    private static byte[] only(String label, String pem) {
        List<byte[]> blocks = Pem.decodeAll(label, pem);
        if (blocks.size() != 1) {
            throw new IllegalArgumentException("expected one " + label + " block, found " + blocks.size());
        }
        return blocks.get(0);
    }

    private static boolean belongTogether(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        if (!certificate.getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
            return false;
        }
        byte[] sample = certificate.getSerialNumber().toByteArray();
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(sample);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        signature.update(sample);
        try {
            return signature.verify(signed);
        } catch (SignatureException e) {
            // Keys of different curves.
            return false;
        }
    }

    private static void closeToOthers(Path path, Set<PosixFilePermission> mode) throws IOException {
        if (!isPosix()) {
            return;
        }
        Set<PosixFilePermission> found = Files.getPosixFilePermissions(path);
        if (!OWNER_ALONE.containsAll(found)) {
            Files.setPosixFilePermissions(path, mode);
            System.getLogger(CaFiles.class.getPackageName()).log(System.Logger.Level.WARNING,
                    path + " was open to other users (" + PosixFilePermissions.toString(found) + "); it is now "
                            + PosixFilePermissions.toString(mode));
        }
    }

    private static FileAttribute<?>[] permissions(Set<PosixFilePermission> mode) {
        return isPosix()
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(mode)}
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }

    private static boolean exists(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }
}
