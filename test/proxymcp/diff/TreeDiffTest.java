package proxymcp.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.diff.SampledExchange.answer;
import static proxymcp.diff.SampledExchange.changes;
import static proxymcp.diff.SampledExchange.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Documents: members, duplicates, numbers as written, arrays in all modes, and what hostile bodies do. */
@Timeout(120)
final class TreeDiffTest {
    private static String diff(String a, String b, ArrayMode mode) {
        return changes(json(a), json(b), mode).replace("response.json.", "");
    }

    private static String diff(String a, String b) {
        return diff(a, b, ArrayMode.AUTO);
    }

    @Test void membersAreComparedRegardlessOfOrder() {
        assertEquals("", diff("{\"a\":1,\"b\":{\"c\":2,\"d\":3}}", "{\"b\":{\"d\":3,\"c\":2},\"a\":1}"));
        assertEquals("removed $.a: 1 -> (none)\nadded $.b: (none) -> 1\n", diff("{\"a\":1,\"c\":0}", "{\"b\":1,\"c\":0}"));
        assertEquals("removed $.a: {\"x\":[1]} -> (none)\n", diff("{\"a\":{\"x\":[1]}}", "{}"));
        assertEquals("changed $[\"odd name\"].a: x -> y\n", diff("{\"odd name\":{\"a\":\"x\"}}", "{\"odd name\":{\"a\":\"y\"}}"));
    }

    @Test void duplicateMembersAreComparedOneByOne() {
        assertEquals("", diff("{\"a\":1,\"a\":2}", "{\"a\":1,\"a\":2}"));
        assertEquals("changed $.a: 2 -> 3\n", diff("{\"a\":1,\"a\":2}", "{\"a\":1,\"a\":3}"));
        assertEquals("removed $.a: 2 -> (none)\n", diff("{\"a\":1,\"a\":2}", "{\"a\":1}"));
    }

    @Test void numbersAreComparedAsWritten() {
        assertEquals("changed $.a: 1.0 -> 1\n", diff("{\"a\":1.0}", "{\"a\":1}"));
        assertEquals("changed $.a: 9007199254740993 -> 9007199254740992\n", diff("{\"a\":9007199254740993}", "{\"a\":9007199254740992}"));
        assertEquals("changed $[*].a @ $[0].a: 0.00 -> 0.0\n", diff("[{\"a\":0.00},2]", "[{\"a\":0.0},2]"));
    }

    @Test void anotherTypeIsItsOwnKind() {
        assertEquals("type_changed $.a: 1 -> 1\n", diff("{\"a\":1}", "{\"a\":\"1\"}"));
        assertEquals("type_changed $.a: null -> x\n", diff("{\"a\":null}", "{\"a\":\"x\"}"));
        assertEquals("type_changed $.a: [] -> {}\n", diff("{\"a\":[]}", "{\"a\":{}}"));
        assertEquals("type_changed $: {} -> []\n", diff("{}", "[]"));
        assertEquals("changed $.a: \u00e9 -> e\u0301\n", diff("{\"a\":\"\u00e9\"}", "{\"a\":\"e\u0301\"}"));
    }

    @Test void oneElementPutIntoALongArrayIsOneChange() {
        StringBuilder a = new StringBuilder("[");
        StringBuilder b = new StringBuilder("[");
        for (int i = 0; i < 5_000; i++) {
            a.append(i == 0 ? "" : ",").append("[\"v\",").append(i % 7).append(']');
            b.append(i == 0 ? "" : ",").append("[\"v\",").append(i % 7).append(']').append(i == 2_500 ? ",[\"new\"]" : "");
        }
        assertEquals("added $[*] @ $[2501]: (none) -> [\"new\"]\n", diff(a + "]", b + "]", ArrayMode.ORDERED));
        assertEquals("removed $[*] @ $[2501]: [\"new\"] -> (none)\n", diff(b + "]", a + "]"));
    }

