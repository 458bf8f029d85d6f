package proxymcp.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Paths as RFC 9535 reads them. Each row is a path and what it finds: a normalised path and a value, in order. */
final class JsonPathTest {
    private static final String SHOP = """
            {"shop":{"tea":[{"kind":"green","price":4},{"kind":"black","price":3.50,"tags":["strong","cheap"]}],"mug":{"price":9}}}""";

    @Test
    void childrenAreFoundByNameAndIndex() throws JsonException {
        assertFinds(SHOP, "$.shop.tea[0].kind", "$['shop']['tea'][0]['kind'] \"green\"");
        assertFinds(SHOP, "$['shop'][\"tea\"][-1].price", "$['shop']['tea'][1]['price'] 3.50");
        assertFinds(SHOP, "$ .shop\n['mug' ]", "$['shop']['mug'] {\"price\":9}");
        assertFinds("[1]", "$", "$ [1]");
        assertFinds(SHOP, "$.shop.tea[2]");
        assertFinds(SHOP, "$.shop.tea[-3]");
        assertFinds(SHOP, "$.shop.tea.kind");
        assertFinds(SHOP, "$.shop[0]");
        assertFinds("{\"a\":null}", "$.a", "$['a'] null");
        assertFinds("{\"a\":null}", "$.a.b");
    }

    @Test
    void wildcardsTakeEveryChild() throws JsonException {
        assertFinds("{\"o\":{\"j\":1,\"k\":2},\"a\":[5,3]}", "$[*]", "$['o'] {\"j\":1,\"k\":2}", "$['a'] [5,3]");
        assertFinds("{\"o\":{\"j\":1,\"k\":2},\"a\":[5,3]}", "$.o.*", "$['o']['j'] 1", "$['o']['k'] 2");
        assertFinds("{\"a\":[5,3]}", "$.a[*, *]", "$['a'][0] 5", "$['a'][1] 3", "$['a'][0] 5", "$['a'][1] 3");
        assertFinds("\"text\"", "$.*");
    }

    @Test
    void unionsKeepTheirOrderAndDuplicates() throws JsonException {
        assertFinds("[\"a\",\"b\",\"c\"]", "$[2, 0,0]", "$[2] \"c\"", "$[0] \"a\"", "$[0] \"a\"");
        assertFinds("{\"x\":1,\"y\":2}", "$['y','x','z']", "$['y'] 2", "$['x'] 1");
    }

    /** RFC 9535 section 2.3.4.3, table 9, and the bounds of section 2.3.4.2.2. */
    @Test
    void slicesRunBothWays() throws JsonException {
        String[][] rows = {{"1:3", "1 2"}, {"5:", "5 6"}, {"1:5:2", "1 3"}, {"5:1:-2", "5 3"}, {"::-1", "6 5 4 3 2 1 0"}, {":", "0 1 2 3 4 5 6"},
            {"::", "0 1 2 3 4 5 6"}, {":2", "0 1"}, {"-2:", "5 6"}, {"-3:-1", "4 5"}, {"10:", ""}, {":-10", ""}, {"0:3:0", ""}, {"3:1", ""},
            {"1:3:-1", ""}, {"9:2:-3", "6 3"}, {"-99:99:3", "0 3 6"}, {"2 : 5 : 9007199254740991", "2"}, {" 1 : 2 ", "1"}, {":-8:-1", "6 5 4 3 2 1 0"},
            {":0:-1", "6 5 4 3 2 1"}};
        for (String[] row : rows) {
            List<String> found = new ArrayList<>();
            select("[0,1,2,3,4,5,6]", "$[" + row[0] + "]").nodes().forEach(node -> found.add(node.value().toString()));
            assertEquals(row[1], String.join(" ", found), row[0]);
        }
        assertFinds("[]", "$[::-1]");
    }

