package proxymcp.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The streams of a session, or of the live buffer. Any thread may call. */
public interface Streams {
    /**
     * Finds streams.
     *
     * @param offset matches to leave out
     * @param limit most items of the page
     */
    StreamPage list(StreamQuery query, long offset, int limit) throws IOException;

    /** The stream of exchange {@code seq}; empty if it is none, or is not kept. */
    Optional<StreamEntry> find(long seq) throws IOException;

    /** A stream of a list with the notes of its end, which {@link #list} and {@link #find} do without; one that cannot be read says so in their place. */
    StreamEntry withNotes(StreamEntry entry) throws IOException;

    /**
     * Finds messages.
     *
     * @param cursor {@code nextCursor} of the page before; empty for the first
     * @param limit most items of the page; with a search in payloads there may be fewer, although more follow
     * @throws IllegalArgumentException if the cursor is none of this query's
     */
    MessagePage messages(MessageQuery query, Optional<String> cursor, int limit) throws IOException;

    /** That messages of the streams which a query is about are missing, or may be: a sentence; empty if all that passed are there. */
    Optional<String> missing(MessageQuery query) throws IOException;

    /** Message {@code index} of the stream of exchange {@code seq}; empty if there is none, or it is not kept. */
    Optional<MessageEntry> message(long seq, long index) throws IOException;

    /**
     * Reads a message with the first octets of its payload.
     *
     * @throws IOException if it is damaged, or not kept any more
     */
    StreamMessage read(MessageEntry entry) throws IOException;

    /**
     * The payload of a message as far as it is kept; the caller closes it.
     *
     * @throws IOException if it is damaged, or not kept any more
     */
    InputStream payload(MessageEntry entry) throws IOException;
}
