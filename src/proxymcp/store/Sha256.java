package proxymcp.store;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of octets. */
final class Sha256 {
    private Sha256() {}

    static byte[] of(byte[] bytes, int length) {
        MessageDigest digest = start();
        digest.update(bytes, 0, length);
        return digest.digest();
    }

    static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
