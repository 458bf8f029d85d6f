package proxymcp.decode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** Looks for layers in the strings of a JSON value, and puts what they hold in their place. */
final class InnerStrings {
    /** Shorter strings hold nothing worth peeling, and too many of them fit a format by chance. */
    private static final int CHARS_MIN = 16;
    /** More layers than anyone reads; the strings after them stay as they are. */
    private static final int LAYERS_MAX = 200;

    private final PipelineRun run;
    private final DecodeInput around;
    private final int depth;

    InnerStrings(PipelineRun run, DecodeInput around, int depth) {
        this.run = run;
        this.around = around;
        this.depth = depth;
    }

    /** The value with the strings that hold layers replaced; {@code path} is where it stands. */
    JsonValue replace(JsonValue value, String path) {
        if (!run.enterLevel()) {
            return value;
        }
        try {
            return switch (value) {
                case JsonObject object -> replaced(object, path);
                case JsonArray array -> replaced(array, path);
                case JsonString string -> replaced(string, path);
                default -> value;
            };
        } finally {
            run.leaveLevel();
        }
    }

    /** Most values hold nothing: a copy is made from the first change on, and a path only for strings that may hold a layer. */
    private JsonValue replaced(JsonObject object, String path) {
        List<JsonObject.Member> changed = List.of();
        for (int i = 0; i < object.members().size(); i++) {
            JsonObject.Member member = object.members().get(i);
            if (isOpaque(member.value())) {
                continue;
            }
            JsonValue value = replace(member.value(), JsonPath.member(path, member.name()));
            if (value != member.value()) {
                changed = changed.isEmpty() ? new ArrayList<>(object.members()) : changed;
                changed.set(i, new JsonObject.Member(member.name(), value));
            }
        }
        return changed.isEmpty() ? object : new JsonObject(changed);
    }

    private JsonValue replaced(JsonArray array, String path) {
        List<JsonValue> changed = List.of();
        for (int i = 0; i < array.size(); i++) {
            JsonValue item = array.values().get(i);
            if (isOpaque(item)) {
                continue;
            }
            JsonValue value = replace(item, path + "[" + i + "]");
            if (value != item) {
                changed = changed.isEmpty() ? new ArrayList<>(array.values()) : changed;
                changed.set(i, value);
            }
        }
        return changed.isEmpty() ? array : new JsonArray(changed);
    }

    private static boolean isOpaque(JsonValue value) {
        return !(value instanceof JsonObject) && !(value instanceof JsonArray) && !(value instanceof JsonString string && mayHoldLayer(string.value()));
    }

    private JsonValue replaced(JsonString string, String path) {
        if (!mayHoldLayer(string.value()) || run.layers().size() >= LAYERS_MAX || depth >= run.request().depthMax() || run.outputLeft() == 0) {
            return string;
        }
        int before = run.layers().size();
        Content content = run.below(around.inner(string.value().getBytes(StandardCharsets.UTF_8)), depth, path);
        if (run.layers().size() == before) {
            return string;
        }
        StringBuilder ids = new StringBuilder();
        for (Layer layer : run.layers().subList(before, run.layers().size())) {
            if (layer.path().equals(path) && (layer.status() == LayerStatus.DECODED || layer.status() == LayerStatus.PARTIAL)) {
                ids.append(ids.isEmpty() ? "" : "/").append(layer.decoder());
            }
        }
        return switch (content) {
            case Content.Json json when !ids.isEmpty() -> decoded(ids.toString(), json.value());
            case Content.Text text when !ids.isEmpty() -> decoded(ids.toString(), new JsonString(text.text()));
            default -> string;
        };
    }

    /** A quick no for prose, which is what most strings are: letters of an alphabet have no space, and the other formats begin with few characters. */
    private static boolean mayHoldLayer(String text) {
        if (text.length() < CHARS_MIN) {
            return false;
        }
        if ("{[<\"-:)".indexOf(text.charAt(0)) >= 0 || text.startsWith("data:") || text.startsWith("event:") || text.startsWith("id:")) {
            return true;
        }
        for (int i = 0; i < CHARS_MIN; i++) {
            if (text.charAt(i) == ' ') {
                return false;
            }
        }
        return true;
    }

    private static JsonObject decoded(String ids, JsonValue value) {
        return JsonObject.builder().put("$decoded", ids).put("value", value).build();
    }
}
