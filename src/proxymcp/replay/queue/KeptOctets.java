package proxymcp.replay.queue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Octets that a queue keeps. Up to {@link JobQueue#INLINE_BYTES_MAX} of them come with the job or the result itself; more are read when they are asked for,
 * which fails once the run was forgotten.
 */
public interface KeptOctets {
    /** None. */
    KeptOctets NONE = of(new byte[0]);

    /** How many, 0 or more. */
    long size();

    /** The octets, from the first on; each call begins anew. */
    InputStream open() throws IOException;

    /** Octets in memory, which nobody changes. */
    static KeptOctets of(byte[] octets) {
        return new KeptOctets() {
            @Override
            public long size() {
                return octets.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(octets);
            }
        };
    }
}
