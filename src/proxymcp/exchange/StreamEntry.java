package proxymcp.exchange;

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
 * @param summary its messages counted; of its notes only what {@code missing} says, as the others are not read for a list
 * @param continues seq of the earlier stream that this one goes on with: of the same URL, with an event whose id was asked for
 * @param shed whether something of its exchange was not recorded, or is not kept any more
 * @param missing that messages of it are missing, or may be: a sentence; empty if all that passed are there
 */
public record StreamEntry(long seq, UUID exchangeId, String url, String host, String path, StreamSummary summary, OptionalLong continues,
        boolean shed, Optional<String> missing) {}
