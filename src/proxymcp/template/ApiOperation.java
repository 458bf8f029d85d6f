package proxymcp.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import proxymcp.codec.Charsets;
import proxymcp.decode.PercentCoding;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** One operation of an {@link OpenApi} document, of all steps that are the same method and path. */
final class ApiOperation {
    /** They are no parameters there, or would be secrets. */
    private static final Set<String> NO_PARAMETERS = Set.of("authorization", "accept", "content-type", "cookie");

    private final String id;
    private final List<String> steps = new ArrayList<>();
    private final Map<String, JsonObject> parameters = new LinkedHashMap<>();
    /** Of each media type what the steps send. */
    private final Map<String, Map<String, JsonValue>> bodies = new LinkedHashMap<>();
    private final Map<String, List<String>> responses = new LinkedHashMap<>();

    /**
     * @param id of the first step
     * @param inPath names of the path's parameters
     */
    ApiOperation(String id, List<String> inPath) {
        this.id = id;
        inPath.forEach(name -> parameter(name, "path", true));
    }

    private void parameter(String name, String in, boolean required) {
        parameters.putIfAbsent(in + " " + name.toLowerCase(Locale.ROOT), JsonObject.builder().put("name", new JsonString(name)).put("in", in)
                .put("required", required).put("schema", JsonObject.builder().put("type", "string").build()).build());
    }

    /** Adds what a step sends. */
    void add(TemplateStep step, String query) {
        steps.add(step.id());
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameter(PercentCoding.text(pair.substring(0, equals), true), "query", false);
            }
        }
        for (TemplateStep.Header header : step.headers()) {
            boolean filled = TemplateTokens.of(header.value()).stream().anyMatch(piece -> !piece.isLiteral());
            if (filled && !NO_PARAMETERS.contains(header.name().toLowerCase(Locale.ROOT))) {
                parameter(header.name(), "header", steps.size() == 1);
            }
        }
        if (step.body() instanceof TemplateBody.Text text) {
            String type = contentType(step);
            bodies.computeIfAbsent(type, added -> new LinkedHashMap<>()).put(step.id(), example(Charsets.mediaType(type), text.template(), step));
        } else if (!(step.body() instanceof TemplateBody.None)) {
            bodies.computeIfAbsent(contentType(step), added -> new LinkedHashMap<>());
        }
        String status = "default";
        for (Assert assertion : step.asserts()) {
            status = assertion instanceof Assert.Status code ? Integer.toString(code.code()) : status;
        }
        responses.computeIfAbsent(status, added -> new ArrayList<>()).add(Long.toString(step.seq()));
    }

    private static String contentType(TemplateStep step) {
        for (TemplateStep.Header header : step.headers()) {
            if (header.name().equalsIgnoreCase("Content-Type")) {
                return header.value();
            }
        }
        return "application/octet-stream";
    }

    /** JSON as its value, a form as an object of its fields, the rest as text; what is filled in stands there as {@code {name}}. */
    private static JsonValue example(String type, String template, TemplateStep step) {
        if (type.equals("application/json") || type.endsWith("+json")) {
            try {
                return Json.parse(json(template, step));
            } catch (JsonException e) {
                return new JsonString(template);
            }
        }
        if (!type.equals("application/x-www-form-urlencoded")) {
            return new JsonString(template);
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (String pair : plain(template).split("&")) {
            int equals = pair.indexOf('=');
            if (equals <= 0 || fields.put(PercentCoding.text(pair.substring(0, equals), true), PercentCoding.text(pair.substring(equals + 1), true)) != null) {
                return new JsonString(template); // No object says what is sent twice.
            }
        }
        JsonObject.Builder object = JsonObject.builder();
        fields.forEach(object::put);
        return object.build();
    }

    private static String plain(String template) {
        StringBuilder text = new StringBuilder();
        TemplateTokens.of(template).forEach(piece -> text.append(piece.isLiteral() ? piece.text() : "{" + piece.name() + "}"));
        return text.toString();
    }

    /** A text of JSON: outside of its strings the recorded values are filled in. */
    private static String json(String template, TemplateStep step) {
        StringBuilder text = new StringBuilder();
        boolean inside = false;
        for (TemplateTokens.Piece piece : TemplateTokens.of(template)) {
            if (!piece.isLiteral()) {
                text.append(inside ? "{" + piece.name() + "}" : RunnableFlow.samples(step).getOrDefault(piece.name(), "null"));
                continue;
            }
            for (int i = 0; i < piece.text().length(); i++) {
                char c = piece.text().charAt(i);
                text.append(c);
                if (inside && c == '\\' && i + 1 < piece.text().length()) {
                    i++;
                    text.append(piece.text().charAt(i));
                } else if (c == '"') {
                    inside = !inside;
                }
            }
        }
        return text.toString();
    }

    JsonObject json() {
        JsonObject.Builder operation = JsonObject.builder().put("operationId", id).putStrings("x-steps", steps)
                .put("parameters", new JsonArray(List.copyOf(parameters.values())));
        if (!bodies.isEmpty()) {
            JsonObject.Builder content = JsonObject.builder();
            bodies.forEach((type, examples) -> content.put(type, media(examples)));
            operation.put("requestBody", JsonObject.builder().put("content", content.build()).build());
        }
        JsonObject.Builder answers = JsonObject.builder();
        responses.forEach((status, seqs) -> answers.put(status, JsonObject.builder().put("description", "as recorded, seq " + String.join(", ", seqs)).build()));
        return operation.put("responses", answers.build()).build();
    }

    private static JsonObject media(Map<String, JsonValue> examples) {
        JsonObject.Builder media = JsonObject.builder();
        boolean objects = !examples.isEmpty();
        JsonObject.Builder named = JsonObject.builder();
        for (Map.Entry<String, JsonValue> example : examples.entrySet()) {
            objects &= example.getValue() instanceof JsonObject;
            named.put(example.getKey(), JsonObject.builder().put("value", example.getValue()).build());
        }
        media.put("schema", objects ? JsonObject.builder().put("type", "object").build() : JsonObject.EMPTY);
        if (examples.size() == 1) {
            media.put("example", examples.values().iterator().next());
        } else if (examples.size() > 1) {
            media.put("examples", named.build());
        }
        return media.build();
    }
}
