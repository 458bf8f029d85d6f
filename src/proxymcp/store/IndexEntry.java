package proxymcp.store;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Source;
import proxymcp.exchange.StreamKind;

/**
 * What the index knows of an exchange.
 *
 * @param seq rises by one per exchange of a session, from 1
 * @param id the exchange's id
 * @param startedAtMillis epoch milliseconds
 * @param method request method
 * @param host host of the URL
 * @param url absolute URL
 * @param state how far it came
 * @param errorClass how it ended, if early
 * @param source how it came
 * @param status status code; empty without a response
 * @param durationNanos from head to end; empty while in flight
 * @param requestBytes octets of the request body that passed
 * @param responseBytes octets of the response body that passed
 * @param contentType media type of the response, lower case, without parameters
 * @param targetId browser or process it came from
 * @param requestWhole whether the request body was kept whole
 * @param responseWhole whether the response body was kept whole
 * @param shed whether something of it was not recorded
 * @param stream the kind of stream that it is; empty if it is none
 * @param segment segment of its first record
 * @param offset where in that
 */
public record IndexEntry(long seq, UUID id, long startedAtMillis, String method, String host, String url, SessionQuery.State state,
        Optional<ErrorClass> errorClass, Source source, OptionalInt status, OptionalLong durationNanos, long requestBytes, long responseBytes,
        Optional<String> contentType, Optional<String> targetId, boolean requestWhole, boolean responseWhole, boolean shed,
        Optional<StreamKind> stream, int segment, long offset) {}
