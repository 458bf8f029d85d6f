package proxymcp.chrome;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import proxymcp.store.StoreFiles;

/**
 * The files that the variables of programs name: a {@link TrustStore} and a {@link NodePreload}. They are the same for all, and stay when
 * everything has ended: a shell keeps its variables, and Node.js does not start where one names a script that is gone.
 *
 * <p>Any thread may call, of several servers with one home; a file is there whole or not at all.
 *
 * @param folder {@code <home>/programs}
 */
record ProgramFiles(Path folder) {
    /** Those of a home. */
    static ProgramFiles in(Path home) {
        return new ProgramFiles(home.toAbsolutePath().resolve("programs"));
    }

    Path trustStore() {
        return folder.resolve("trust.p12");
    }

    Path nodePreload() {
        return folder.resolve("node.cjs");
    }

    /** Writes what is not there as it should be. */
    void write(X509Certificate certificate) throws IOException {
        StoreFiles.DISK.createFolder(folder);
        if (!TrustStore.trusts(trustStore(), certificate)) {
            replace(trustStore(), TrustStore.bytes(certificate));
        }
        byte[] script = NodePreload.bytes();
        if (!has(nodePreload(), script)) {
            replace(nodePreload(), script);
        }
    }

    private static boolean has(Path file, byte[] bytes) throws IOException {
        try {
            return Arrays.equals(bytes, Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Each writer has a temporary file of its own, which only its owner can read. */
    private void replace(Path file, byte[] bytes) throws IOException {
        Path temporary = Files.createTempFile(folder, file.getFileName().toString(), ".tmp");
        try {
            Files.write(temporary, bytes);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
