package proxymcp.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/**
 * Protobuf messages without a schema as trees: members {@code f1}, {@code f2} by field number with the likeliest reading of each, in place of the list
 * of all readings that the decoder gives; one field that changed would be a change of each reading.
 */
final class ProtoTree {
    private ProtoTree() {}

    /** The same tree with each such message in it replaced. */
    static JsonValue of(JsonValue value) {
        return switch (value) {
            case JsonObject object -> isMessage(object) ? message(object) : members(object);
            case JsonArray array -> {
                List<JsonValue> values = new ArrayList<>(array.size());
                for (JsonValue item : array) {
                    values.add(of(item));
                }
                yield new JsonArray(values);
            }
            default -> value;
        };
    }

    private static JsonObject members(JsonObject object) {
        JsonObject.Builder members = JsonObject.builder();
        for (JsonObject.Member member : object.members()) {
            members.put(member.name(), of(member.value()));
        }
        return members.build();
    }

    /** As {@code decode.ProtoGuess} writes one: nothing but a list of fields, each with its readings. */
    private static boolean isMessage(JsonObject object) {
        Optional<JsonArray> fields = object.members().size() == 1 ? object.array("fields") : Optional.empty();
        if (fields.isEmpty()) {
            return false;
        }
        for (JsonValue field : fields.get()) {
            if (!(field instanceof JsonObject one) || !one.has("field") || !one.has("wire") || one.array("readings").isEmpty()) {
                return false;
            }
        }
        return fields.get().size() > 0;
    }

    private static JsonObject message(JsonObject object) {
        JsonObject.Builder fields = JsonObject.builder();
        for (JsonValue field : object.array("fields").orElseThrow()) {
            JsonObject one = (JsonObject) field;
            JsonArray readings = one.array("readings").orElseThrow();
            JsonValue likeliest = readings.size() > 0 && readings.values().get(0) instanceof JsonObject reading
                    ? reading.get("value").orElse(JsonNull.NULL) : JsonNull.NULL;
            fields.put("f" + one.get("field").orElseThrow(), of(likeliest));
        }
        return fields.build();
    }
}
