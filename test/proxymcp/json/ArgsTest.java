package proxymcp.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Checked arguments have the types and defaults of their schema. */
final class ArgsTest {
    enum Body { NONE, BOTH }

    private static final Schema SCHEMA = Schema.of(
            Property.text("host", "x"),
            Property.integer("limit", "x", 1, 5000).defaultTo(50),
            Property.integer("from_ts", "x", 0, Long.MAX_VALUE),
            Property.number("ratio", "x", 0, 1).defaultTo(0.5),
            Property.flag("deep", "x").defaultTo(true),
            Property.flag("maybe", "x"),
            Property.choice("body", "x", "none", "both").defaultTo("none"),
            Property.texts("hosts", "x", 10),
            Property.textMap("headers", "x"),
            Property.object("matcher", "x", Schema.of(Property.integer("port", "x", 1, 9).defaultTo(7))),
            Property.objects("steps", "x", Schema.of(Property.text("verb", "x").required()), 5));

    private static Args args(String json) throws JsonException, BadArgument {
        return SCHEMA.check((JsonObject) Json.parse(json));
    }

    @Test
    void absentArgumentsHaveTheirDefaultsOrAreEmpty() throws Exception {
        Args args = args("{}");
        assertEquals(Optional.empty(), args.optString("host"));
        assertEquals(50, args.integer("limit"));
        assertEquals(OptionalInt.of(50), args.optInteger("limit"));
        assertEquals(OptionalLong.empty(), args.optLong("from_ts"));
        assertEquals(0.5, args.number("ratio"));
        assertTrue(args.flag("deep"));
        assertEquals(Optional.empty(), args.optFlag("maybe"));
        assertEquals(Body.NONE, args.choice("body", Body.class));
        assertEquals("none", args.string("body"));
        assertEquals(List.of(), args.strings("hosts"));
        assertEquals(Map.of(), args.stringMap("headers"));
        assertTrue(args.object("matcher").isEmpty());
        assertEquals(List.of(), args.objects("steps"));
        assertFalse(args.given("limit"));
    }

    @Test
    void givenArgumentsHaveTheirTypes() throws Exception {
        Args args = args("""
                {"host":"h","limit":5e0,"from_ts":9007199254740993,"ratio":1,"deep":false,"maybe":true,"body":"both","hosts":["p","q"],
                 "headers":{"B":"1","a":"2"},"matcher":{},"steps":[{"verb":"go"},{"verb":"stop"}]}""");
        assertEquals("h", args.string("host"));
        assertEquals(5, args.integer("limit"));
        assertEquals(9007199254740993L, args.longInteger("from_ts"));
        assertEquals(OptionalDouble.of(1), args.optNumber("ratio"));
        assertFalse(args.flag("deep"));
        assertEquals(Optional.of(true), args.optFlag("maybe"));
        assertEquals(Optional.of(Body.BOTH), args.optChoice("body", Body.class));
        assertEquals(List.of("p", "q"), args.strings("hosts"));
        assertEquals(List.of("B", "a"), List.copyOf(args.stringMap("headers").keySet()));
        assertEquals(7, args.object("matcher").orElseThrow().integer("port"));
        assertEquals(List.of("go", "stop"), args.objects("steps").stream().map(step -> step.string("verb")).toList());
        assertTrue(args.given("limit"));
    }

    @Test
    void ownFormsAreParsedAndRefusedWithTheirName() throws Exception {
        assertEquals(3, args("{\"host\":\"abc\"}").opt("host", String::length, 9));
        assertEquals(9, args("{}").opt("host", String::length, 9));
        BadArgument refusal = assertThrows(BadArgument.class, () -> args("{\"host\":\"abc\"}").opt("host", text -> {
            throw new IllegalArgumentException("expected a range such as 200-299");
        }));
        assertEquals("host: expected a range such as 200-299, got \"abc\"", refusal.getMessage());
    }

    @Test
    void askingForWhatIsNotDeclaredIsABug() throws Exception {
        Args args = args("{}");
        assertThrows(IllegalArgumentException.class, () -> args.optString("nothing"));
        assertThrows(IllegalArgumentException.class, () -> args.optString("limit"));
        assertThrows(IllegalArgumentException.class, () -> args.string("host"));
        assertThrows(IllegalArgumentException.class, () -> args.integer("from_ts"));
        assertThrows(IllegalArgumentException.class, () -> args.flag("limit"));
        assertThrows(IllegalArgumentException.class, () -> args.choice("host", Body.class));
        assertThrows(IllegalArgumentException.class, () -> args.number("limit"));
        assertThrows(IllegalArgumentException.class, () -> args.strings("host"));
        assertThrows(IllegalArgumentException.class, () -> args.stringMap("host"));
        assertThrows(IllegalArgumentException.class, () -> args.object("host"));
        assertThrows(IllegalArgumentException.class, () -> args.objects("host"));
        assertThrows(IllegalArgumentException.class, () -> args.given("nothing"));
    }

    @Test
    void listsOfNumbersAndOfPairsAreRead() throws Exception {
        Schema schema = Schema.of(Property.integers("seqs", "Numbers", 1, 9, 3), Property.pairs("replace", "Pairs", 2));
        Args args = schema.check((JsonObject) Json.parse("{\"seqs\":[3,1.0,3],\"replace\":[[\"a\",\"b\"],[\"\",\"\"]]}"));
        assertEquals(List.of(3L, 1L, 3L), args.integers("seqs"));
        assertEquals(List.of(List.of("a", "b"), List.of("", "")), args.pairs("replace"));
        Args none = schema.check(JsonObject.EMPTY);
        assertEquals(List.of(), none.integers("seqs"));
        assertEquals(List.of(), none.pairs("replace"));
        assertThrows(IllegalArgumentException.class, () -> args.pairs("seqs"));
        assertThrows(IllegalArgumentException.class, () -> args.integers("replace"));
        String[][] refused = {{"{\"seqs\":[0]}", "seqs: expected an array of at most 3 integers in 1..9, got an array of 1"},
            {"{\"seqs\":[1,2,3,4]}", "seqs: expected an array of at most 3 integers in 1..9, got an array of 4"},
            {"{\"replace\":[[\"a\"]]}", "replace: expected an array of at most 2 pairs of strings, as [\"text\", \"other\"], got an array of 1"}};
        for (String[] row : refused) {
            assertEquals(row[1], assertThrows(BadArgument.class, () -> schema.check((JsonObject) Json.parse(row[0]))).getMessage());
        }
    }
}
