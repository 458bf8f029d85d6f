package proxymcp.diff;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import proxymcp.decode.Content;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeRequest;
import proxymcp.decode.DecodeResult;
import proxymcp.decode.Decoders;
import proxymcp.decode.Pipeline;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonLimits;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * Finds documents inside of values: tokens, JSON text, and JSON in base64, gzip or percent-encoding. Decoders are asked only about values that begin
 * as such a document does: to ask about each string of each body would cost more than everything else.
 */
final class InnerDocuments {
    private static final int CHARS_MIN = 2;
    private static final int CODED_CHARS_MIN = 8;
    private static final int CHARS_MAX = 1 << 20;
    /** More documents in one body than anyone reads; strings after them are compared as strings. */
    private static final int DOCUMENTS_MAX = 200;
    private static final int DEPTH_MAX = 4;
    private static final JsonLimits LIMITS = new JsonLimits(100, CHARS_MAX);
    private static final DecodeRequest TOKEN = new DecodeRequest(List.of("jwt"), 1, 4 * CHARS_MAX);
    private static final DecodeRequest CODED = new DecodeRequest(List.of(), DEPTH_MAX, 4 * CHARS_MAX);

    private final Pipeline pipeline;

    InnerDocuments(Decoders decoders) {
        this.pipeline = new Pipeline(decoders);
    }

    /**
     * The document that a value holds.
     *
     * @param holder which field the value is
     * @param holderAt its very place, made only if there is a document
     */
    Optional<Document> in(String value, Side side, String holder, Supplier<String> holderAt) {
        if (value.length() < CHARS_MIN || value.length() > CHARS_MAX) {
            return Optional.empty();
        }
        Optional<JsonValue> claims = token(value);
        if (claims.isPresent()) {
            return Optional.of(new Document(side, Part.JWT, holder, holderAt.get(), claims.get()));
        }
        return layer(value).map(root -> new Document(side, Part.LAYER, holder, holderAt.get(), root));
    }

    /** Adds the documents in the strings of a body that is a tree. */
    void inside(JsonValue body, Side side, FieldList fields) {
        new Walk(side, fields).walk(body, TreePath.ROOT);
    }

    private final class Walk {
        private final Side side;
        private final FieldList fields;
        private int found;

        Walk(Side side, FieldList fields) {
            this.side = side;
            this.fields = fields;
        }

        void walk(JsonValue value, TreePath path) {
            switch (value) {
                case JsonObject object -> {
                    for (JsonObject.Member member : object.members()) {
                        if (mayHold(member.value())) {
                            walk(member.value(), path.member(member.name()));
                        }
                    }
                }
                case JsonArray array -> {
                    for (int i = 0; i < array.size(); i++) {
                        if (mayHold(array.values().get(i))) {
                            walk(array.values().get(i), path.item(i));
                        }
                    }
                }
                case JsonString string when found < DOCUMENTS_MAX -> in(string.value(), side, path.field(), path::place).ifPresent(document -> {
                    fields.add(document);
                    found++;
                });
                default -> { }
            }
        }

        private boolean mayHold(JsonValue value) {
            return value instanceof JsonObject || value instanceof JsonArray
                    || value instanceof JsonString string && string.value().length() >= CHARS_MIN && beginsLikeDocument(string.value());
        }
    }

    private static boolean beginsLikeDocument(String text) {
        return "{[eWH% ".indexOf(text.charAt(0)) >= 0 || text.indexOf(' ') > 0 && text.indexOf(" ey") > 0;
    }

    /** Claims and header of a token, which may stand behind the name of a scheme. */
    private Optional<JsonValue> token(String value) {
        String token = value.substring(value.lastIndexOf(' ') + 1);
        if (!token.startsWith("ey") || token.indexOf('.') < 0) {
            return Optional.empty();
        }
        Content content = run(token, TOKEN).content();
        if (!(content instanceof Content.Json json) || !(json.value() instanceof JsonObject parts) || parts.object("header").isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(JsonObject.builder().putAll(parts.object("claims").orElse(JsonObject.EMPTY)).put("header", parts.object("header").get()).build());
    }

    private Optional<JsonValue> layer(String value) {
        char first = value.charAt(0);
        if (first == '{' || first == '[') {
            try {
                return Optional.of(Json.parse(value, LIMITS));
            } catch (JsonException notJson) {
                return Optional.empty();
            }
        }
        // In base64 an opening brace and the character behind it begin with e, a bracket with W, gzip with H4sI; escaped they are %7B and %5B.
        boolean coded = value.length() >= CODED_CHARS_MIN && (first == 'e' || first == 'W' ? "wxyz0123".indexOf(value.charAt(1)) >= 0
                : value.startsWith("H4sI") || value.regionMatches(true, 0, "%7B", 0, 3) || value.regionMatches(true, 0, "%5B", 0, 3));
        if (!coded) {
            return Optional.empty();
        }
        DecodeResult result = run(value, CODED);
        boolean tree = result.content() instanceof Content.Json json && (json.value() instanceof JsonObject || json.value() instanceof JsonArray);
        return tree ? Optional.of(((Content.Json) result.content()).value()) : Optional.empty();
    }

    private DecodeResult run(String value, DecodeRequest request) {
        return pipeline.run(DecodeInput.of(value.getBytes(StandardCharsets.UTF_8)), request);
    }
}
