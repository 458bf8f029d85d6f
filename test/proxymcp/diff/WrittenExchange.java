package proxymcp.diff;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import proxymcp.exchange.BodyTap;
import proxymcp.exchange.Client;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Source;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;

/** An exchange that a test writes into a session: what no wire carried. */
public final class WrittenExchange {
    private static final Client CLIENT = new Client("127.0.0.1:5000", "127.0.0.1:8080", Source.EXPLICIT, Optional.empty(), 1);
    private static final long STARTED_MILLIS = 1_760_000_000_000L;

    private final String method;
    private final String host;
    private final String target;
    private final List<String[]> requestFields = new ArrayList<>();
    private final List<String[]> responseFields = new ArrayList<>();
    private byte[] requestBody = new byte[0];
    private String responseBody = "";
    private boolean responseWhole = true;
    private int status = 200;
    private Optional<StreamKind> stream = Optional.empty();
    private final List<Said> messages = new ArrayList<>();
    private long lastsMillis = 21;
    private long receivesMillis = 1;

    private record Said(Direction direction, long afterMillis, String text) {}

    /** A request of {@code target} at {@code host}, by HTTPS. */
    public WrittenExchange(String method, String host, String target) {
        this.method = method;
        this.host = host;
        this.target = target;
        requestFields.add(new String[] {"Host", host});
    }

    /** A field line of the request. */
    public WrittenExchange header(String name, String value) {
        requestFields.add(new String[] {name, value});
        return this;
    }

    /** A field line of the response. */
    public WrittenExchange responseHeader(String name, String value) {
        responseFields.add(new String[] {name, value});
        return this;
    }

    /** The request body. */
    public WrittenExchange body(String mediaType, String text) {
        return body(mediaType, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The request body, as octets. */
    public WrittenExchange body(String mediaType, byte[] octets) {
        requestBody = octets;
        return header("Content-Type", mediaType);
    }

    /** The response. */
    public WrittenExchange answer(int code, String mediaType, String text) {
        status = code;
        responseBody = text;
        return responseHeader("Content-Type", mediaType);
    }

    /** The response body breaks off. */
    public WrittenExchange cut() {
        responseWhole = false;
        return this;
    }

    /** The answer ends so many milliseconds after its request. */
    public WrittenExchange lasting(long millis) {
        lastsMillis = millis;
        return this;
    }

    /** It is a stream, which lasts {@code millis}; one exchange begins 40 ms after another. */
    public WrittenExchange stream(StreamKind kind, long millis) {
        stream = Optional.of(kind);
        lastsMillis = millis;
        return this;
    }

    /** It lasts {@code millis}, the last {@code receivingMillis} of which its answer took from its first octet on. */
    public WrittenExchange lasting(long millis, long receivingMillis) {
        lastsMillis = millis;
        receivesMillis = receivingMillis;
        return this;
    }

    /** A message of the stream, so many milliseconds after its request. */
    public WrittenExchange message(Direction direction, long afterMillis, String text) {
        messages.add(new Said(direction, afterMillis, text));
        return this;
    }

    List<String[]> requestFields() {
        return requestFields;
    }

    /** Records it as the {@code number}th of a session that began {@code session} days later than another. */
    public void record(ExchangeSink sink, long session, long number) {
        RequestHead head = RequestHead.of(method, target, fields(requestFields));
        Recording recording = sink.open(new ExchangeStart(new UUID(0x1234_0000_0000_4000L | session << 16, 0x8000_0000_0000_0000L | number),
                STARTED_MILLIS + session * 86_400_000L + number * 40, CLIENT, new Endpoint("https", host, 443), head, Optional.empty()));
        if (requestBody.length > 0) {
            BodyTap tap = new BodyTap(recording::requestBody);
            tap.pass(requestBody, 0, requestBody.length);
            recording.requestEnd(tap.end(true, Fields.EMPTY));
        }
        recording.response(ResponseHead.of(status, "Said", fields(responseFields)));
        if (!responseBody.isEmpty()) {
            BodyTap tap = new BodyTap(recording::responseBody);
            byte[] octets = responseBody.getBytes(StandardCharsets.UTF_8);
            tap.pass(octets, 0, octets.length);
            recording.responseEnd(tap.end(responseWhole, Fields.EMPTY));
        }
        stream.ifPresent(kind -> stream(kind, recording, STARTED_MILLIS + session * 86_400_000L + number * 40));
        recording.end(new ExchangeEnd(new Outcome.Complete(), new Timings(0, 0, 0, 0, 1_000, (lastsMillis - receivesMillis) * 1_000_000,
                receivesMillis * 1_000_000, lastsMillis * 1_000_000),
                List.of(), List.of()));
    }

    private void stream(StreamKind kind, Recording recording, long startMillis) {
        recording.streamOpened(new StreamOpen(startMillis, kind, "", "", Optional.empty()));
        for (Said said : messages) {
            byte[] payload = said.text().getBytes(StandardCharsets.UTF_8);
            MessageForm form = switch (kind) {
                case WEBSOCKET, TUNNEL -> new MessageForm.Frame(MessageForm.Frame.TEXT, true, 0, said.direction() == Direction.OUT);
                case SSE -> new MessageForm.Event("message", "", OptionalLong.empty());
                case NDJSON -> new MessageForm.Line();
            };
            if (payload.length > StreamMessage.PAYLOAD_BYTES_MAX) {
                recording.messagePart(said.direction(), payload, 0, payload.length);
            }
            recording.message(new StreamMessage(startMillis + said.afterMillis(), said.direction(), form, payload.length,
                    Arrays.copyOf(payload, Math.min(payload.length, StreamMessage.PAYLOAD_BYTES_MAX)), payload.length, true, false, false, "", ""));
        }
        recording.streamClosed(new StreamEnd(startMillis + lastsMillis, Optional.empty(), "", EndedBy.SERVER, List.of()));
    }

    private static Fields fields(List<String[]> lines) {
        Fields.Builder fields = new Fields.Builder();
        for (String[] line : lines) {
            fields.add(line[0], line[1]);
        }
        return fields.build();
    }
}
