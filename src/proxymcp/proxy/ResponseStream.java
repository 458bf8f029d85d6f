package proxymcp.proxy;

import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import proxymcp.codec.ContentCoding;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.Recording;
import proxymcp.exchange.StreamKind;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;

/**
 * A response body that is a stream of events or of lines: each is recorded as soon as its last octet has come, beside the body as it came.
 *
 * <p>Owner: the exchange's thread.
 */
final class ResponseStream {
    private final EventTap events;
    private final Optional<CodedStream> coded;

    private ResponseStream(EventTap events, Optional<CodedStream> coded) {
        this.events = events;
        this.coded = coded;
    }

    /**
     * Begins with the response's head.
     *
     * @return empty for a body that is no stream
     */
    static Optional<ResponseStream> of(RequestHead request, ResponseHead response, Recording recording, Clock clock) {
        String type = mediaType(response);
        Optional<StreamKind> kind = kind(type);
        if (kind.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> lastEventId = kind.get() == StreamKind.SSE ? request.fields().first("Last-Event-ID").map(String::strip) : Optional.empty();
        EventTap events = new EventTap(recording, kind.get(), type.equals("application/json-seq"), lastEventId, clock);
        List<ContentCoding> codings = ContentCoding.parse(response.fields().all("Content-Encoding"));
        return Optional.of(new ResponseStream(events, codings.isEmpty() ? Optional.empty() : Optional.of(new CodedStream(codings, events))));
    }

    private static String mediaType(ResponseHead response) {
        String type = response.fields().first("Content-Type").orElse("");
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    private static Optional<StreamKind> kind(String mediaType) {
        return switch (mediaType) {
            case "text/event-stream" -> Optional.of(StreamKind.SSE);
            case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines", "application/jsonlines",
                    "application/stream+json", "application/json-seq" -> Optional.of(StreamKind.NDJSON);
            default -> Optional.empty();
        };
    }

    /** Octets of the body, transfer coding removed. */
    void pass(byte[] bytes, int offset, int length) {
        if (coded.isPresent()) {
            coded.get().pass(bytes, offset, length);
        } else {
            events.pass(bytes, offset, length);
        }
    }

    /**
     * The body ended.
     *
     * @param complete whether it came to its end
     * @param clientLeft whether that was because the client left
     */
    void end(boolean complete, boolean clientLeft) {
        coded.ifPresent(stream -> stream.end(complete));
        events.end(complete ? EndedBy.SERVER : clientLeft ? EndedBy.CLIENT : EndedBy.CUT);
    }
}
