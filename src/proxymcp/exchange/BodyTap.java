package proxymcp.exchange;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import proxymcp.http.Fields;

/** Counts and hashes the octets of one body while they pass, and hands them to the recording. Owner: the thread that moves them. */
public final class BodyTap {
    /** Takes the octets of a body; {@link Recording#requestBody} or its counterpart. */
    public interface Taker {
        /** Takes octets; the array is valid only during the call. */
        void take(byte[] bytes, int offset, int length);
    }

    private static final MessageDigest FRESH = newSha256();

    private final Taker taker;
    private final MessageDigest digest = sha256();
    private long bytes;

    /** @param taker the recording */
    public BodyTap(Taker taker) {
        this.taker = taker;
    }

    /** Octets pass. */
    public void pass(byte[] array, int offset, int length) {
        digest.update(array, offset, length);
        bytes += length;
        taker.take(array, offset, length);
    }

    /** The body ended here. */
    public BodyEnd end(boolean complete, Fields trailers) {
        return new BodyEnd(bytes, digest.digest(), complete, trailers);
    }

    /** Octets that passed. */
    public long bytes() {
        return bytes;
    }

    /** A copy of a fresh digest: asking the providers for one costs several times as much as hashing a short body. */
    private static MessageDigest sha256() {
        try {
            return (MessageDigest) FRESH.clone();
        } catch (CloneNotSupportedException e) {
            return newSha256(); // A provider of the host's whose digests cannot be copied.
        }
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
