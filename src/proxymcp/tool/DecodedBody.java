package proxymcp.tool;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import proxymcp.codec.Charsets;
import proxymcp.codec.Codings;
import proxymcp.decode.Content;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeRequest;
import proxymcp.decode.DecodeResult;
import proxymcp.decode.Decoders;
import proxymcp.decode.Direction;
import proxymcp.decode.Layer;
import proxymcp.decode.LayerStatus;
import proxymcp.decode.Pipeline;
import proxymcp.exchange.Exchange;
import proxymcp.http.Fields;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.store.Artifacts;

/** One body through the pipeline, as a result shows it. Making one is work for the pool. */
final class DecodedBody {
    /** Layers whose content reads no better than what the decoded view of a body shows anyway. */
    private static final Set<String> PLAIN = Set.of("json", "ndjson", "sse", "html");
    private static final int LAYERS_MAX = 40;
    private static final int REASON_CHARS = 200;

    /**
     * How bodies are to be decoded.
     *
     * @param request how
     * @param mediaType in place of the message's
     * @param messageType name of a type in the schema
     * @param schema octets of a descriptor file
     */
    record Wish(DecodeRequest request, Optional<String> mediaType, Optional<String> messageType, Optional<byte[]> schema) {}

    private final Direction side;
    private final BodySource source;
    private final Fields fields;
    private final DecodeResult result;
    private final boolean wholeInput;

    private DecodedBody(Direction side, BodySource source, Fields fields, DecodeResult result, boolean wholeInput) {
        this.side = side;
        this.source = source;
        this.fields = fields;
        this.result = result;
        this.wholeInput = wholeInput;
    }

    /** Reads and decodes a body. */
    static DecodedBody of(Direction side, Exchange exchange, BodySource source, Decoders decoders, Wish wish) throws IOException {
        return of(side, side == Direction.REQUEST ? exchange.requestContentFields() : exchange.responseContentFields(), exchange, source, decoders, wish);
    }

    /** Reads and decodes the payload of a message of a stream, of which nothing says what it is. */
    static DecodedBody ofPayload(Direction side, Exchange exchange, BodySource source, Decoders decoders, Wish wish) throws IOException {
        return of(side, Fields.EMPTY, exchange, source, decoders, wish);
    }

    private static DecodedBody of(Direction side, Fields fields, Exchange exchange, BodySource source, Decoders decoders, Wish wish)
            throws IOException {
        byte[] octets;
        try (InputStream in = source.open()) {
            octets = in.readNBytes(BodyContent.DECODED_BYTES_MAX);
        }
        String contentType = wish.mediaType().orElse(fields.first("Content-Type").orElse(""));
        Map<String, String> hints = new HashMap<>();
        if (!contentType.isEmpty()) {
            hints.put(DecodeInput.CONTENT_TYPE, contentType);
        }
        hints.put(DecodeInput.CONTENT_ENCODING, String.join(",", fields.all("Content-Encoding")));
        hints.put(DecodeInput.TARGET, exchange.start().url());
        fields.first("grpc-encoding").ifPresent(coding -> hints.put(DecodeInput.GRPC_ENCODING, coding));
        wish.messageType().ifPresent(type -> hints.put(DecodeInput.MESSAGE_TYPE, type));
        DecodeInput input = new DecodeInput(octets, 0, octets.length,
                contentType.isEmpty() ? Optional.empty() : Optional.of(Charsets.mediaType(contentType)), hints, wish.schema(), side);
        return new DecodedBody(side, source, fields, new Pipeline(decoders).run(input, wish.request()), octets.length == source.kept());
    }

    /** What the message said of the body, as artifacts have it. */
    String about() {
        return Artifacts.aboutOf(fields);
    }

    /** {@code request} or {@code response}. */
    String name() {
        return side == Direction.REQUEST ? "request" : "response";
    }

