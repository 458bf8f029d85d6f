package proxymcp.store;

import java.io.IOException;
import java.io.InputStream;
import proxymcp.exchange.StreamMessage;

/**
 * A message of a stream as the log has it.
 *
 * @param index its number in its stream, from 0
 * @param message the message with the first octets of its payload
 * @param payload opens the payload
 */
public record StoredMessage(long index, StreamMessage message, Payload payload) {
    /** Opens a payload. */
    public interface Payload {
        /**
         * The payload as far as it is kept, from its first octet on; the caller closes it.
         *
         * @throws CorruptSegmentException if it is damaged, here or when it is read
         */
        InputStream open() throws IOException;
    }

    /** Takes the messages of a stream one after another. */
    public interface Visitor {
        /** Takes a message; returns whether to go on. */
        boolean visit(StoredMessage message) throws IOException;

        /** A message cannot be read; the next one may. */
        void damaged(CorruptSegmentException damage) throws IOException;
    }
}
