package proxymcp.diff;

import java.util.ArrayList;
import java.util.List;
import proxymcp.decode.JsonPath;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** Lists the values of a document. Recursive: documents are no deeper than their readers allow. */
final class TreeLeaves {
    private final Document document;
    private final List<Leaf> leaves = new ArrayList<>();

    TreeLeaves(Document document) {
        this.document = document;
    }

    List<Leaf> all() {
        if (document.part() == Part.BODY && document.root() instanceof JsonArray lines) {
            Location location = document.location("$");
            for (int i = 0; i < lines.size(); i++) {
                leaves.add(new Leaf(location, Document.line(i), ValueType.STRING, text(lines.values().get(i))));
            }
        } else {
            walk(document.root(), "$", "$");
        }
        return leaves;
    }

    /** The two paths are one and the same object where there is no index above, which is most of the time. */
    @SuppressWarnings("StringEquality")
    private void walk(JsonValue value, String field, String place) {
        boolean same = field == place;
        switch (value) {
            case JsonObject object when !object.members().isEmpty() -> {
                for (JsonObject.Member member : object.members()) {
                    String below = JsonPath.member(field, member.name());
                    walk(member.value(), below, same ? below : JsonPath.member(place, member.name()));
                }
            }
            case JsonArray array when array.size() > 0 -> {
                String below = field + "[*]";
                for (int i = 0; i < array.size(); i++) {
                    walk(array.values().get(i), below, place + "[" + i + "]");
                }
            }
            default -> leaves.add(new Leaf(document.location(field), document.at(place), type(value), text(value)));
        }
    }

    /** What kind of value it is. */
    static ValueType type(JsonValue value) {
        return switch (value) {
            case JsonObject object -> ValueType.OBJECT;
            case JsonArray array -> ValueType.ARRAY;
            case JsonString string -> ValueType.STRING;
            case JsonNumber number -> ValueType.NUMBER;
            case JsonBoolean truth -> ValueType.BOOLEAN;
            case JsonNull nothing -> ValueType.NULL;
        };
    }

    /** A scalar as text, a string without quotes; of anything else its JSON. */
    static String text(JsonValue value) {
        return value instanceof JsonString string ? string.value() : value.toString();
    }
}
