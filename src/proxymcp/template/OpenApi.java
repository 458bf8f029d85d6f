package proxymcp.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * A template as an OpenAPI 3.1 document: what its steps send and what answered. Steps of the same method and path are one operation, whose
 * {@code x-steps} names them all; paths that differ in what their parameters are called are one path. Steps of other methods are in {@code x-leftOut}.
 */
final class OpenApi {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

    private final FlowTemplate template;
    private final Set<String> servers = new LinkedHashSet<>();
    /** By their shape. */
    private final Map<String, PathItem> paths = new LinkedHashMap<>();
    private final List<JsonValue> leftOut = new ArrayList<>();

    /** What is known of one path: parameters have the names of the step that came first. */
    private record PathItem(String path, List<String> parameters, Set<String> servers, Map<String, ApiOperation> operations) {}

    OpenApi(FlowTemplate template) {
        this.template = template;
    }

    JsonObject document() {
        template.steps().forEach(this::add);
        JsonObject.Builder all = JsonObject.builder();
        for (PathItem path : paths.values()) {
            JsonObject.Builder item = JsonObject.builder();
            if (servers.size() > 1) {
                item.put("servers", urls(path.servers()));
            }
            path.operations().forEach((method, operation) -> item.put(method, operation.json()));
            all.put(path.path(), item.build());
        }
        JsonObject.Builder document = JsonObject.builder().put("openapi", "3.1.0")
                .put("info", JsonObject.builder().put("title", template.name()).put("version", template.id()).build())
                .put("servers", urls(servers)).put("paths", all.build());
        return leftOut.isEmpty() ? document.build() : document.put("x-leftOut", leftOut).build();
    }

    private static JsonArray urls(Set<String> servers) {
        List<JsonValue> urls = new ArrayList<>();
        servers.forEach(url -> urls.add(JsonObject.builder().put("url", url).build()));
        return new JsonArray(urls);
    }

    private void add(TemplateStep step) {
        String method = step.method().toLowerCase(Locale.ROOT);
        if (!METHODS.contains(method)) {
            leftOut.add(new JsonString(step.id() + " " + step.method() + " " + step.urlTemplate()));
            return;
        }
        int from = pathOf(step.urlTemplate());
        int query = step.urlTemplate().indexOf('?');
        String server = step.urlTemplate().substring(0, from);
        List<TemplateTokens.Piece> pieces = TemplateTokens.of(step.urlTemplate().substring(from, query < 0 ? step.urlTemplate().length() : query));
        StringBuilder shape = new StringBuilder();
        pieces.forEach(piece -> shape.append(piece.isLiteral() ? escaped(piece.text()) : "{}"));
        PathItem path = paths.computeIfAbsent(shape.toString(), added -> named(pieces));
        servers.add(server);
        path.servers().add(server);
        path.operations().computeIfAbsent(method, added -> new ApiOperation(step.id(), path.parameters()))
                .add(step, query < 0 ? "" : step.urlTemplate().substring(query + 1));
    }

    private static int pathOf(String url) {
        int scheme = url.indexOf("://");
        int at = scheme < 0 ? 0 : scheme + 3;
        while (at < url.length() && url.charAt(at) != '/' && url.charAt(at) != '?') {
            at++;
        }
        return at;
    }

    private static PathItem named(List<TemplateTokens.Piece> pieces) {
        StringBuilder path = new StringBuilder();
        List<String> parameters = new ArrayList<>();
        for (TemplateTokens.Piece piece : pieces) {
            if (piece.isLiteral()) {
                path.append(escaped(piece.text()));
            } else {
                String name = piece.name();
                for (int i = 2; parameters.contains(name); i++) {
                    name = piece.name() + "_" + i;
                }
                parameters.add(name);
                path.append('{').append(name).append('}');
            }
        }
        return new PathItem(path.isEmpty() ? "/" : path.toString(), parameters, new LinkedHashSet<>(), new LinkedHashMap<>());
    }

    /** Braces stand for parameters there. */
    private static String escaped(String literal) {
        return literal.replace("{", "%7B").replace("}", "%7D");
    }
}
