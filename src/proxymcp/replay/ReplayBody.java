package proxymcp.replay;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import proxymcp.store.StoredBody;

/** The body of a request that is sent again: transfer coding removed, content coding as it goes out. */
public sealed interface ReplayBody {
    /** Octets of it. */
    long size();

    /** The octets, from the first on; each call begins anew. */
    InputStream open() throws IOException;

    /** No body: the head announces none. */
    record None() implements ReplayBody {
        @Override
        public long size() {
            return 0;
        }

        @Override
        public InputStream open() {
            return InputStream.nullInputStream();
        }
    }

    /**
     * A body that was made, or changed.
     *
     * @param octets not changed by anybody
     */
    record Held(byte[] octets) implements ReplayBody {
        @Override
        public long size() {
            return octets.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(octets);
        }
    }

    /**
     * A body that is kept elsewhere, and read from there while it is sent.
     *
     * @param size octets of it
     * @param octets opens it
     */
    record Read(long size, Octets octets) implements ReplayBody {
        /** Where octets are read from. */
        public interface Octets {
            /** The octets, from the first on. */
            InputStream open() throws IOException;
        }

        @Override
        public InputStream open() throws IOException {
            return octets.open();
        }
    }

    /**
     * A body as it was recorded, read from the session while it is sent: its length needs no memory.
     *
     * @param stored all of it was kept
     */
    record Recorded(StoredBody stored) implements ReplayBody {
        @Override
        public long size() {
            return stored.size();
        }

        @Override
        public InputStream open() throws IOException {
            return stored.open();
        }
    }
}
