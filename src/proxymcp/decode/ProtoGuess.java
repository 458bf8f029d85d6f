package proxymcp.decode;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** What the fields of a message without a schema may be: {@code {field, wire, readings: [{as, value, score}]}}, the likeliest reading first. */
final class ProtoGuess {
    private static final int DEPTH_MAX = 32;
    private static final int LIKELY_NUMBER_MAX = 200;
    private static final double SURE = 0.6;

    private ProtoGuess() {}

    /** One way to read a field; the score is 0..1 and only compares readings of the same field. */
    private record Reading(String as, JsonValue value, double score) {}

    static JsonObject message(List<ProtoWire> fields, int depth) {
        List<JsonValue> values = new ArrayList<>();
        for (ProtoWire field : fields) {
            List<Reading> readings = switch (field.kind()) {
                case VARINT -> varint(field.value());
                case FIXED32 -> fixed32((int) field.value());
                case FIXED64 -> fixed64(field.value());
                case BYTES -> octets(field.octets(), depth);
                case GROUP, END_GROUP -> depth < DEPTH_MAX ? List.of(new Reading("group", message(ProtoWire.read(field.octets()).fields(), depth + 1), 1))
                        : List.of(new Reading("bytes", Marks.binary(field.octets()), 1));
            };
            List<JsonValue> ranked = new ArrayList<>();
            for (Reading reading : readings.stream().sorted(Comparator.comparingDouble(Reading::score).reversed()).toList()) {
                ranked.add(JsonObject.builder().put("as", reading.as()).put("value", reading.value()).put("score", reading.score()).build());
            }
            values.add(JsonObject.builder().put("field", field.number()).put("wire", field.kind().name().toLowerCase(Locale.ROOT))
                    .put("readings", ranked).build());
        }
        return JsonObject.builder().put("fields", values).build();
    }

    private static List<Reading> varint(long value) {
        List<Reading> readings = new ArrayList<>();
        readings.add(new Reading(value < 0 ? "int64" : "uint64", JsonNumber.of(value), 0.7));
        if (value < 0) {
            readings.add(new Reading("uint64", Marks.unsigned(value), 0.3));
        }
        readings.add(new Reading("sint64", JsonNumber.of(value >>> 1 ^ -(value & 1)), 0.4));
        if (value == 0 || value == 1) {
            readings.add(new Reading("bool", JsonBoolean.of(value == 1), 0.6));
        }
        return readings;
    }

    private static List<Reading> fixed32(int value) {
        float real = Float.intBitsToFloat(value);
        List<Reading> readings = new ArrayList<>(List.of(new Reading("float", Marks.real(real), likely(real) ? 0.7 : 0.2),
                new Reading("fixed32", JsonNumber.of(Integer.toUnsignedLong(value)), 0.5)));
        if (value < 0) {
            readings.add(new Reading("sfixed32", JsonNumber.of(value), 0.45));
        }
        return readings;
    }

    private static List<Reading> fixed64(long value) {
        double real = Double.longBitsToDouble(value);
        List<Reading> readings = new ArrayList<>(List.of(new Reading("double", Marks.real(real), likely(real) ? 0.7 : 0.2),
                new Reading("fixed64", Marks.unsigned(value), 0.5)));
        if (value < 0) {
            readings.add(new Reading("sfixed64", JsonNumber.of(value), 0.45));
        }
        return readings;
    }

    /** Numbers that people measure; integers read as reals are tiny. */
    private static boolean likely(double real) {
        double size = Math.abs(real);
        return size == 0 || size > 1e-6 && size < 1e12;
    }

    private static List<Reading> octets(byte[] octets, int depth) {
        List<Reading> readings = new ArrayList<>();
        Optional<String> text = OctetReader.utf8(octets);
        double readable = text.isPresent() ? textScore(text.get()) : 0;
        if (readable > 0) {
            readings.add(new Reading("string", new JsonString(text.get()), readable));
        }
        if (octets.length > 0 && depth < DEPTH_MAX) {
            ProtoWire.Fields inner = ProtoWire.read(octets);
            double score = inner.failure().isEmpty() ? score(inner.fields()) : 0;
            if (score > 0 && (readable < SURE || score > readable)) {
                readings.add(new Reading("message", message(inner.fields(), depth + 1), score));
            }
        }
        if (octets.length > 0 && readings.stream().noneMatch(reading -> reading.score() >= SURE)) {
            packed(octets).ifPresent(readings::add);
            readings.add(new Reading("bytes", Marks.binary(octets), 0.3));
        }
        return readings;
    }

    /** The empty string is the likeliest of all that have no octets. */
    private static double textScore(String text) {
        if (text.isEmpty()) {
            return SURE;
        }
        int good = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            good += Character.isISOControl(c) && c != '\n' && c != '\r' && c != '\t' || !Character.isDefined(c) ? 0 : 1;
        }
        return good < text.length() ? 0.2 * good / text.length() : text.length() < 4 ? 0.65 : 0.95;
    }

    /** How much fields look like those of a message that somebody designed: small numbers, and few of the rarer wire types. */
    static double score(List<ProtoWire> fields) {
        double score = 0;
        for (ProtoWire field : fields) {
            score += field.number() > LIKELY_NUMBER_MAX ? 0.1 : field.number() > 30 ? 0.5 : field.kind() == ProtoWire.Kind.GROUP ? 0.6 : 0.8;
        }
        return fields.isEmpty() ? 0 : score / fields.size();
    }

    private static Optional<Reading> packed(byte[] octets) {
        OctetReader reader = new OctetReader(octets);
        List<JsonValue> values = new ArrayList<>();
        try {
            while (reader.left() > 0) {
                values.add(JsonNumber.of(ProtoWire.varint(reader)));
            }
        } catch (DecodeException notVarints) {
            return Optional.empty();
        }
        return Optional.of(new Reading("packed varint", new JsonArray(values), 0.4));
    }
}