    /** RFC 9535 section 2.5.2: a value comes before those below it, children of arrays in order. */
    @Test
    void descendantsAreFoundFromAboveToBelow() throws JsonException {
        String json = "{\"o\":{\"j\":1,\"k\":2},\"a\":[5,3,[{\"j\":4},{\"k\":6}]]}";
        assertFinds(json, "$..j", "$['o']['j'] 1", "$['a'][2][0]['j'] 4");
        assertFinds(json, "$..[0]", "$['a'][0] 5", "$['a'][2][0] {\"j\":4}");
        assertFinds(json, "$.a..[0, 1]", "$['a'][0] 5", "$['a'][1] 3", "$['a'][2][0] {\"j\":4}", "$['a'][2][1] {\"k\":6}");
        assertFinds("[[1],2]", "$..*", "$[0] [1]", "$[1] 2", "$[0][0] 1");
        assertFinds("[[[1]]]", "$..*..*", "$[0][0] [1]", "$[0][0][0] 1", "$[0][0][0] 1");
        assertFinds(SHOP, "$..price", "$['shop']['tea'][0]['price'] 4", "$['shop']['tea'][1]['price'] 3.50", "$['shop']['mug']['price'] 9");
    }

    @Test
    void namesInQuotesHoldAnyCharacter() throws JsonException {
        assertFinds("{\"a.b\":1}", "$['a.b']", "$['a.b'] 1");
        assertFinds("{\"'\":1}", "$['\\'']", "$['\\''] 1");
        assertFinds("{\"'\":1}", "$[\"'\"]", "$['\\''] 1");
        assertFinds("{\"\\\"\":1}", "$[\"\\\"\"]", "$['\"'] 1");
        assertFinds("{\"\\\\\":1}", "$['\\\\']", "$['\\\\'] 1");
        assertFinds("{\"\\u0001\\n\\u000b\":1}", "$['\\u0001\\n\\u000B']", "$['\\u0001\\n\\u000b'] 1");
        assertFinds("{\"\uD83D\uDE00\":1}", "$['\\uD83D\\uDE00']", "$['\uD83D\uDE00'] 1");
        assertFinds("{\"\uD83D\uDE00\u00fc\":1}", "$.\uD83D\uDE00\u00fc", "$['\uD83D\uDE00\u00fc'] 1");
        assertFinds("{\"\":1}", "$['']", "$[''] 1");
        assertFinds("{\"\":1}", "$[\"\"]", "$[''] 1");
    }

    @Test
    void ofEqualNamesTheLastIsMeantAndWildcardsTakeAll() throws JsonException {
        assertFinds("{\"a\":1,\"b\":2,\"a\":3}", "$.a", "$['a'] 3");
        assertFinds("{\"a\":1,\"b\":2,\"a\":3}", "$.*", "$['a'] 1", "$['b'] 2", "$['a'] 3");
    }