    @Test void elementsWithAKeyArePairedByIt() {
        String a = "{\"l\":[{\"id\":1,\"n\":\"a\"},{\"id\":2,\"n\":\"b\"},{\"id\":3,\"n\":\"c\"}]}";
        assertEquals("reordered $.l: [1,2,3] -> [3,1,2]\n", diff(a, "{\"l\":[{\"id\":3,\"n\":\"c\"},{\"id\":1,\"n\":\"a\"},{\"id\":2,\"n\":\"b\"}]}"));
        assertEquals("changed $.l[*].n @ $.l[1].n: b -> x\n", diff(a, "{\"l\":[{\"id\":1,\"n\":\"a\"},{\"id\":2,\"n\":\"x\"},{\"id\":3,\"n\":\"c\"}]}"));
        assertEquals("removed $.l[*] @ $.l[0]: {\"id\":1,\"n\":\"a\"} -> (none)\nadded $.l[*] @ $.l[2]: (none) -> {\"id\":4,\"n\":\"d\"}\n",
                diff(a, "{\"l\":[{\"id\":2,\"n\":\"b\"},{\"id\":3,\"n\":\"c\"},{\"id\":4,\"n\":\"d\"}]}"));
        assertEquals("changed $.l[*].n @ $.l[1].n: b -> x\n", diff(a, "{\"l\":[{\"id\":1,\"n\":\"a\"},{\"id\":2,\"n\":\"x\"},{\"id\":3,\"n\":\"c\"}]}",
                ArrayMode.KEYED));
    }

    @Test void aKeyThatIsNoUsualOneIsFoundToo() {
        assertEquals("reordered $: [\"A\",\"B\"] -> [\"B\",\"A\"]\n", diff("[{\"n\":1,\"isin\":\"A\"},{\"n\":1,\"isin\":\"B\"}]",
                "[{\"n\":1,\"isin\":\"B\"},{\"n\":1,\"isin\":\"A\"}]"));
        assertEquals("changed $[*].nonce @ $[0].nonce: x -> p\nchanged $[*].nonce @ $[1].nonce: y -> q\n",
                diff("[{\"nonce\":\"x\",\"v\":1},{\"nonce\":\"y\",\"v\":1}]", "[{\"nonce\":\"p\",\"v\":1},{\"nonce\":\"q\",\"v\":1}]"));
    }

    @Test void idsThatAllDifferAreChangesOfTheId() {
        assertEquals("changed $[*].id @ $[0].id: 1 -> 7\nchanged $[*].id @ $[1].id: 2 -> 8\n", diff("[{\"id\":1,\"n\":\"a\"},{\"id\":2,\"n\":\"b\"}]",
                "[{\"id\":7,\"n\":\"a\"},{\"id\":8,\"n\":\"b\"}]", ArrayMode.ORDERED));
        assertEquals("type_changed $[*].id @ $[0].id: 1 -> 1\ntype_changed $[*].id @ $[1].id: 2 -> 2\n",
                diff("[{\"id\":1,\"n\":0},{\"id\":2,\"n\":0}]", "[{\"id\":\"1\",\"n\":0},{\"id\":\"2\",\"n\":0}]"));
    }

    @Test void anElementThatIsTheSameButForItsKeyIsAChangeOfTheKey() {
        assertEquals("changed $[*].name @ $[1].name: b -> x\n", diff("[{\"name\":\"a\",\"v\":1},{\"name\":\"b\",\"v\":2},{\"name\":\"c\",\"v\":3}]",
                "[{\"name\":\"a\",\"v\":1},{\"name\":\"x\",\"v\":2},{\"name\":\"c\",\"v\":3}]"));
    }

