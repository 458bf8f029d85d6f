package proxymcp.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** A message read by its schema: members by field name; what the schema does not know stands in {@code $unknown} as {@link ProtoGuess} reads it. */
final class ProtoMessage {
    private static final int DEPTH_MAX = 64;

    private final ProtoSchema schema;

    ProtoMessage(ProtoSchema schema) {
        this.schema = schema;
    }

    JsonObject read(ProtoSchema.Message type, List<ProtoWire> fields, int depth) throws DecodeException {
        Map<ProtoSchema.Field, List<JsonValue>> known = new LinkedHashMap<>();
        Map<ProtoSchema.Field, byte[]> parts = new LinkedHashMap<>();
        List<ProtoWire> unknown = new ArrayList<>();
        for (ProtoWire wire : fields) {
            ProtoSchema.Field field = type.fields().get(wire.number());
            if (field == null || !fits(field, wire)) {
                unknown.add(wire);
                continue;
            }
            List<JsonValue> values = known.computeIfAbsent(field, any -> new ArrayList<>());
            if (!field.repeated() && isMessage(field)) {
                // A message in two records is one: its octets joined are the merged message.
                parts.merge(field, wire.octets(), ProtoMessage::joined);
                values.clear();
                values.add(nested(field, parts.get(field), wire.offset(), depth));
            } else if (wire.kind() == ProtoWire.Kind.BYTES && kind(field) != ProtoWire.Kind.BYTES) {
                packed(field, wire, values);
            } else {
                values.add(value(field, wire, depth));
            }
        }
        JsonObject.Builder object = JsonObject.builder();
        known.forEach((field, values) -> {
            boolean map = field.repeated() && schema.message(field.typeName()).filter(ProtoSchema.Message::mapEntry).isPresent();
            if (map) {
                object.put(field.name(), entries(values));
            } else if (field.repeated()) {
                object.put(field.name(), new JsonArray(values));
            } else if (!values.isEmpty()) {
                object.put(field.name(), values.get(values.size() - 1));
            }
        });
        return (unknown.isEmpty() ? object : object.put("$unknown", ProtoGuess.message(unknown, depth))).build();
    }

    private static boolean isMessage(ProtoSchema.Field field) {
        return field.type() == 10 || field.type() == 11;
    }

    /** The wire type of one value. */
    private static ProtoWire.Kind kind(ProtoSchema.Field field) {
        return switch (field.type()) {
            case 1, 6, 16 -> ProtoWire.Kind.FIXED64;
            case 2, 7, 15 -> ProtoWire.Kind.FIXED32;
            case 9, 11, 12 -> ProtoWire.Kind.BYTES;
            case 10 -> ProtoWire.Kind.GROUP;
            default -> ProtoWire.Kind.VARINT;
        };
    }

    private static boolean fits(ProtoSchema.Field field, ProtoWire wire) {
        ProtoWire.Kind kind = kind(field);
        return wire.kind() == kind || wire.kind() == ProtoWire.Kind.BYTES && field.repeated() && kind != ProtoWire.Kind.GROUP;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** Map entries by their keys as text; a key or value that is not on the wire is its type's zero, written as null. */
    private static JsonObject entries(List<JsonValue> values) {
        JsonObject.Builder entries = JsonObject.builder();
        for (JsonValue value : values) {
            if (value instanceof JsonObject entry) {
                JsonValue key = entry.get("key").orElse(new JsonString(""));
                entries.putOrNull(key instanceof JsonString name ? name.value() : key.toString(), entry.get("value"));
            }
        }
        return entries.build();
    }

    private JsonValue nested(ProtoSchema.Field field, byte[] octets, int offset, int depth) throws DecodeException {
        ProtoWire.Fields inner = ProtoWire.read(octets);
        if (inner.failure().isPresent() || depth >= DEPTH_MAX) {
            return JsonObject.builder().put("$invalid", inner.failure().map(Throwable::getMessage).orElse("too deep, field at byte " + offset))
                    .put("data", Marks.base64(octets)).build();
        }
        ProtoSchema.Message type = schema.message(field.typeName())
                .orElseThrow(() -> new DecodeException("the descriptor file lacks message type " + field.typeName()));
        return read(type, inner.fields(), depth + 1);
    }

    private void packed(ProtoSchema.Field field, ProtoWire wire, List<JsonValue> values) {
        OctetReader reader = new OctetReader(wire.octets());
        try {
            while (reader.left() > 0) {
                values.add(number(field, switch (kind(field)) {
                    case FIXED32 -> reader.littleEndian(4);
                    case FIXED64 -> reader.littleEndian(8);
                    case VARINT, BYTES, GROUP, END_GROUP -> ProtoWire.varint(reader);
                }));
            }
        } catch (DecodeException e) {
            values.add(JsonObject.builder().put("$invalid", e.getMessage()).put("data", Marks.base64(wire.octets())).build());
        }
    }

    private JsonValue value(ProtoSchema.Field field, ProtoWire wire, int depth) throws DecodeException {
        return switch (field.type()) {
            case 9 -> Marks.text(wire.octets());
            case 10, 11 -> nested(field, wire.octets(), wire.offset(), depth);
            case 12 -> Marks.binary(wire.octets());
            default -> number(field, wire.value());
        };
    }

    private JsonValue number(ProtoSchema.Field field, long value) {
        return switch (field.type()) {
            case 1 -> Marks.real(Double.longBitsToDouble(value));
            case 2 -> Marks.real(Float.intBitsToFloat((int) value));
            case 4, 6 -> Marks.unsigned(value);
            case 5, 15 -> JsonNumber.of((int) value);
            case 7, 13 -> JsonNumber.of(value & 0xffff_ffffL);
            case 8 -> JsonBoolean.of(value != 0);
            case 14 -> schema.enumName(field.typeName(), (int) value).<JsonValue>map(JsonString::new).orElseGet(() -> JsonNumber.of((int) value));
            case 17, 18 -> JsonNumber.of(value >>> 1 ^ -(value & 1));
            default -> JsonNumber.of(value);
        };
    }
}
