package proxymcp.decode;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** How values that JSON lacks are written: an object whose first member's name begins with {@code $}. */
final class Marks {
    private Marks() {}

    /** {@code {"$binary": base64}}. */
    static JsonValue binary(byte[] octets) {
        return JsonObject.builder().put("$binary", base64(octets)).build();
    }

    /** Text in UTF-8, or {@code {"$invalidUtf8": base64}}. */
    static JsonValue text(byte[] octets) {
        return OctetReader.utf8(octets).<JsonValue>map(JsonString::new)
                .orElseGet(() -> JsonObject.builder().put("$invalidUtf8", base64(octets)).build());
    }

    static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    /** A number, or {@code {"$float": "NaN"}} and the infinities. */
    static JsonValue real(double value) {
        return Double.isFinite(value) ? JsonNumber.of(value) : JsonObject.builder().put("$float", Double.toString(value)).build();
    }

    /** The same of single precision: whole numbers exactly, others with as few digits as tell them from their neighbours of that precision. */
    static JsonValue real(float value) {
        return Float.isFinite(value) && value != Math.rint(value) ? new JsonNumber(Float.toString(value)) : real((double) value);
    }

    static JsonNumber unsigned(long value) {
        return new JsonNumber(Long.toUnsignedString(value));
    }

    /** {@code {"$timestamp": ISO 8601}}, or its seconds and nanoseconds where no calendar reaches. */
    static JsonValue timestamp(long seconds, long nanos) {
        Optional<String> instant = instant(seconds, nanos);
        return instant.isPresent() ? JsonObject.builder().put("$timestamp", instant.get()).build()
                : JsonObject.builder().put("$timestamp", seconds + "s").put("nanos", nanos).build();
    }

    static Optional<String> instant(long seconds, long nanos) {
        try {
            return Optional.of(Instant.ofEpochSecond(seconds, nanos).toString());
        } catch (DateTimeException | ArithmeticException beyondAllTimes) {
            return Optional.empty();
        }
    }

    /** An object if all keys are strings, the same one twice if it was; otherwise {@code {"$map": [[key, value], ...]}}. */
    static JsonValue map(List<JsonValue> keys, List<JsonValue> values) {
        JsonObject.Builder object = JsonObject.builder();
        for (int i = 0; i < keys.size(); i++) {
            if (!(keys.get(i) instanceof JsonString name)) {
                return pairs(keys, values);
            }
            object.put(name.value(), values.get(i));
        }
        return object.build();
    }

    private static JsonValue pairs(List<JsonValue> keys, List<JsonValue> values) {
        List<JsonValue> pairs = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            pairs.add(JsonArray.of(keys.get(i), values.get(i)));
        }
        return JsonObject.builder().put("$map", pairs).build();
    }
}