    @Test void scalarsInAnotherOrderAreOneChange() {
        assertEquals("reordered $.t: [\"a\",\"b\",\"c\"] -> [\"c\",\"a\",\"b\"]\n", diff("{\"t\":[\"a\",\"b\",\"c\"]}", "{\"t\":[\"c\",\"a\",\"b\"]}"));
        assertEquals("removed $.t[*] @ $.t[2]: c -> (none)\nadded $.t[*] @ $.t[0]: (none) -> c\n",
                diff("{\"t\":[\"a\",\"b\",\"c\"]}", "{\"t\":[\"c\",\"a\",\"b\"]}", ArrayMode.ORDERED).lines().sorted((x, y) -> y.compareTo(x))
                        .reduce("", (x, y) -> x + y + "\n"));
        assertEquals("changed $.t[*] @ $.t[1]: b -> x\n", diff("{\"t\":[\"a\",\"b\",\"c\"]}", "{\"t\":[\"a\",\"x\",\"c\"]}"));
    }

    @Test void setsHaveNoOrder() {
        assertEquals("", diff("[3,1,2,1]", "[1,1,2,3]", ArrayMode.SET));
        assertEquals("removed $[*] @ $[3]: 1 -> (none)\n", diff("[3,1,2,1]", "[1,2,3]", ArrayMode.SET));
        assertEquals("", diff("[{\"a\":[1,2]},{\"a\":[3,4]}]", "[{\"a\":[4,3]},{\"a\":[2,1]}]", ArrayMode.SET), "arrays in elements are sets too");
        assertEquals("changed $[*].b @ $[0].b: 1 -> 2\n", diff("[{\"a\":\"x\",\"b\":1},{\"a\":\"y\",\"b\":1}]", "[{\"a\":\"y\",\"b\":1},{\"a\":\"x\",\"b\":2}]",
                ArrayMode.SET));
    }

    @Test void anElementPutInBesideOneThatChangedDoesNotShiftTheRest() {
        assertEquals("changed $[*][*] @ $[0][1]: 1 -> 2\nadded $[*] @ $[0]: (none) -> [\"n\",9]\n",
                diff("[[\"a\",1,\"long\"],[\"b\",1,\"long\"]]", "[[\"n\",9],[\"a\",2,\"long\"],[\"b\",1,\"long\"]]"));
    }

    @Test void commonSubsequencesAreLongest() {
        Random random = new Random(5);
        for (int round = 0; round < 300; round++) {
            long[] a = random.longs(random.nextInt(30), 0, 6).toArray();
            long[] b = random.longs(random.nextInt(30), 0, 6).toArray();
            int[] partners = Matching.of(a, b).partners();
            int matched = 0;
            int last = -1;
            for (int i = 0; i < a.length; i++) {
                if (partners[i] >= 0) {
                    assertTrue(partners[i] > last && a[i] == b[partners[i]], "round " + round);
                    last = partners[i];
                    matched++;
                }
            }
            assertEquals(longest(a, b), matched, "round " + round + ": " + Arrays.toString(a) + " " + Arrays.toString(b));
        }
    }

    private static int longest(long[] a, long[] b) {
        int[][] best = new int[a.length + 1][b.length + 1];
        for (int i = a.length - 1; i >= 0; i--) {
            for (int j = b.length - 1; j >= 0; j--) {
                best[i][j] = a[i] == b[j] ? 1 + best[i + 1][j + 1] : Math.max(best[i + 1][j], best[i][j + 1]);
            }
        }
        return best[0][0];
    }

    @Test void hugeArraysThatShareLittleAreComparedByIndexAndSaySo() {
        Random random = new Random(7);
        StringBuilder a = new StringBuilder("[");
        StringBuilder b = new StringBuilder("[");
        for (int i = 0; i < 100_000; i++) {
            a.append(i == 0 ? "" : ",").append(random.nextInt(50));
            b.append(i == 0 ? "" : ",").append(random.nextInt(50));
        }
        PairDiff diff = FieldDiff.compare(json(a + "]").fields(), json(b + "]").fields(), ArrayMode.AUTO);
        assertEquals(Changes.CHANGES_MAX, diff.changes().size());
        assertEquals(List.of("elements of response.json.$ differ too much to be aligned; those without an equal are compared by index",
                "only the first 10000 changes are listed"), diff.notes());
    }

