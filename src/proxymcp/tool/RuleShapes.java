package proxymcp.tool;

import java.util.List;
import proxymcp.json.JsonObject;

/** What clients are told of matchers and handlers; {@link proxymcp.rule.RuleJson} reads them. */
final class RuleShapes {
    static final JsonObject MATCHER = object(JsonObject.builder()
            .put("method", typed("string"))
            .put("urlPattern", text("Regex, searched in the absolute URL"))
            .put("hostname", text("Exact"))
            .put("pathPattern", text("Regex, searched in path and query"))
            .put("headers", described("{name: value} or [[name, value]], all must be there"))
            .put("bodyIncludes", text("Part of the request body")).build(), List.of());
    static final JsonObject HANDLER = object(JsonObject.builder()
            .put("type", JsonObject.builder().put("type", "string").putStrings("enum", List.of("passthrough", "mock", "forward", "drop")).build())
            .put("status", JsonObject.builder().put("type", "integer").put("minimum", 200).put("maximum", 599).put("default", 200).build())
            .put("body", text("mock: text; or bodyBase64 or bodyFile"))
            .put("bodyBase64", typed("string"))
            .put("bodyFile", text("Read at each answer"))
            .put("headers", described("mock: {name: value} or [[name, value]]"))
            .put("forwardTo", text("forward: base URL"))
            .put("dropMode", text("drop: close (default) or reset"))
            .put("transformRequest", shape("{updateHeaders: {name: value, null removes}, addHeaders: {name: value}, replaceMethod, "
                    + "replaceUrl: {match: regex, replace: text with $1}, matchReplaceBody: [[text, replacement]] (first occurrence), "
                    + "regexReplaceBody: [[regex, replacement]]}; for passthrough, forward"))
            .put("transformResponse", shape("The same with replaceStatus, without replaceMethod and replaceUrl"))
            .put("delayMs", integer(0, 600_000))
            .put("delay", shape("{type: uniform, minMs, maxMs, seed?} or {type: lognormal, medianMs, sigma, seed?}"))
            .put("throttleBytesPerSecond", integer(1, 1L << 40))
            .put("abortAfterBytes", integer(0, 1L << 40)).build(), List.of("type"));
    /** Any object. */
    static final JsonObject OBJECT = typed("object");

    private RuleShapes() {}

    private static JsonObject object(JsonObject properties, List<String> required) {
        JsonObject.Builder object = JsonObject.builder().put("type", "object").put("properties", properties);
        if (!required.isEmpty()) {
            object.putStrings("required", required);
        }
        return object.put("additionalProperties", false).build();
    }

    private static JsonObject typed(String type) {
        return JsonObject.builder().put("type", type).build();
    }

    private static JsonObject text(String description) {
        return JsonObject.builder().put("type", "string").put("description", description).build();
    }

    private static JsonObject shape(String description) {
        return JsonObject.builder().put("type", "object").put("description", description).build();
    }

    /** Without a type: some hosts refuse several. */
    private static JsonObject described(String description) {
        return JsonObject.builder().put("description", description).build();
    }

    private static JsonObject integer(long min, long max) {
        return JsonObject.builder().put("type", "integer").put("minimum", min).put("maximum", max).build();
    }
}
