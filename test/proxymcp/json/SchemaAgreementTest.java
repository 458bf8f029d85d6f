package proxymcp.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The published schema and the check accept the same arguments, but for lengths of texts, which are checked and not published: random arguments go through both. The published one
 * is judged by a validator written here from the JSON Schema specification, which knows nothing but the document.
 */
final class SchemaAgreementTest {
    private static final Schema SCHEMA = Schema.of(
            Property.text("a", "required text").required(),
            Property.text("b", "bounded text"),
            Property.integer("c", "bounded integer", -2, 5).defaultTo(1),
            Property.number("d", "bounded number", -0.5, 2.5),
            Property.flag("e", "flag"),
            Property.choice("f", "choice", "x", "yy").defaultTo("x"),
            Property.texts("g", "texts", 9),
            Property.textMap("h", "map"),
            Property.object("i", "nested", Schema.of(Property.flag("a", "flag").required(), Property.integer("c", "integer", 0, 1))),
            Property.objects("j", "list", Schema.of(Property.text("a", "text").required()), 9),
            Property.integers("l", "integers", -2, 5, 9),
            Property.pairs("m", "pairs", 9));
    private static final String[] NAMES = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"};
    private static final String[] SCALARS = {"\"\"", "\"x\"", "\"yy\"", "\"\uD834\uDD1Exx\"", "\"xxxx\"", "0", "1", "1.0", "-2", "-3", "5",
        "6", "2.5", "2.51", "-0.5", "5e0", "50e-1", "1e400", "true", "false", "null"};

    @Test
    void bothAcceptTheSameArguments() throws JsonException {
        long seed = 42;
        Random random = new Random(seed);
        int accepted = 0;
        for (int round = 0; round < 30_000; round++) {
            JsonObject arguments = randomObject(random, 2);
            boolean published = accepts(SCHEMA.published(), arguments);
            assertEquals(published, checkAccepts(arguments), "seed " + seed + ": " + arguments);
            accepted += published ? 1 : 0;
        }
        // Otherwise the generator would test refusals only.
        assertTrue(accepted > 200, "accepted " + accepted);
    }

    private static boolean checkAccepts(JsonObject arguments) {
        try {
            SCHEMA.check(arguments);
            return true;
        } catch (BadArgument refused) {
            return false;
        }
    }

    private static JsonObject randomObject(Random random, int depth) throws JsonException {
        JsonObject.Builder members = JsonObject.builder();
        for (String name : NAMES) {
            boolean often = name.equals("a");
            if (random.nextInt(often ? 8 : 6) < (often ? 7 : 1)) {
                members.put(name, often && random.nextBoolean() ? new JsonString("t") : randomValue(random, depth));
            }
        }
        return members.build();
    }

    private static JsonValue randomValue(Random random, int depth) throws JsonException {
        int shape = random.nextInt(depth == 0 ? 1 : 6);
        if (shape == 5) {
            return randomObject(random, depth - 1);
        }
        if (shape == 4) {
            List<JsonValue> values = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                values.add(randomValue(random, depth - 1));
            }
            return new JsonArray(values);
        }
        return Json.parse(SCALARS[random.nextInt(SCALARS.length)]);
    }

    /** The keywords that published schemas use, by the specification. */
    private static boolean accepts(JsonObject schema, JsonValue value) {
        return switch (schema.string("type").orElseThrow()) {
            case "string" -> value instanceof JsonString string && acceptsString(schema, string.value());
            case "integer" -> value instanceof JsonNumber number && number.asDouble() == Math.rint(number.asDouble()) && inRange(schema, number);
            case "number" -> value instanceof JsonNumber number && inRange(schema, number);
            case "boolean" -> value instanceof JsonBoolean;
            case "array" -> value instanceof JsonArray array && acceptsArray(schema, array);
            case "object" -> value instanceof JsonObject object && acceptsObject(schema, object);
            default -> throw new AssertionError("type of " + schema);
        };
    }

    private static boolean acceptsString(JsonObject schema, String value) {
        boolean listed = schema.array("enum").isEmpty() || schema.array("enum").get().values().contains(new JsonString(value));
        return listed;
    }

    private static boolean inRange(JsonObject schema, JsonNumber number) {
        return number.asDouble() >= bound(schema, "minimum", -Double.MAX_VALUE) && number.asDouble() <= bound(schema, "maximum", Double.MAX_VALUE);
    }

    private static boolean acceptsArray(JsonObject schema, JsonArray array) {
        return array.size() <= bound(schema, "maxItems", Double.MAX_VALUE) && array.size() >= bound(schema, "minItems", 0)
                && array.values().stream().allMatch(item -> accepts(schema.object("items").orElseThrow(), item));
    }

    private static boolean acceptsObject(JsonObject schema, JsonObject object) {
        JsonObject properties = schema.object("properties").orElse(JsonObject.EMPTY);
        boolean complete = schema.array("required").orElse(JsonArray.EMPTY).values().stream()
                .allMatch(name -> object.has(((JsonString) name).value()));
        return complete && object.members().stream().allMatch(member -> {
            JsonValue shape = properties.get(member.name()).orElseGet(() -> schema.get("additionalProperties").orElseThrow());
            return shape instanceof JsonObject inner && accepts(inner, member.value());
        });
    }

    private static double bound(JsonObject schema, String keyword, double absent) {
        return schema.get(keyword).map(value -> ((JsonNumber) value).asDouble()).orElse(absent);
    }
}
