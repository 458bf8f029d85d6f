package proxymcp.decode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * GraphQL requests: one, or a batch, or a bare document. {@code {"batch": false, "operations": [{kind, name?, fields, variables?, extensions?,
 * persisted?, query?}]}}. A persisted query has its hash instead of a document, and its kind is unknown.
 */
final class GraphQlDecoder implements Decoder {
    private static final double SURE = 1;

    @Override
    public String id() {
        return "graphql";
    }

    @Override
    public String title() {
        return "GraphQL requests: operation name, kind, fields, variables";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of("application/graphql");
    }

    /** JSON that a GraphQL server would run. As sure as a media type: to its message it is plain JSON. */
    @Override
    public double recognise(DecodeInput in) {
        if (in.length() < 10 || in.length() > DecodeInput.LOOK_BYTES || "{[ \r\n".indexOf(in.at(0)) < 0) {
            return 0;
        }
        String look = in.look();
        if (!look.contains("\"query\"") && !look.contains("\"persistedQuery\"")) {
            return 0;
        }
        return operations(new String(in.bytes(), in.offset(), in.length(), StandardCharsets.UTF_8)).isPresent() ? SURE : 0;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        String text = new String(in.bytes(), in.offset(), in.length(), StandardCharsets.UTF_8).strip();
        Optional<JsonObject> operations = operations(text);
        if (operations.isPresent()) {
            return DecodedLayer.json(in, operations.get());
        }
        Optional<GraphQlDocument> document = GraphQlDocument.read(text, Optional.empty());
        if (document.isEmpty()) {
            throw new DecodeException("neither a GraphQL document nor JSON that holds one");
        }
        return DecodedLayer.json(in, result(false, List.of(described(document).put("query", text).build())));
    }

    private static JsonObject result(boolean batch, List<JsonValue> operations) {
        return JsonObject.builder().put("batch", batch).put("operations", new JsonArray(operations)).build();
    }

    private static Optional<JsonObject> operations(String text) {
        Optional<JsonValue> document = JsonLook.document(text);
        if (document.isEmpty()) {
            return Optional.empty();
        }
        boolean batch = document.get() instanceof JsonArray;
        List<JsonValue> requests = document.get() instanceof JsonArray array ? array.values() : List.of(document.get());
        List<JsonValue> operations = new ArrayList<>();
        for (JsonValue request : requests) {
            Optional<JsonObject> operation = request instanceof JsonObject object ? operation(object) : Optional.empty();
            if (operation.isEmpty()) {
                return Optional.empty();
            }
            operations.add(operation.get());
        }
        return operations.isEmpty() ? Optional.empty() : Optional.of(result(batch, operations));
    }

    private static Optional<JsonObject> operation(JsonObject request) {
        Optional<String> query = request.string("query");
        Optional<String> name = request.string("operationName");
        Optional<JsonObject> persisted = request.object("extensions").flatMap(extensions -> extensions.object("persistedQuery"));
        Optional<GraphQlDocument> document = query.flatMap(text -> GraphQlDocument.read(text, name));
        if (document.isEmpty() && (persisted.isEmpty() || query.filter(text -> !text.isEmpty()).isPresent())) {
            return Optional.empty();
        }
        JsonObject.Builder operation = document.isPresent() ? described(document)
                : JsonObject.builder().put("kind", "unknown").putIf("name", name);
        persisted.ifPresent(hash -> operation.put("persisted", hash));
        for (JsonObject.Member member : request.members()) {
            if (!member.name().equals("operationName") && !(member.name().equals("query") && member.value() instanceof JsonString text
                    && text.value().isEmpty())) {
                operation.put(member.name(), member.value());
            }
        }
        return Optional.of(operation.build());
    }

    private static JsonObject.Builder described(Optional<GraphQlDocument> document) {
        GraphQlDocument found = document.orElseThrow();
        return JsonObject.builder().put("kind", found.kind()).putIf("name", found.name()).putStrings("fields", found.fields());
    }
}
