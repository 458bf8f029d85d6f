package proxymcp.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;

/**
 * One request and what came back, as known at one moment.
 *
 * @param seq rises by one per exchange of its buffer or session, from 1
 * @param start request head, client and destination
 * @param requestBody request body as far as kept
 * @param requestTrailers trailers of a chunked request
 * @param route connection to the origin; empty before it was chosen, and when it never was
 * @param informational 1xx responses in order
 * @param response final response head; empty before it came, and when it never did
 * @param responseBody response body as far as kept
 * @param responseTrailers trailers of a chunked response
 * @param outcome how far it came
 * @param timings phases; unknown while in flight
 * @param rules rules that touched it
 * @param endNotes notes made while it ran; {@link #notes} has those of the heads too
 * @param sent what went out where a rule changed it; known when it has ended
 * @param stream its messages counted, where it is a stream
 */
public record Exchange(long seq, ExchangeStart start, CapturedBody requestBody, Fields requestTrailers, Optional<Route> route,
        List<ResponseHead> informational, Optional<ResponseHead> response, CapturedBody responseBody, Fields responseTrailers,
        Outcome outcome, Timings timings, List<RuleMatch> rules, List<String> endNotes, SentMessages sent, Optional<StreamSummary> stream) {
    /** Note of an exchange whose request body somebody else recorded with its content codings undone. */
    public static final String REQUEST_HELD_DECODED =
            "the request body was recorded with its content coding undone; its Content-Encoding field is kept as it was written";
    /** Note of an exchange whose response body somebody else recorded with its content codings undone. */
    public static final String RESPONSE_HELD_DECODED =
            "the response body was recorded with its content coding undone; its Content-Encoding field is kept as it was written";

    private static final String CONTENT_ENCODING = "Content-Encoding";

    /** An exchange whose messages no rule changed. */
    public Exchange(long seq, ExchangeStart start, CapturedBody requestBody, Fields requestTrailers, Optional<Route> route,
            List<ResponseHead> informational, Optional<ResponseHead> response, CapturedBody responseBody, Fields responseTrailers,
            Outcome outcome, Timings timings, List<RuleMatch> rules, List<String> endNotes) {
        this(seq, start, requestBody, requestTrailers, route, informational, response, responseBody, responseTrailers, outcome, timings, rules,
                endNotes, SentMessages.NONE);
    }

    /** An exchange that is no stream. */
    public Exchange(long seq, ExchangeStart start, CapturedBody requestBody, Fields requestTrailers, Optional<Route> route,
            List<ResponseHead> informational, Optional<ResponseHead> response, CapturedBody responseBody, Fields responseTrailers,
            Outcome outcome, Timings timings, List<RuleMatch> rules, List<String> endNotes, SentMessages sent) {
        this(seq, start, requestBody, requestTrailers, route, informational, response, responseBody, responseTrailers, outcome, timings, rules,
                endNotes, sent, Optional.empty());
    }

    /** The same exchange as a stream. */
    public Exchange withStream(Optional<StreamSummary> known) {
        return new Exchange(seq, start, requestBody, requestTrailers, route, informational, response, responseBody, responseTrailers, outcome,
                timings, rules, endNotes, sent, known);
    }

    /** Whether a rule answered instead of an origin. */
    public boolean isAnsweredByRule() {
        return response.isPresent() && route.isEmpty() && !rules.isEmpty() && sent.response().isPresent();
    }

    /** Exchange id as text. */
    public String id() {
        return start.id().toString();
    }

    /** Everything a reader should know: leniencies of both heads, then what happened. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>(start.head().notes());
        response.ifPresent(head -> notes.addAll(head.notes()));
        notes.addAll(endNotes);
        return notes;
    }

    /** Fields that describe the request body as it is kept: those of the head, but Content-Encoding where that was undone before. */
    public Fields requestContentFields() {
        Fields fields = start.head().fields();
        return endNotes.contains(REQUEST_HELD_DECODED) ? fields.without(CONTENT_ENCODING) : fields;
    }

    /** Fields that describe the response body as it is kept: those of the head, but Content-Encoding where that was undone before. */
    public Fields responseContentFields() {
        Fields fields = response.map(ResponseHead::fields).orElse(Fields.EMPTY);
        return endNotes.contains(RESPONSE_HELD_DECODED) ? fields.without(CONTENT_ENCODING) : fields;
    }
}
