package proxymcp.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

/** One declaration gives the published schema and the check of arguments. */
final class SchemaTest {
    private static final Schema SCHEMA = Schema.of(
            Property.text("exchange_id", "Which exchange").required(),
            Property.text("note", "A remark", 1, 20),
            Property.integer("limit", "How many", 1, 5000).defaultTo(50),
            Property.number("ratio", "How much", 0, 1.5),
            Property.flag("overwrite", "Replace it").defaultTo(false),
            Property.choice("body", "Which body", "none", "both").defaultTo("none"),
            Property.texts("hosts", "Which hosts", 2),
            Property.textMap("headers", "Fields to set"),
            Property.object("matcher", "What to match", Schema.of(
                    Property.text("method", "Request method").required(), Property.integer("port", "Its port", 1, 65535))),
            Property.objects("steps", "What to do", Schema.of(Property.text("verb", "An action").required()), 3));

    @Test
    void publishedFormIsFlatDescribedJsonSchema() {
        assertEquals("{\"type\":\"object\",\"properties\":{"
                + "\"exchange_id\":{\"type\":\"string\",\"description\":\"Which exchange\"},"
                + "\"note\":{\"type\":\"string\",\"description\":\"A remark\"},"
                + "\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":5000,\"description\":\"How many\",\"default\":50},"
                + "\"ratio\":{\"type\":\"number\",\"minimum\":0.0,\"maximum\":1.5,\"description\":\"How much\"},"
                + "\"overwrite\":{\"type\":\"boolean\",\"description\":\"Replace it\"},"
                + "\"body\":{\"type\":\"string\",\"enum\":[\"none\",\"both\"],\"description\":\"Which body\",\"default\":\"none\"},"
                + "\"hosts\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"description\":\"Which hosts\"},"
                + "\"headers\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"},\"description\":\"Fields to set\"},"
                + "\"matcher\":{\"type\":\"object\",\"properties\":{\"method\":{\"type\":\"string\",\"description\":\"Request method\"},"
                + "\"port\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":65535,\"description\":\"Its port\"}},"
                + "\"required\":[\"method\"],\"additionalProperties\":false,\"description\":\"What to match\"},"
                + "\"steps\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"verb\":{\"type\":\"string\","
                + "\"description\":\"An action\"}},\"required\":[\"verb\"],\"additionalProperties\":false},"
                + "\"description\":\"What to do\"}},"
                + "\"required\":[\"exchange_id\"],\"additionalProperties\":false}", SCHEMA.published().toString());
        assertEquals("{\"type\":\"object\",\"additionalProperties\":false}", Schema.EMPTY.published().toString());
    }

    @Test
    void whatAnotherToolOrTheDescriptionTellsIsPublishedByItsTypeAndStillChecked() throws BadArgument {
        Schema schema = Schema.of(
                Property.integer("status", "Which", 100, 999).defaultTo(200).toldElsewhere(),
                Property.choice("sort", "By start", "asc", "desc").toldElsewhere(),
                Property.integers("seqs", "These", 1, 9, 3).toldElsewhere(),
                Property.objectInWords("retry", "{attempts: 1 to 3}", Schema.of(Property.integer("attempts", "", 1, 3))),
                Property.integer("offset", "", 0, 9).defaultTo(0));
        assertEquals("{\"type\":\"object\",\"properties\":{"
                + "\"status\":{\"type\":\"integer\",\"minimum\":100,\"maximum\":999},\"sort\":{\"type\":\"string\"},"
                + "\"seqs\":{\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9}},"
                + "\"retry\":{\"type\":\"object\",\"description\":\"{attempts: 1 to 3}\"},"
                + "\"offset\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":9}},\"additionalProperties\":false}", schema.published().toString());
        assertEquals(200, schema.check(JsonObject.EMPTY).integer("status"));
        for (String refused : List.of("{\"status\":99}", "{\"sort\":\"up\"}", "{\"seqs\":[1,2,3,4]}", "{\"retry\":{\"attempts\":4}}", "{\"retry\":{\"x\":4}}")) {
            assertThrows(BadArgument.class, () -> schema.check((JsonObject) Json.parse(refused)), refused);
        }
    }

    @Test
    void whatAnotherToolPublishesIsTakenAndTheSchemaSaysThatThereIsMore() throws BadArgument {
        Schema schema = Schema.of(Property.text("queue", "Which")).andUntold(List.of(Property.integer("limit", "", 1, 9).defaultTo(3)));
        assertEquals("{\"type\":\"object\",\"properties\":{\"queue\":{\"type\":\"string\",\"description\":\"Which\"}}}", schema.published().toString());
        assertEquals(3, schema.check(JsonObject.EMPTY).integer("limit"));
        for (String refused : List.of("{\"limit\":10}", "{\"limt\":1}")) {
            assertThrows(BadArgument.class, () -> schema.check((JsonObject) Json.parse(refused)), refused);
        }
        assertThrows(IllegalArgumentException.class, () -> schema.andUntold(List.of(Property.text("queue", ""))));
    }

    @Test
    void eachViolationIsASentenceThatNamesTheArgument() throws JsonException {
        String[][] cases = {
            {"{}", "exchange_id: required, but not given"},
            {"{\"exchange_id\":7}", "exchange_id: expected a string, got 7"},
            {"{\"exchange_id\":\"e\",\"limit\":\"lots\"}", "limit: expected an integer in 1..5000, got \"lots\""},
            {"{\"exchange_id\":\"e\",\"limit\":0}", "limit: expected an integer in 1..5000, got 0"},
            {"{\"exchange_id\":\"e\",\"limit\":5001}", "limit: expected an integer in 1..5000, got 5001"},
            {"{\"exchange_id\":\"e\",\"limit\":1.5}", "limit: expected an integer in 1..5000, got 1.5"},
            {"{\"exchange_id\":\"e\",\"limit\":null}", "limit: expected an integer in 1..5000, got null"},
            {"{\"exchange_id\":\"e\",\"limit\":[1]}", "limit: expected an integer in 1..5000, got an array of 1"},
            {"{\"exchange_id\":\"e\",\"limt\":5}", "unknown argument \"limt\"; did you mean \"limit\"?"},
            {"{\"exchangeId\":\"e\",\"exchange_id\":\"e\"}", "unknown argument \"exchangeId\"; did you mean \"exchange_id\"?"},
            {"{\"exchange_id\":\"e\",\"zzzzzzzz\":5}", "unknown argument \"zzzzzzzz\"; known are \"exchange_id\", \"note\", \"limit\", "
                    + "\"ratio\", \"overwrite\", \"body\", \"hosts\", \"headers\", \"matcher\", \"steps\""},
            {"{\"exchange_id\":\"e\",\"note\":\"\"}", "note: expected a string of 1..20 characters, got \"\""},
            {"{\"exchange_id\":\"e\",\"ratio\":2}", "ratio: expected a number in 0.0..1.5, got 2"},
            {"{\"exchange_id\":\"e\",\"overwrite\":\"yes\"}", "overwrite: expected true or false, got \"yes\""},
            {"{\"exchange_id\":\"e\",\"body\":\"all\"}", "body: expected one of \"none\", \"both\", got \"all\""},
            {"{\"exchange_id\":\"e\",\"hosts\":[\"a\",\"b\",\"c\"]}", "hosts: expected an array of at most 2 strings, got an array of 3"},
            {"{\"exchange_id\":\"e\",\"hosts\":[1]}", "hosts: expected an array of at most 2 strings, got an array of 1"},
            {"{\"exchange_id\":\"e\",\"headers\":{\"a\":1}}", "headers: expected an object whose values are strings, got \"a\": 1"},
            {"{\"exchange_id\":\"e\",\"matcher\":{\"port\":0}}",
                "matcher.port: expected an integer in 1..65535, got 0; matcher.method: required, but not given"},
            {"{\"exchange_id\":\"e\",\"matcher\":{\"method\":\"GET\",\"prt\":1}}", "unknown argument \"matcher.prt\"; did you mean \"matcher.port\"?"},
            {"{\"exchange_id\":\"e\",\"steps\":[{\"verb\":\"x\"},{\"verb\":1}]}", "steps[1].verb: expected a string, got 1"},
            {"{\"exchange_id\":\"e\",\"exchange_id\":\"f\"}", "exchange_id: given more than once"},
            {"{\"exchange_id\":\"e\",\"body\":\"" + "x".repeat(70) + "\"}",
                "body: expected one of \"none\", \"both\", got \"" + "x".repeat(60) + "\"... (70 characters)"},
            {"{\"exchange_id\":\"e\",\"body\":\"\\u001b[2J\"}", "body: expected one of \"none\", \"both\", got \"\\u001b[2J\""},
        };
        for (String[] expected : cases) {
            JsonObject arguments = (JsonObject) Json.parse(expected[0]);
            BadArgument refusal = assertThrows(BadArgument.class, () -> SCHEMA.check(arguments), expected[0]);
            assertEquals(expected[1], refusal.getMessage(), expected[0]);
        }
    }

    @Test
    void allViolationsAreReportedAtOnce() throws JsonException {
        JsonObject arguments = (JsonObject) Json.parse("{\"limit\":0,\"body\":1,\"lmit\":1}");
        BadArgument refusal = assertThrows(BadArgument.class, () -> SCHEMA.check(arguments));
        assertEquals(List.of("limit: expected an integer in 1..5000, got 0", "body: expected one of \"none\", \"both\", got 1",
                "unknown argument \"lmit\"; did you mean \"limit\"?", "exchange_id: required, but not given"), refusal.violations());
    }

    @Test
    void argumentOfASchemaWithoutPropertiesIsUnknown() {
        BadArgument refusal = assertThrows(BadArgument.class, () -> Schema.EMPTY.check(JsonObject.builder().put("a", 1).build()));
        assertEquals("unknown argument \"a\"; none are taken", refusal.getMessage());
    }

    @Test
    void declarationMistakesAreFoundAtOnce() {
        assertEquals("two properties are named a", assertThrows(IllegalArgumentException.class,
                () -> Schema.of(Property.flag("a", "x"), Property.text("a", "y"))).getMessage());
        assertEquals("limit: default expected an integer in 1..10, got 11", assertThrows(IllegalArgumentException.class,
                () -> Property.integer("limit", "x", 1, 10).defaultTo(11)).getMessage());
    }

    @Test
    void sharedBlocksOfPropertiesComeAfterTheOwnOnes() {
        Schema schema = Schema.of(Property.flag("a", "x")).and(List.of(ListBudget.MAX_CHARS));
        assertEquals(List.of("a", "max_chars"), schema.properties().stream().map(Property::name).toList());
    }

    @Test
    void resultSchemaListsTopLevelMembersAndStatus() {
        ResultSchema schema = ResultSchema.of(ResultSchema.integer("total"), ResultSchema.array("items"),
                ResultSchema.text("note").optional(), ResultSchema.any("endedAt", "integer or null"))
                .and(ResultSchema.flag("complete"), ResultSchema.object("session"), ResultSchema.number("ratio"));
        assertEquals("{\"type\":\"object\",\"properties\":{\"status\":{\"type\":\"string\"},\"total\":{\"type\":\"integer\"},"
                + "\"items\":{\"type\":\"array\"},\"note\":{\"type\":\"string\"},\"endedAt\":{\"description\":\"integer or null\"},"
                + "\"complete\":{\"type\":\"boolean\"},\"session\":{\"type\":\"object\"},\"ratio\":{\"type\":\"number\"}},"
                + "\"required\":[\"status\",\"total\",\"items\",\"endedAt\",\"complete\",\"session\",\"ratio\"]}",
                schema.typed().toString());
        assertEquals("{\"type\":\"object\",\"properties\":{\"total\":{},\"items\":{},\"note\":{},\"endedAt\":{},\"complete\":{},"
                + "\"session\":{},\"ratio\":{}}}", schema.published().toString(), "the list of tools has names alone");
    }

    @Test
    void formsAreToldAsTheirShapeAndTakeAnyObject() throws Exception {
        JsonObject shape = JsonObject.builder().put("type", "object").put("minProperties", 1).build();
        Schema schema = Schema.of(Property.form("handler", "What happens", shape).required());
        assertEquals("{\"type\":\"object\",\"properties\":{\"handler\":{\"type\":\"object\",\"minProperties\":1,\"description\":\"What happens\"}},"
                + "\"required\":[\"handler\"],\"additionalProperties\":false}", schema.published().toString());
        JsonObject anything = (JsonObject) Json.parse("{\"a\":[1,{\"b\":null}]}");
        assertEquals(anything, schema.check(JsonObject.builder().put("handler", anything).build()).form("handler").orElseThrow());
        BadArgument refused = assertThrows(BadArgument.class, () -> schema.check(JsonObject.builder().put("handler", "text").build()));
        assertEquals("handler: expected an object, got \"text\"", refused.getMessage());
    }
}
