package proxymcp.replay.queue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import proxymcp.exchange.Endpoint;
import proxymcp.http.Fields;
import proxymcp.http.HttpVersion;
import proxymcp.http.RequestHead;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonException;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.replay.Changed;
import proxymcp.replay.OutgoingRequest;
import proxymcp.replay.PlanItem;
import proxymcp.replay.ReplayBody;
import proxymcp.replay.SentAs;

/**
 * What a job carries beside its body: an item of a plan and its request.
 *
 * @param item as planned
 * @param made whether the request is as it goes out; otherwise it is as recorded, and waits for what answers before it give
 * @param changed the request, what differs from its recording so far, and how it is sent where that differs
 */
record JobPayload(PlanItem item, boolean made, Changed changed) {
    /** The octets of a payload. */
    byte[] octets() {
        OutgoingRequest request = changed.request();
        JsonObject.Builder out = JsonObject.builder()
                .put("index", item.index()).put("seq", item.seq()).put("exchange", item.exchangeId().toString()).put("startedAt", item.startedAtMillis())
                .put("recordedMethod", item.method()).put("originalUrl", item.originalUrl()).put("targetUrl", item.targetUrl())
                .put("recordedBody", item.hasRequestBody()).put("made", made)
                .put("scheme", request.endpoint().scheme()).put("host", request.endpoint().host()).put("port", request.endpoint().port())
                .put("method", request.head().method()).put("target", request.head().target()).put("version", request.head().version().name())
                .put("fields", fields(request.head().fields())).put("trailers", fields(request.trailers()))
                .put("body", !(request.body() instanceof ReplayBody.None)).putStrings("changes", changed.changes());
        changed.sentAs().ifPresent(as -> out.put("sentMethod", as.method()).put("sentUrl", as.url()));
        return Json.bytes(out.build());
    }

    private static JsonArray fields(Fields fields) {
        List<JsonValue> lines = new ArrayList<>(2 * fields.size());
        for (Fields.Line line : fields.lines()) {
            lines.add(new JsonString(line.name()));
            lines.add(new JsonString(line.value()));
        }
        return new JsonArray(lines);
    }

    /**
     * Reads the payload of a job.
     *
     * @throws IOException if another version of the program made it
     */
    static JobPayload read(Job job) throws IOException {
        try {
            if (Json.parse(job.payload()) instanceof JsonObject in) {
                return read(in, job);
            }
        } catch (JsonException | IllegalArgumentException e) {
            throw new IOException("the job " + job.id() + " cannot be read; another version of the program may have made it");
        }
        throw new IOException("the job " + job.id() + " is none of this program");
    }

    private static JobPayload read(JsonObject in, Job job) {
        PlanItem item = new PlanItem((int) number(in, "index"), number(in, "seq"), UUID.fromString(text(in, "exchange")), number(in, "startedAt"),
                text(in, "recordedMethod"), text(in, "originalUrl"), text(in, "targetUrl"), flag(in, "recordedBody"), Optional.empty());
        RequestHead head = new RequestHead(text(in, "method"), text(in, "target"), HttpVersion.valueOf(text(in, "version")), fields(in, "fields"), List.of(),
                new byte[0]);
        ReplayBody body = flag(in, "body") ? new ReplayBody.Read(job.body().size(), job.body()::open) : new ReplayBody.None();
        OutgoingRequest request = new OutgoingRequest(new Endpoint(text(in, "scheme"), text(in, "host"), (int) number(in, "port")), head, body,
                fields(in, "trailers"));
        Optional<SentAs> sentAs = in.string("sentUrl").map(url -> new SentAs(text(in, "sentMethod"), url));
        return new JobPayload(item, flag(in, "made"), new Changed(request, texts(in, "changes"), sentAs));
    }

    private static Fields fields(JsonObject in, String name) {
        List<String> texts = texts(in, name);
        Fields.Builder fields = new Fields.Builder();
        for (int at = 0; at + 1 < texts.size(); at += 2) {
            fields.addRecorded(texts.get(at), texts.get(at + 1));
        }
        return fields.build();
    }

    private static List<String> texts(JsonObject in, String name) {
        List<String> texts = new ArrayList<>();
        for (JsonValue value : in.array(name).orElse(JsonArray.EMPTY)) {
            if (value instanceof JsonString text) {
                texts.add(text.value());
            }
        }
        return texts;
    }

    private static String text(JsonObject in, String name) {
        return in.string(name).orElseThrow(() -> new IllegalArgumentException("no " + name));
    }

    private static long number(JsonObject in, String name) {
        return in.get(name).orElse(JsonNumber.of(0)) instanceof JsonNumber number ? number.exactLong().orElse(0) : 0;
    }

    private static boolean flag(JsonObject in, String name) {
        return in.get(name).filter(JsonBoolean.TRUE::equals).isPresent();
    }
}