    /** Whether there is more to read than the decoded view of the body shows without. */
    boolean isWorthKeeping(boolean chainGiven) {
        for (Layer layer : result.layers()) {
            boolean read = layer.status() == LayerStatus.DECODED || layer.status() == LayerStatus.PARTIAL;
            boolean plain = layer.path().isEmpty() && (PLAIN.contains(layer.decoder()) || isDeclaredCoding(layer.decoder()));
            if (read && (chainGiven || !plain)) {
                return true;
            }
        }
        return false;
    }

    private boolean isDeclaredCoding(String id) {
        return Codings.isDecodable(id) && !fields.all("Content-Encoding").isEmpty();
    }

    boolean isComplete() {
        for (Layer layer : result.layers()) {
            if (layer.status() != LayerStatus.DECODED) {
                return false;
            }
        }
        return wholeInput && source.whyNotWhole().isEmpty();
    }

    /** Ids of the decoders that read the body itself. */
    List<String> decoders() {
        List<String> ids = new ArrayList<>();
        for (Layer layer : result.layers()) {
            if (layer.path().isEmpty() && (layer.status() == LayerStatus.DECODED || layer.status() == LayerStatus.PARTIAL)) {
                ids.add(layer.decoder());
            }
        }
        return ids;
    }

    Content content() {
        return result.content();
    }

    /** Characters of the innermost text; empty for octets. */
    private OptionalLong textLength() {
        return switch (result.content()) {
            case Content.Octets octets -> OptionalLong.empty();
            case Content.Text text -> OptionalLong.of(text.text().length());
            case Content.Json json -> OptionalLong.of(Json.length(json.value(), Long.MAX_VALUE));
        };
    }

    /** The members of one side, in at most about {@code charsMax} characters. */
    JsonObject render(Optional<String> artifact, Optional<String> whyNotKept, int charsMax) {
        List<JsonValue> layers = new ArrayList<>();
        for (Layer layer : result.layers().subList(0, Math.min(LAYERS_MAX, result.layers().size()))) {
            layers.add(rendered(layer));
        }
        JsonArray shown = new JsonArray(layers);
        if (Json.text(shown).length() > charsMax / 2) {
            shown = (JsonArray) new Folding(charsMax / 2).fold(shown);
        }
        JsonObject.Builder side = JsonObject.builder().put("layers", shown);
        if (result.layers().size() > LAYERS_MAX) {
            side.put("layersTotal", result.layers().size());
        }
        side.put("kind", result.content().kind());
        textLength().ifPresent(length -> side.put("textLength", length));
        side.putIf("artifact", artifact);
        Optional<String> why = source.whyNotWhole().or(() -> wholeInput ? Optional.empty()
                : Optional.of("only the first " + BodyContent.DECODED_BYTES_MAX + " octets of the body were read"));
        side.put("complete", isComplete());
        side.putIf("reason", why.or(() -> whyNotKept).map(reason -> Shortened.text(reason, REASON_CHARS)));
        int room = Math.max(200, charsMax - Json.text(side.build()).length() - 20);
        return side.put("preview", preview(room)).build();
    }

    private JsonValue preview(int room) {
        return switch (result.content()) {
            case Content.Octets octets -> octets.bytes().length == 0 ? JsonNull.NULL
                    : new JsonString("(" + octets.bytes().length + " octets that no decoder took)");
            case Content.Text text -> new Folding(room).fold(new JsonString(text.text()));
            case Content.Json json -> new Folding(room).fold(json.value());
        };
    }

    private static JsonObject rendered(Layer layer) {
        JsonObject.Builder members = JsonObject.builder().put("decoder", layer.decoder()).put("status", layer.status().word())
                .put("confidence", Math.round(layer.confidence() * 100) / 100.0).put("inputBytes", layer.inputBytes()).put("outputBytes", layer.outputBytes());
        if (layer.offset() > 0) {
            members.put("offset", layer.offset());
        }
        if (!layer.path().isEmpty()) {
            members.put("path", Shortened.text(layer.path(), REASON_CHARS));
        }
        return (layer.reason().isEmpty() ? members : members.put("reason", Shortened.text(layer.reason(), REASON_CHARS))).build();
    }
}
