package proxymcp.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import proxymcp.decode.PercentCoding;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** A template as an OpenAPI 3.1 document: what its steps send and what answered. Steps of the same path and method are one operation, the first. */
final class OpenApi {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

    private final FlowTemplate template;

    OpenApi(FlowTemplate template) {
        this.template = template;
    }

    JsonObject document() {
        Set<String> servers = new LinkedHashSet<>();
        Map<String, Map<String, JsonObject>> paths = new LinkedHashMap<>();
        for (TemplateStep step : template.steps()) {
            String method = step.method().toLowerCase(Locale.ROOT);
            int path = pathOf(step.urlTemplate());
            servers.add(step.urlTemplate().substring(0, path));
            int query = step.urlTemplate().indexOf('?');
            List<String> parameters = new ArrayList<>();
            String key = key(step.urlTemplate().substring(path, query < 0 ? step.urlTemplate().length() : query), parameters);
            if (METHODS.contains(method)) {
                paths.computeIfAbsent(key, added -> new LinkedHashMap<>()).putIfAbsent(method, operation(step, parameters,
                        query < 0 ? "" : step.urlTemplate().substring(query + 1)));
            }
        }
        List<JsonValue> urls = new ArrayList<>();
        servers.forEach(url -> urls.add(JsonObject.builder().put("url", url).build()));
        JsonObject.Builder all = JsonObject.builder();
        paths.forEach((path, operations) -> {
            JsonObject.Builder item = JsonObject.builder();
            operations.forEach(item::put);
            all.put(path, item.build());
        });
        return JsonObject.builder().put("openapi", "3.1.0").put("info", JsonObject.builder().put("title", template.name()).put("version", template.id()).build())
                .put("servers", urls).put("paths", all.build()).build();
    }

    private static int pathOf(String url) {
        int scheme = url.indexOf("://");
        int at = scheme < 0 ? 0 : scheme + 3;
        while (at < url.length() && url.charAt(at) != '/' && url.charAt(at) != '?') {
            at++;
        }
        return at;
    }

    /** The path with its values as parameters; their names are collected. */
    private static String key(String path, List<String> parameters) {
        StringBuilder key = new StringBuilder();
        for (TemplateTokens.Piece piece : TemplateTokens.of(path)) {
            if (piece.isLiteral()) {
                key.append(piece.text());
            } else {
                String name = piece.name();
                for (int i = 2; parameters.contains(name); i++) {
                    name = piece.name() + "_" + i;
                }
                parameters.add(name);
                key.append('{').append(name).append('}');
            }
        }
        return key.isEmpty() ? "/" : key.toString();
    }

    private JsonObject operation(TemplateStep step, List<String> inPath, String query) {
        List<JsonValue> parameters = new ArrayList<>();
        inPath.forEach(name -> parameters.add(parameter(name, "path", true)));
        Set<String> names = new LinkedHashSet<>();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                names.add(PercentCoding.text(pair.substring(0, equals), true));
            }
        }
        names.forEach(name -> parameters.add(parameter(name, "query", false)));
        for (TemplateStep.Header header : step.headers()) {
            boolean filled = TemplateTokens.of(header.value()).stream().anyMatch(piece -> !piece.isLiteral());
            // Authorization, Accept and Content-Type are no parameters there.
            if (filled && !Set.of("authorization", "accept", "content-type", "cookie").contains(header.name().toLowerCase(Locale.ROOT))) {
                parameters.add(parameter(header.name(), "header", true));
            }
        }
        JsonObject.Builder operation = JsonObject.builder().put("operationId", step.id()).put("parameters", parameters);
        if (step.body() instanceof TemplateBody.Text text) {
            JsonObject media = JsonObject.builder().put("schema", JsonObject.EMPTY).put("example", text.template()).build();
            operation.put("requestBody", JsonObject.builder().put("content", JsonObject.builder().put(contentType(step), media).build()).build());
        }
        String status = "default";
        for (Assert assertion : step.asserts()) {
            status = assertion instanceof Assert.Status code ? Integer.toString(code.code()) : status;
        }
        return operation.put("responses", JsonObject.builder().put(status, JsonObject.builder().put("description", "as recorded, seq " + step.seq()).build())
                .build()).build();
    }

    private static String contentType(TemplateStep step) {
        for (TemplateStep.Header header : step.headers()) {
            if (header.name().equalsIgnoreCase("Content-Type")) {
                return header.value();
            }
        }
        return "application/octet-stream";
    }

    private static JsonObject parameter(String name, String in, boolean required) {
        return JsonObject.builder().put("name", new JsonString(name)).put("in", in).put("required", required)
                .put("schema", JsonObject.builder().put("type", "string").build()).build();
    }
}
