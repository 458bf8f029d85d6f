package proxymcp.upstream;

import java.io.IOException;
import proxymcp.http.Fields;
import proxymcp.http.WireWriter;

/**
 * A request body that is in memory: a rule changed it, or it is sent once more.
 *
 * @param octets what goes out; not changed by anybody
 * @param chunked whether in chunks
 * @param trailers behind the chunks
 */
public record HeldBody(byte[] octets, boolean chunked, Fields trailers) implements OutgoingBody {
    /** A longer one is written while the response is awaited: an origin may answer before it has read everything. */
    public static final int IMMEDIATE_BYTES_MAX = 32 * 1024;

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
