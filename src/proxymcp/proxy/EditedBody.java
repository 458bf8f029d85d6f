package proxymcp.proxy;

import java.io.IOException;
import proxymcp.http.Fields;
import proxymcp.http.WireWriter;
import proxymcp.upstream.OutgoingBody;

/**
 * A request body that a rule changed: it is in memory.
 *
 * @param octets what goes out
 * @param chunked whether in chunks
 * @param trailers behind the chunks
 */
record EditedBody(byte[] octets, boolean chunked, Fields trailers) implements OutgoingBody {
    /** A longer one is written while the response is awaited: an origin may answer before it has read everything. */
    private static final int IMMEDIATE_BYTES_MAX = 32 * 1024;

    @Override
    public boolean isImmediate() {
        return octets.length <= IMMEDIATE_BYTES_MAX;
    }

    @Override
    public boolean isRepeatable() {
        return true;
    }

    @Override
    public void writeTo(WireWriter out, Runnable progress) throws IOException {
        if (!chunked) {
            out.write(octets, 0, octets.length);
            return;
        }
        if (octets.length > 0) {
            out.chunk(octets, 0, octets.length);
        }
        out.lastChunk(trailers);
    }
}
