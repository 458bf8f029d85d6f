package proxymcp.mcp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.rpc.RpcError;
import proxymcp.rpc.RpcException;

/** {@code resources/list}, {@code resources/templates/list}, {@code resources/read} and {@code completion/complete}. */
final class ResourceMethods {
    /** Entries on a page of {@code resources/list}. */
    static final int PAGE_ENTRIES = 100;

    private static final int COMPLETIONS_MAX = 100;
    /** Before the URI that a page ends with, so that a made-up cursor is told from a real one. */
    private static final String CURSOR_PREFIX = "after:";

    private final Map<String, Resource> resources = new TreeMap<>();
    /** The ones with more fixed characters first. */
    private final List<ResourceTemplate> templates;

    ResourceMethods(Collection<Resource> resources, Collection<ResourceTemplate> templates) {
        for (Resource resource : resources) {
            if (this.resources.put(resource.uri(), resource) != null) {
                throw new IllegalArgumentException("two resources have the URI " + resource.uri());
            }
        }
        this.templates = bySpecificity(templates);
    }

    private static List<ResourceTemplate> bySpecificity(Collection<ResourceTemplate> templates) {
        List<ResourceTemplate> ordered = new ArrayList<>();
        for (ResourceTemplate template : templates) {
            int at = 0;
            while (at < ordered.size() && ordered.get(at).uri().literalChars() >= template.uri().literalChars()) {
                at++;
            }
            ordered.add(at, template);
        }
        return ordered;
    }

    /** A page of all URIs in order. The cursor is the last one, so that members may come and go between pages. */
    JsonObject list(JsonObject params, Revision revision) throws Exception {
        Optional<String> after = lastUri(params);
        TreeMap<String, JsonObject> entries = entries(revision);
        List<JsonValue> page = new ArrayList<>();
        String last = "";
        Map<String, JsonObject> rest = after.isPresent() ? entries.tailMap(after.get(), false) : entries;
        for (Map.Entry<String, JsonObject> entry : rest.entrySet()) {
            if (page.size() == PAGE_ENTRIES) {
                break;
            }
            page.add(entry.getValue());
            last = entry.getKey();
        }
        JsonObject.Builder result = JsonObject.builder().put("resources", new JsonArray(page));
        if (page.size() < rest.size()) {
            byte[] cursor = (CURSOR_PREFIX + last).getBytes(StandardCharsets.UTF_8);
            result.put("nextCursor", Base64.getUrlEncoder().withoutPadding().encodeToString(cursor));
        }
        return result.build();
    }

    private TreeMap<String, JsonObject> entries(Revision revision) throws Exception {
        TreeMap<String, JsonObject> entries = new TreeMap<>();
        for (ResourceTemplate template : templates) {
            for (ResourceTemplate.Member member : template.family().list()) {
                Resource.Entry entry = template.entry(member);
                entries.putIfAbsent(entry.uri(), entry.json(revision));
            }
        }
        for (Resource resource : resources.values()) {
            entries.put(resource.uri(), resource.entry(revision));
        }
        return entries;
    }

    private static Optional<String> lastUri(JsonObject params) throws RpcException {
        Optional<String> cursor = Params.cursor(params);
        if (cursor.isEmpty()) {
            return Optional.empty();
        }
        try {
            String decoded = new String(Base64.getUrlDecoder().decode(cursor.get()), StandardCharsets.UTF_8);
            if (decoded.startsWith(CURSOR_PREFIX)) {
                return Optional.of(decoded.substring(CURSOR_PREFIX.length()));
            }
        } catch (IllegalArgumentException notBase64) {
            // Not one of ours, as below.
        }
        throw Params.invalid("cursor: not one that this server gave");
    }

    JsonObject listTemplates(JsonObject params, Revision revision) throws RpcException {
        Params.refuseCursor(params);
        List<JsonValue> entries = new ArrayList<>();
        for (ResourceTemplate template : templates) {
            entries.add(template.entry(revision));
        }
        return JsonObject.builder().put("resourceTemplates", new JsonArray(entries)).build();
    }

    JsonObject read(JsonObject params, Revision revision, CallContext context) throws Exception {
        String uri = Params.requiredString(params, "uri");
        Optional<ResourceContents> contents = contents(uri, context);
        if (contents.isEmpty()) {
            int code = revision.isModern() ? RpcError.INVALID_PARAMS : RpcError.RESOURCE_NOT_FOUND;
            throw new RpcException(new RpcError(code, "Resource not found", JsonObject.builder().put("uri", uri).build()));
        }
        return JsonObject.builder().put("contents", JsonArray.of(contents.get().entry(uri))).build();
    }

    /** What a URI holds; empty if there is no such resource. */
    Optional<ResourceContents> contents(String uri, CallContext context) throws Exception {
        Resource resource = resources.get(uri);
        if (resource != null) {
            return Optional.of(resource.reader().read(context));
        }
        for (ResourceTemplate template : templates) {
            Optional<Map<String, String>> variables = template.uri().match(uri);
            if (variables.isPresent()) {
                return template.family().read(variables.get(), context);
            }
        }
        return Optional.empty();
    }

    JsonObject complete(JsonObject params) throws Exception {
        ResourceTemplate template = completedTemplate(params);
        JsonObject argument = params.object("argument").orElse(JsonObject.EMPTY);
        String variable = Params.requiredString(argument, "name");
        String typed = Params.requiredString(argument, "value");
        if (!template.uri().variables().contains(variable)) {
            throw Params.invalid("argument.name: the template has no variable " + variable);
        }
        List<String> values = template.family().complete(variable, typed, chosen(params));
        boolean more = values.size() > COMPLETIONS_MAX;
        JsonObject completion = JsonObject.builder()
                .putStrings("values", more ? values.subList(0, COMPLETIONS_MAX) : values)
                .put("total", values.size()).put("hasMore", more).build();
        return JsonObject.builder().put("completion", completion).build();
    }

    private ResourceTemplate completedTemplate(JsonObject params) throws RpcException {
        JsonObject ref = params.object("ref").orElse(JsonObject.EMPTY);
        if (!ref.string("type").orElse("").equals("ref/resource")) {
            throw Params.invalid("ref.type: expected \"ref/resource\"");
        }
        String uri = Params.requiredString(ref, "uri");
        for (ResourceTemplate template : templates) {
            if (template.uri().text().equals(uri)) {
                return template;
            }
        }
        throw Params.invalid("ref.uri: no such template");
    }

    private static Map<String, String> chosen(JsonObject params) {
        Map<String, String> chosen = new HashMap<>();
        JsonObject arguments = params.object("context").orElse(JsonObject.EMPTY).object("arguments").orElse(JsonObject.EMPTY);
        for (JsonObject.Member member : arguments.members()) {
            if (member.value() instanceof JsonString value) {
                chosen.put(member.name(), value.value());
            }
        }
        return chosen;
    }
}