    @Test
    void whatIsNoPathIsRefusedWithItsPlace() {
        String[][] rows = {
            {"", "expected '$', got the end of the path at character 0"},
            {"a", "expected '$', got 'a' at character 0"},
            {" $", "expected '$', got U+0020 at character 0"},
            {"$ ", "expected the end of the path, got U+0020 at character 1"},
            {"$.", "at character 2"}, {"$..", "at character 3"}, {"$...a", "at character 3"}, {"$. a", "at character 2"}, {"$.1a", "at character 2"},
            {"$.a-b", "expected '.', '..' or '[', got '-' at character 3"}, {"$.a b", "at character 4"},
            {"$[", "expected a selector, got the end of the path at character 2"}, {"$[]", "at character 2"}, {"$[1", "expected ',' or ']', got the end"},
            {"$[01]", "expected a number without leading zeros, got '0' at character 2"}, {"$[-0]", "leading zeros"}, {"$[-]", "at character 3"},
            {"$[1.0]", "got '.' at character 3"}, {"$[1,]", "at character 4"}, {"$[a]", "expected a name in quotes"},
            {"$[9007199254740992]", "expected a number in"}, {"$[99999999999999999999]", "expected a number in"},
            {"$['a", "a quote to end the string"}, {"$['a\"]", "a quote to end the string"}, {"$['\\\"']", "an escape"}, {"$[\"\\'\"]", "an escape"},
            {"$['\\x']", "an escape, got 'x' at character 4"}, {"$['\\u12']", "four hexadecimal digits"}, {"$['\\uD800']", "a pair of surrogates"},
            {"$['\\uDC00\\uD800']", "a pair of surrogates"}, {"$['\n']", "got U+000a at character 3"}, {"$['\uD800']", "a character of a string"},
            {"$[?@.a]", "filter expressions are not supported, got one at character 2"}, {"$[1:2:3:4]", "expected ',' or ']', got ':'"},
            {"$.a[?(@.b)]", "got one at character 4"}, {"$x", "at character 1"}, {"$." + "a".repeat(5000), "at most 4096 characters"}};
        for (String[] row : rows) {
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> JsonPath.parse(row[0]), row[0]);
            assertTrue(refused.getMessage().contains(row[1]), row[0] + ": " + refused.getMessage());
        }
    }

    @Test
    void selectionStopsWhereItIsFull() throws JsonException {
        JsonValue root = Json.parse("[1,2,3]");
        assertEquals(new JsonPath.Found(List.of(new JsonPath.Node("$[0]", JsonNumber.of(1)), new JsonPath.Node("$[1]", JsonNumber.of(2))), false),
                JsonPath.parse("$[*]").select(root, 2));
        assertTrue(JsonPath.parse("$[*]").select(root, 3).complete());
        assertEquals(Optional.of(JsonNumber.of(3)), JsonPath.parse("$[-1]").first(root));
        assertEquals(Optional.empty(), JsonPath.parse("$.a").first(root));
    }

    /** Four descents into 200 levels are 64 million ways; the walk gives up and says so. */
    @Test
    @Timeout(60)
    void selectionThatLooksAtTooManyValuesIsGivenUp() throws JsonException {
        JsonValue deep = Json.parse("[".repeat(190) + "]".repeat(190));
        assertFalse(JsonPath.parse("$..*..*..*..*..*..nothing").select(deep, 10).complete());
    }

    @Test
    void setReplacesWhatIsThereAndKeepsTheRest() throws JsonException {
        assertSets("{\"a\":1.0,\"b\":{\"c\":1e2}}", "$.b.c", "true", "{\"a\":1.0,\"b\":{\"c\":true}}");
        assertSets("{ \"a\" : [ 1.50 , { \"x\":0 } ]\n}\n", "$.a[1].x", "\"new\"", "{ \"a\" : [ 1.50 , { \"x\":\"new\" } ]\n}\n");
        assertSets("[1, 2, 3]", "$[-1]", "{\"z\":[]}", "[1, 2, {\"z\":[]}]");
        assertSets(" 1 ", "$", "2", " 2 ");
        assertSets("{\"a\":1,\"a\":2,\"b\":3}", "$.a", "9", "{\"a\":1,\"a\":9,\"b\":3}");
        assertSets("{\"\\u0061\\\"\":1,\"b\":\"\\u00e9\\\\\"}", "$['a\"']", "2", "{\"\\u0061\\\"\":2,\"b\":\"\\u00e9\\\\\"}");
    }

    @Test
    void setOfSeveralPlacesChangesAllOfThem() throws JsonException {
        assertSets("[{\"q\": 1}, {\"q\": 2, \"r\": {\"q\": 3}}]", "$..q", "0", "[{\"q\": 0}, {\"q\": 0, \"r\": {\"q\": 0}}]");
        assertSets("[1,2,3,4]", "$[::2]", "null", "[null,2,null,4]");
        assertSets("{\"a\":{\"a\":1}}", "$..a", "5", "{\"a\":5}");
        assertSets("{\"a\":1,\"b\":2}", "$.*", "0", "{\"a\":0,\"b\":0}");
    }

    @Test
    void setMakesMissingMembersBehindTheOthers() throws JsonException {
        assertSets("{\"a\":1 }", "$.b", "2", "{\"a\":1,\"b\":2 }");
        assertSets("{}", "$.a.b['c d']", "[]", "{\"a\":{\"b\":{\"c d\":[]}}}");
        assertSets("{ }", "$.a", "1", "{\"a\":1 }");
        assertSets("{\"l\":[{ \"x\" : 1 },0]}", "$.l[0].y", "\"\\n\"", "{\"l\":[{ \"x\" : 1,\"y\":\"\\n\" },0]}");
    }

    @Test
    void setRefusesWhatCannotBe() {
        String[][] rows = {
            {"[1]", "$[1]", "expected an array with an element 1 at $, got an array of 1"},
            {"{\"a\":5}", "$.a.b", "expected an object at $['a'], got 5"},
            {"{\"a\":[]}", "$.a.b.c", "expected an object at $['a'], got an array of 0"},
            {"{}", "$.a[0]", "nothing is at $.a[0], and arrays are not made"},
            {"{}", "$[0]", "expected an array with an element 0 at $, got an object"},
            {"{}", "$..a", "nothing is at $..a"}, {"{}", "$['a','b']", "nothing is at $['a','b']"}, {"[]", "$[*]", "nothing is at $[*]"}};
        for (String[] row : rows) {
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                    () -> JsonPath.parse(row[1]).set(Json.parse(row[0]), JsonNull.NULL), row[1]);
            assertEquals(row[2], refused.getMessage());
        }
        assertThrows(JsonException.class, () -> JsonPath.parse("$.a").setIn("{", JsonNull.NULL));
    }

    /** Whatever is found, setting its normalised path changes just that value, in a value and in a text alike. */
    @Test
    void anyPlaceOfAnyValueCanBeSetByItsNormalisedPath() throws JsonException {
        Random random = new Random(20261124);
        for (int round = 0; round < 300; round++) {
            JsonValue value = value(random, 4);
            String spaced = spaced(value, random);
            for (JsonPath.Node node : JsonPath.parse("$..*").select(value, 50).nodes()) {
                JsonPath path = JsonPath.parse(node.path());
                assertTrue(path.isSingular());
                JsonValue set = path.set(value, new JsonString("\u0000mark"));
                assertEquals(set, Json.parse(path.setIn(spaced, new JsonString("\u0000mark"))), node.path() + " of " + spaced);
                assertEquals(Optional.of(new JsonString("\u0000mark")), path.first(set), node.path());
                assertEquals(Json.parse(spaced), path.set(set, path.first(value).orElseThrow()), node.path());
            }
        }
    }

    private static JsonValue value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 6 : 4)) {
            case 0 -> JsonNumber.of(random.nextInt());
            case 1 -> new JsonString("s\"\\}]," + random.nextInt(9));
            case 2 -> JsonBoolean.TRUE;
            case 3 -> JsonNull.NULL;
            case 4 -> {
                List<JsonValue> values = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    values.add(value(random, depth - 1));
                }
                yield new JsonArray(values);
            }
            default -> {
                JsonObject.Builder members = JsonObject.builder();
                for (int i = random.nextInt(4); i > 0; i--) {
                    members.put("n'\"\\\u0007" + i, value(random, depth - 1));
                }
                yield members.build();
            }
        };
    }

    /** The text with white space wherever it may be. */
    private static String spaced(JsonValue value, Random random) {
        String space = new String[] {"", " ", "\n\t", "\r\n  "}[random.nextInt(4)];
        return switch (value) {
            case JsonArray array -> {
                List<String> values = new ArrayList<>();
                array.forEach(item -> values.add(space + spaced(item, random) + space));
                yield "[" + space + String.join(",", values) + "]";
            }
            case JsonObject object -> {
                List<String> members = new ArrayList<>();
                object.members().forEach(member -> members.add(space + Json.text(new JsonString(member.name())) + space + ":" + space
                        + spaced(member.value(), random) + space));
                yield "{" + space + String.join(",", members) + "}";
            }
            default -> value.toString();
        };
    }

    private static JsonPath.Found select(String json, String path) throws JsonException {
        return JsonPath.parse(path).select(Json.parse(json), 1000);
    }

    private static void assertFinds(String json, String path, String... expected) throws JsonException {
        List<String> found = new ArrayList<>();
        JsonPath.Found all = select(json, path);
        all.nodes().forEach(node -> found.add(node.path() + " " + node.value()));
        assertTrue(all.complete());
        assertEquals(List.of(expected), found, path);
    }

    private static void assertSets(String json, String path, String value, String expected) throws JsonException {
        JsonPath parsed = JsonPath.parse(path);
        assertEquals(expected, parsed.setIn(json, Json.parse(value)));
        assertEquals(Json.parse(expected), parsed.set(Json.parse(json), Json.parse(value)));
    }
}
