package proxymcp.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A stream in a list.
 *
 * @param seq seq of its exchange
 * @param exchangeId id of its exchange, which names the stream too
 * @param url absolute URL of the request
 * @param host its host
 * @param path what follows host and port, query included
 * @param summary its messages counted; of its notes only what {@code missing} says, unless {@link Streams#withNotes} read the others
 * @param continues seq of the earlier stream that this one goes on with: of the same URL, with an event whose id was asked for
 * @param shed whether something of its exchange was not recorded, or is not kept any more
 * @param missing that messages of it are missing, or may be: a sentence; empty if all that passed are there
 */
public record StreamEntry(long seq, UUID exchangeId, String url, String host, String path, StreamSummary summary, OptionalLong continues,
        boolean shed, Optional<String> missing) {
    /** The same with these notes of its end in front of what is missing. */
    public StreamEntry withEndNotes(List<String> known) {
        List<String> all = new ArrayList<>(known);
        missing.ifPresent(all::add);
        return new StreamEntry(seq, exchangeId, url, host, path, summary.withNotes(List.copyOf(all)), continues, shed, missing);
    }
}
