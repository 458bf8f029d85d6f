package proxymcp.tool;

import java.util.List;
import java.util.Optional;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.SentMessage;
import proxymcp.http.Fields;
import proxymcp.http.HeadLimits;
import proxymcp.http.HeadParser;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.JsonObject;

/** What went out beside what came in, where a rule made the difference. */
final class SentView {
    /** Heads were written by this program, or came through its parser: a few octets more than what a client may send. */
    private static final HeadLimits LIMITS = new HeadLimits(1 << 20, 10_000);

    private SentView() {}

    /** Adds {@code sentRequest} and {@code sentResponse} where they differ from what was received. */
    static void put(JsonObject.Builder members, Exchange exchange) {
        Optional<SentMessage> request = exchange.sent().request();
        if (request.isPresent()) {
            members.put("sentRequest", request(request.get()));
        }
        Optional<SentMessage> response = exchange.sent().response();
        if (response.isPresent()) {
            members.put("sentResponse", response(response.get()));
        }
    }

    private static JsonObject request(SentMessage sent) {
        JsonObject.Builder members = JsonObject.builder();
        try {
            RequestHead head = HeadParser.parseRequest(sent.head(), LIMITS);
            members.put("method", head.method()).put("url", sent.url()).put("headers", ExchangeView.fields(head.fields()));
        } catch (ProtocolException e) {
            members.put("url", sent.url()).put("headError", e.getMessage());
        }
        return body(members, sent).build();
    }

    private static JsonObject response(SentMessage sent) {
        JsonObject.Builder members = JsonObject.builder();
        try {
            ResponseHead head = HeadParser.parseResponse(sent.head(), LIMITS);
            members.put("status", head.status()).put("statusMessage", head.reason()).put("headers", ExchangeView.fields(head.fields()));
        } catch (ProtocolException e) {
            members.put("headError", e.getMessage());
        }
        return body(members, sent).build();
    }

    private static JsonObject.Builder body(JsonObject.Builder members, SentMessage sent) {
        return members.put("bodySize", sent.bodyBytes()).putIf("bodySha256", sent.bodySha256()).put("complete", sent.complete());
    }

    /** The body of a sent message as far as it is kept, for the blocks that show bodies. */
    static BodySource source(SentMessage sent) {
        return new BodySource.Live(new CapturedBody(sent.body(), sent.body().length, sent.bodyBytes(), sent.bodySha256(),
                sent.bodyBytes() == 0 ? CapturedBody.State.NONE : sent.complete() ? CapturedBody.State.COMPLETE : CapturedBody.State.INCOMPLETE,
                false));
    }

    /** Fields of a sent message; none where they cannot be read. */
    static Fields fields(SentMessage sent) {
        try {
            return sent.url().isEmpty() ? HeadParser.parseResponse(sent.head(), LIMITS).fields() : HeadParser.parseRequest(sent.head(), LIMITS).fields();
        } catch (ProtocolException e) {
            return Fields.of(List.of());
        }
    }
}
