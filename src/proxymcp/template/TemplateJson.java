package proxymcp.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Templates as JSON, version {@value FlowTemplate#VERSION}: what files, exports and tools hold. {@link #read} reads what {@link #write} writes. */
public final class TemplateJson {
    private interface Writer<T> {
        JsonValue write(T value);
    }

    private TemplateJson() {}

    /** The JSON of a template. */
    public static JsonObject write(FlowTemplate template) {
        return JsonObject.builder()
                .put("version", FlowTemplate.VERSION)
                .put("id", template.id())
                .put("name", template.name())
                .put("sessionId", template.sessionId())
                .put("createdAt", template.createdAtMillis())
                .put("steps", all(template.steps(), TemplateJson::step))
                .put("inputs", all(template.inputs(), TemplateJson::input))
                .put("edges", all(template.edges(), TemplateJson::edge))
                .put("loops", all(template.loops(), TemplateJson::loop))
                .put("unexplained", all(template.unexplained(), TemplateJson::unexplained))
                .putStrings("warnings", template.warnings())
                .build();
    }

    /**
     * Reads a template.
     *
     * @throws TemplateException {@code bad_template} if it is none, or of a newer version
     */
    public static FlowTemplate read(JsonObject json) throws TemplateException {
        return new TemplateRead(json).template();
    }

    private static <T> JsonArray all(List<T> values, Writer<T> writer) {
        List<JsonValue> written = new ArrayList<>();
        for (T value : values) {
            written.add(writer.write(value));
        }
        return new JsonArray(written);
    }

    /** A step; for tools. */
    public static JsonObject step(TemplateStep step) {
        JsonObject.Builder json = JsonObject.builder().put("id", step.id()).put("seq", step.seq()).put("method", step.method())
                .put("urlTemplate", step.urlTemplate())
                .put("headers", all(step.headers(), header -> JsonArray.ofStrings(List.of(header.name(), header.value()))));
        switch (step.body()) {
            case TemplateBody.None none -> { }
            case TemplateBody.Text text -> json.put("body", text.template());
            case TemplateBody.Octets octets -> json.put("bodyBase64", octets.base64());
            case TemplateBody.Mixed mixed -> json.put("bodyBlocks", all(mixed.blocks(), TemplateJson::block));
            case TemplateBody.Recorded recorded -> json.put("bodyRecorded", recorded.bytes());
        }
        return json.putStrings("dependsOn", step.dependsOn())
                .put("placeholders", all(step.placeholders(), TemplateJson::placeholder))
                .put("extracts", all(step.extracts(), TemplateJson::extract))
                .put("asserts", all(step.asserts(), TemplateJson::assertion))
                .putIf("loop", step.loop()).build();
    }

    private static JsonObject block(TemplateBody.Block block) {
        return switch (block.kind()) {
            case TEXT -> JsonObject.builder().put("text", block.content()).build();
            case OCTETS -> JsonObject.builder().put("base64", block.content()).build();
            case VALUE -> JsonObject.builder().put("octetsOf", block.content()).build();
        };
    }

    private static JsonObject placeholder(Placeholder placeholder) {
        JsonObject.Builder json = JsonObject.builder().put("location", placeholder.location()).put("name", placeholder.name())
                .putStrings("codings", words(placeholder.codings())).put("sample", placeholder.sample());
        placeholder.derived().ifPresent(derived -> json.put("derived", derived(derived)));
        return json.build();
    }

    private static List<String> words(List<Coding> codings) {
        List<String> words = new ArrayList<>();
        codings.forEach(coding -> words.add(coding.word()));
        return words;
    }

    /** How a value is made; for tools. */
    public static JsonObject derived(DerivedValue value) {
        JsonObject.Builder json = JsonObject.builder();
        return switch (value) {
            case DerivedValue.Timestamp timestamp -> json.put("kind", "timestamp").put("format", timestamp.format()).build();
            case DerivedValue.Uuid uuid -> json.put("kind", "uuid").build();
            case DerivedValue.Nonce nonce -> json.put("kind", "nonce").put("alphabet", nonce.alphabet()).put("chars", nonce.chars()).build();
            case DerivedValue.Counter counter -> json.put("kind", "counter").put("start", counter.start()).put("increment", counter.increment()).build();
            case DerivedValue.Hash hash -> json.put("kind", "hash").put("algorithm", hash.algorithm()).put("encoding", hash.encoding())
                    .put("separator", hash.separator()).put("parts", all(hash.parts(), TemplateJson::part)).build();
            case DerivedValue.Hmac hmac -> json.put("kind", "hmac").put("algorithm", hmac.algorithm()).put("encoding", hmac.encoding())
                    .put("key", part(hmac.key())).put("separator", hmac.separator()).put("parts", all(hmac.parts(), TemplateJson::part)).build();
            case DerivedValue.Pkce pkce -> json.put("kind", "pkce").put("verifier", pkce.verifier()).build();
            case DerivedValue.Composed composed -> json.put("kind", "composed").put("template", composed.template())
                    .putStrings("codings", words(composed.codings())).build();
        };
    }

    private static JsonObject part(RecipePart part) {
        return JsonObject.builder().put("kind", part.kind().word())
                .putIf("argument", part.argument().isEmpty() ? Optional.empty() : Optional.of(part.argument())).build();
    }

    private static JsonObject extract(Extract extract) {
        return JsonObject.builder().put("as", extract.as()).put("select", extract.select()).put("required", extract.required()).build();
    }

    private static JsonObject assertion(Assert assertion) {
        return switch (assertion) {
            case Assert.Status status -> JsonObject.builder().put("kind", "status").put("status", status.code()).build();
            case Assert.HasHeader header -> JsonObject.builder().put("kind", "header").put("name", header.name()).build();
            case Assert.HasJson json -> JsonObject.builder().put("kind", "json").put("path", json.path()).build();
        };
    }

    /** An input with the JSON Schema of its value; for tools. */
    public static JsonObject input(TemplateInput input) {
        JsonObject schema = JsonObject.builder().put("type", input.type())
                .putIf("format", input.format().isEmpty() ? Optional.empty() : Optional.of(input.format())).build();
        return JsonObject.builder().put("name", input.name()).put("schema", schema).put("default", input.defaultValue())
                .putStrings("usedIn", input.usedIn()).build();
    }

    /** An edge; for tools. */
    public static JsonObject edge(Edge edge) {
        return JsonObject.builder().put("from", edge.from()).put("to", edge.to()).put("sample", edge.sample()).put("location", edge.location())
                .put("selector", edge.selector()).putStrings("transform", edge.transform()).put("score", edge.score())
                .put("alternatives", all(edge.alternatives(), other -> JsonObject.builder().put("seq", other.seq()).put("selector", other.selector())
                        .put("score", other.score()).build())).build();
    }

    /** A loop; for tools. */
    public static JsonObject loop(Loop loop) {
        return JsonObject.builder().put("id", loop.id()).put("step", loop.step()).put("kind", loop.kind().word()).put("variable", loop.variable())
                .put("start", loop.start()).put("increment", loop.increment()).put("recordedTimes", loop.recordedTimes())
                .put("timesMax", loop.timesMax()).putIf("until", loop.until()).build();
    }

    /** A value that nothing is known of; for tools. */
    public static JsonObject unexplained(Unexplained value) {
        return JsonObject.builder().put("step", value.step()).put("location", value.location()).put("sample", value.sample())
                .put("guess", value.guess()).build();
    }
}
