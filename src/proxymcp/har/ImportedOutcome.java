package proxymcp.har;

import java.util.Locale;
import java.util.Optional;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Outcome;
import proxymcp.http.ResponseHead;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** How an exchange of a HAR file ended: browsers tell by status 0 and an error of their own. */
final class ImportedOutcome {
    private static final int REASON_CHARS_MAX = 1_000;
    /** Parts of what browsers and libraries call errors, in upper case; the first that fits counts. */
    private static final Object[][] ERRORS = {
        {"NAME_NOT_RESOLVED", ErrorClass.DNS}, {"UNKNOWN_HOST", ErrorClass.DNS}, {"ENOTFOUND", ErrorClass.DNS}, {"EAI_AGAIN", ErrorClass.DNS},
        {"NAME_RESOLUTION", ErrorClass.DNS}, {"CONNECTION_REFUSED", ErrorClass.CONNECT_REFUSED}, {"ECONNREFUSED", ErrorClass.CONNECT_REFUSED},
        {"CONNECTION_TIMED_OUT", ErrorClass.CONNECT_TIMEOUT}, {"PROXY", ErrorClass.UPSTREAM_PROXY}, {"TUNNEL", ErrorClass.UPSTREAM_PROXY},
        {"CERT", ErrorClass.TLS}, {"SSL", ErrorClass.TLS}, {"TLS", ErrorClass.TLS}, {"TIMED_OUT", ErrorClass.TIMEOUT},
        {"TIMEOUT", ErrorClass.TIMEOUT}, {"ETIMEDOUT", ErrorClass.TIMEOUT}, {"RESET", ErrorClass.RESET}, {"BLOCKED", ErrorClass.BLOCKED_BY_RULE},
        {"ABORT", ErrorClass.CLIENT_ABORTED}, {"CANCEL", ErrorClass.CLIENT_ABORTED}, {"UNREACHABLE", ErrorClass.CONNECT_FAILED},
        {"DISCONNECTED", ErrorClass.CONNECT_FAILED}, {"CONNECTION_FAILED", ErrorClass.CONNECT_FAILED}, {"CHANGED", ErrorClass.CONNECT_FAILED},
        {"EMPTY_RESPONSE", ErrorClass.CLOSED}, {"CLOSED", ErrorClass.CLOSED}, {"PROTOCOL", ErrorClass.PROTOCOL}, {"INVALID", ErrorClass.PROTOCOL}};

    private ImportedOutcome() {}

    /**
     * How it ended.
     *
     * @param head the response head, if there was one
     */
    static Outcome of(JsonObject entry, Optional<ResponseHead> head, HarImportReport report) {
        String state = entry.object("_exchange").flatMap(own -> own.string("state")).orElse("");
        if (state.equals("complete")) {
            return new Outcome.Complete();
        }
        if (state.equals("in_flight")) {
            return new Outcome.Incomplete(ErrorClass.PROXY_STOPPED, "it was in flight when the HAR file was written");
        }
        JsonObject response = entry.object("response").orElse(JsonObject.EMPTY);
        for (JsonValue error : new JsonValue[] {entry.get("_error").orElse(JsonNull.NULL), response.get("_error").orElse(JsonNull.NULL),
            response.get("_failureText").orElse(JsonNull.NULL)}) {
            if (error instanceof JsonObject ours) {
                return incomplete(ours.string("errorClass").orElse(""), ours.string("reason").orElse(""));
            }
            if (error instanceof JsonString text && !text.value().isBlank()) {
                return incomplete(text.value(), text.value());
            }
        }
        if (head.isPresent()) {
            return new Outcome.Complete();
        }
        if (!entry.has("response")) {
            report.notice("no_response", "it has no response");
            return incomplete("", "the HAR file has no response");
        }
        return incomplete("", "the HAR file has no response head, and does not say why");
    }

    private static Outcome.Incomplete incomplete(String error, String reason) {
        return new Outcome.Incomplete(errorClass(error), reason.length() > REASON_CHARS_MAX ? reason.substring(0, REASON_CHARS_MAX) : reason);
    }

    private static ErrorClass errorClass(String error) {
        for (ErrorClass known : ErrorClass.values()) {
            if (known.id().equals(error)) {
                return known;
            }
        }
        String upper = error.toUpperCase(Locale.ROOT);
        for (Object[] part : ERRORS) {
            if (upper.contains((String) part[0])) {
                return (ErrorClass) part[1];
            }
        }
        return ErrorClass.CLOSED;
    }
}
