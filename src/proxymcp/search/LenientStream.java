package proxymcp.search;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Ends where reading fails, and keeps the failure for later: what came before is looked through first. Not for several threads. */
final class LenientStream extends FilterInputStream {
    private Optional<IOException> failure = Optional.empty();

    LenientStream(InputStream in) {
        super(in);
    }

    /** Throws what reading failed with, if it did. */
    void rethrow() throws IOException {
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (failure.isPresent()) {
            return -1;
        }
        try {
            return super.read(target, offset, length);
        } catch (IOException e) {
            failure = Optional.of(e);
            return -1;
        }
    }
}
