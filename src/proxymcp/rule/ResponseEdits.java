package proxymcp.rule;

import java.util.Optional;
import java.util.OptionalInt;
import proxymcp.http.ReasonPhrases;
import proxymcp.http.ResponseHead;

/**
 * What is changed of a response.
 *
 * @param headers its fields
 * @param status its status code; the reason phrase becomes that of the new one
 * @param body its body
 */
public record ResponseEdits(HeadEdits headers, OptionalInt status, BodyEdits body) {
    private static final String EVENT_STREAM = "text/event-stream";

    /** Nothing. */
    public static final ResponseEdits NONE = new ResponseEdits(HeadEdits.NONE, OptionalInt.empty(), BodyEdits.NONE);

    /** @throws IllegalArgumentException if the status is not in 200..599 */
    public ResponseEdits {
        if (status.orElse(200) < 200 || status.orElse(200) > 599) {
            throw new IllegalArgumentException("expected a status in 200..599, got " + status.getAsInt());
        }
    }

    /**
     * Why the body of a response passes as it is, whatever these say of it, as the end of a sentence; empty if it may be changed. Events are to be
     * seen when they come, not at the end of their stream; a part of something is described by where it stands in the whole.
     */
    public static Optional<String> whyBodyStays(ResponseHead response) {
        String type = response.fields().first("Content-Type").orElse("").strip();
        if (type.regionMatches(true, 0, EVENT_STREAM, 0, EVENT_STREAM.length())) {
            return Optional.of("a stream of events");
        }
        return response.status() == 206 ? Optional.of("part of a longer one (206)") : Optional.empty();
    }

    /** Whether nothing is changed. */
    public boolean isNone() {
        return equals(NONE);
    }

    /** The head with its status and fields changed. */
    public ResponseHead apply(ResponseHead head) {
        boolean other = status.isPresent() && status.getAsInt() != head.status();
        return new ResponseHead(head.version(), status.orElse(head.status()), other ? ReasonPhrases.of(status.getAsInt()) : head.reason(),
                headers.apply(head.fields()), head.notes(), head.raw());
    }
}