    @Test void manyInsertionsIntoAHugeArrayOfItsOwnValuesAreFound() {
        StringBuilder a = new StringBuilder("[");
        StringBuilder b = new StringBuilder("[");
        for (int i = 0; i < 100_000; i++) {
            a.append(i == 0 ? "" : ",").append("\"v").append(i).append('"');
            b.append(i == 0 ? "" : ",").append("\"v").append(i).append('"').append(i % 20 == 0 ? ",\"new\"" : "");
        }
        PairDiff diff = FieldDiff.compare(json(a + "]").fields(), json(b + "]").fields(), ArrayMode.ORDERED);
        assertEquals(5_000, diff.changes().size());
        assertEquals(List.of(), diff.notes());
        assertTrue(diff.changes().stream().allMatch(change -> change.kind() == ChangeKind.ADDED && change.valueB().get().equals("new")));
    }

    @Test void aBodyOfTenMegabytesIsCompared() {
        String filler = "x".repeat(10_000_000);
        PairDiff diff = FieldDiff.compare(json("{\"f\":\"" + filler + "a\"}").fields(), json("{\"f\":\"" + filler + "b\"}").fields(), ArrayMode.AUTO);
        assertEquals(1, diff.changes().size());
        assertTrue(diff.changes().get(0).valueA().get().endsWith("xa") && diff.changes().get(0).valueB().get().endsWith("xb"));
        assertTrue(diff.changes().get(0).valueA().get().length() <= Excerpt.CHARS_MAX + 6);
        String larger = "x".repeat(BodyFields.BYTES_MAX + 1);
        assertEquals("unknown response\n", changes(answer("text/plain", larger), answer("text/plain", larger)));
    }

    @Test void jsonBeyondTheLimitsIsUnknown() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        assertEquals("unknown response\n", changes(json(deep), json(deep)));
        String allowed = "[".repeat(190) + "1" + "]".repeat(190);
        assertEquals("", changes(json(allowed), json(allowed)));
        String wide = "[".repeat(150) + "1," + "2,".repeat(200_000) + "3" + "]".repeat(150);
        assertEquals("changed $" + "[*]".repeat(150) + " @ $" + "[0]".repeat(149) + "[200001]: 3 -> 4\n",
                diff(wide, wide.replace("3]", "4]")));
    }

    @Test void invalidUtf8AndInvalidJsonAreComparedAsText() {
        byte[] one = {'{', '"', 'a', '"', ':', '"', (byte) 0xff, '"', '}'};
        byte[] other = {'{', '"', 'a', '"', ':', '"', 'b', (byte) 0xff, '"', '}'};
        assertTrue(!changes(answer("application/json", SampledExchange.Body.of(one)), answer("application/json", SampledExchange.Body.of(other))).isEmpty());
        assertEquals("changed response.body @ line 1: {\"a\": NaN} -> {\"a\": Infinity}\n", changes(json("{\"a\": NaN}"), json("{\"a\": Infinity}")));
    }

    @Test void junkNeverThrowsAndIsEqualToItself() {
        Random random = new Random(11);
        List<String> types = new ArrayList<>(List.of("application/json", "text/html", "application/msgpack", "application/x-protobuf", "multipart/form-data",
                "application/x-www-form-urlencoded", "text/event-stream", "application/grpc", "application/x-ndjson", "nonsense"));
        for (int round = 0; round < 300; round++) {
            byte[] octets = new byte[random.nextInt(200)];
            random.nextBytes(octets);
            if (random.nextBoolean()) {
                octets = new String(octets, StandardCharsets.ISO_8859_1).replaceAll("[^{}\\[\\]\":,a-f0-9=&%]", "a").getBytes(StandardCharsets.ISO_8859_1);
            }
            SampledExchange junk = answer(types.get(round % types.size()), SampledExchange.Body.of(octets));
            assertEquals("", changes(junk, junk), "round " + round);
            assertTrue(junk.fields().leaves().size() < 10_000);
        }
    }
}
