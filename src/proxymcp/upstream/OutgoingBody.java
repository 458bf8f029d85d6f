package proxymcp.upstream;

import java.io.IOException;
import proxymcp.http.WireWriter;

/** A request body on its way out. */
public interface OutgoingBody {
    /** A request without a body. */
    OutgoingBody NONE = new OutgoingBody() {
        @Override
        public boolean isImmediate() {
            return true;
        }

        @Override
        public boolean isRepeatable() {
            return true;
        }

        @Override
        public void writeTo(WireWriter out, Runnable progress) {
            // There is nothing to write.
        }
    };

    /** Whether {@link #writeTo} waits for nobody but the origin, and is short: it is then called before the response is awaited. */
    boolean isImmediate();

    /** Whether {@link #writeTo} can be called again from the start. */
    boolean isRepeatable();

    /**
     * Writes the body in the framing that the request head announced. Flushing at the end is the caller's.
     *
     * @param out towards the origin
     * @param progress called whenever octets moved
     * @throws BodySourceException if the octets could not be had; any other {@link IOException} is the origin's
     */
    void writeTo(WireWriter out, Runnable progress) throws IOException;
}
