package proxymcp.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which exchanges answer to each other; outlines are made here, so that it is known. */
@Timeout(60)
final class AlignedByHandTest {
    /** A session in the making: outlines with what each of them is. */
    private static final class Made {
        private final List<Outline> outlines = new ArrayList<>();
        private final Map<Long, String> keys = new HashMap<>();
        private final Random noise;

        Made(long seed) {
            noise = new Random(seed);
        }

        /** An exchange of {@code endpoint} that asks for {@code request} and gets {@code response}; tokens and ids differ each time. */
        Made add(String endpoint, String request, int status, String response) {
            long seq = outlines.size() + 1L;
            List<Leaf> leaves = new ArrayList<>();
            leaves(leaves, Side.REQUEST, Part.QUERY, request);
            leaves(leaves, Side.RESPONSE, Part.JSON, response);
            outlines.add(Outlines.of(new ExchangeFields(seq, leaves, List.of(), Optional.empty(), Optional.empty()),
                    new Endpoint("GET", "a.example", "/" + endpoint, ""), 1_000 + seq * 10, status));
            keys.put(seq, endpoint + " " + request + " " + response);
            return this;
        }

        private void leaves(List<Leaf> leaves, Side side, Part part, String content) {
            add(leaves, side, part, "fixed", "1");
            add(leaves, side, part, "token", Long.toHexString(noise.nextLong()));
            for (String word : content.split(" ")) {
                int equals = word.indexOf('=');
                add(leaves, side, part, equals < 0 ? word : word.substring(0, equals), equals < 0 ? "" : word.substring(equals + 1));
            }
        }

        private static void add(List<Leaf> leaves, Side side, Part part, String name, String value) {
            leaves.add(new Leaf(new Location(side, part, name), name, ValueType.STRING, value));
        }
    }

    private static Alignment align(Made a, Made b) {
        return Aligner.align(a.outlines, b.outlines);
    }

    private static void assertRight(Made a, Made b, Alignment alignment, int pairs) {
        assertEquals(pairs, alignment.pairs().size());
        for (Pair pair : alignment.pairs()) {
            assertEquals(a.keys.get(pair.seqA()), b.keys.get(pair.seqB()));
        }
        assertEachOnce(a, b, alignment);
    }

    private static void assertEachOnce(Made a, Made b, Alignment alignment) {
        List<Long> left = new ArrayList<>(alignment.onlyA());
        List<Long> right = new ArrayList<>(alignment.onlyB());
        alignment.pairs().forEach(pair -> left.add(pair.seqA()));
        alignment.pairs().forEach(pair -> right.add(pair.seqB()));
        alignment.repeated().forEach(repeat -> (repeat.inA() ? left : right).add(repeat.seq()));
        Set<Long> onceA = new HashSet<>(left);
        Set<Long> onceB = new HashSet<>(right);
        assertTrue(onceA.size() == left.size() && onceB.size() == right.size(), "an exchange is told of once");
        assertTrue(onceA.equals(a.keys.keySet()) && onceB.equals(b.keys.keySet()), "no exchange is lost");
    }

    private static long moved(Alignment alignment) {
        return alignment.pairs().stream().filter(Pair::moved).count();
    }

    @Test void emptySidesAlignToNothing() {
        Made one = new Made(1).add("x", "id=1", 200, "a=1");
        assertEquals(new Alignment(List.of(), List.of(), List.of(), List.of()), align(new Made(1), new Made(2)));
        assertEquals(new Alignment(List.of(), List.of(1L), List.of(), List.of()), align(one, new Made(2)));
        assertEquals(new Alignment(List.of(), List.of(), List.of(1L), List.of()), align(new Made(2), one));
    }

    @Test void aShuffledSessionFindsAllItsPartners() {
        List<Integer> order = new ArrayList<>();
        Made a = new Made(1);
        for (int i = 0; i < 300; i++) {
            order.add(i);
            a.add("e" + i % 7, "id=" + i, 200, "name=n" + i + " size=" + i % 5);
        }
        Collections.shuffle(order, new Random(3));
        Made b = new Made(2);
        order.forEach(i -> b.add("e" + i % 7, "id=" + i, 200, "name=n" + i + " size=" + i % 5));
        Alignment alignment = align(a, b);
        assertRight(a, b, alignment, 300);
        assertTrue(moved(alignment) > 200, "few stand where they stood");
        assertEquals(alignment, align(a, b), "deterministic");
    }

    @Test void oneThatStandsElsewhereIsMovedAndTheOthersAreNot() {
        Made a = new Made(1);
        Made b = new Made(2);
        for (int i = 0; i < 20; i++) {
            a.add("e", "id=" + i, 200, "name=n" + i);
        }
        for (int i = 1; i < 20; i++) {
            b.add("e", "id=" + i, 200, "name=n" + i);
        }
        b.add("e", "id=0", 200, "name=n0");
        Alignment alignment = align(a, b);
        assertRight(a, b, alignment, 20);
        assertEquals(1, moved(alignment));
        assertTrue(alignment.pairs().getFirst().moved());
    }

    @Test void whatIsDroppedOrInsertedHasNoPartner() {
        Made a = new Made(1);
        Made b = new Made(2);
        for (int i = 0; i < 100; i++) {
            if (i % 10 != 3) {
                a.add("e" + i % 3, "id=" + i, 200, "name=n" + i + " mail=m" + i);
            }
            if (i % 10 != 7) {
                b.add("e" + i % 3, "id=" + i, 200, "name=n" + i + " mail=m" + i);
            }
        }
        Alignment alignment = align(a, b);
        long right = alignment.pairs().stream().filter(pair -> a.keys.get(pair.seqA()).equals(b.keys.get(pair.seqB()))).count();
        assertEquals(80, right, "every exchange that both have");
        assertEachOnce(a, b, alignment);
    }

    @Test void aRetryRepeatsTheOneThatSucceeded() {
        Made a = new Made(1).add("e", "id=1", 200, "name=n1").add("e", "id=2", 200, "name=n2").add("e", "id=3", 200, "name=n3");
        Made b = new Made(2).add("e", "id=1", 200, "name=n1").add("e", "id=2", 503, "later=1").add("e", "id=2", 503, "later=1").add("e", "id=2", 200, "name=n2")
                .add("e", "id=3", 200, "name=n3");
        Alignment alignment = align(a, b);
        assertEquals(List.of(new Pair(1, 1, false), new Pair(2, 4, false), new Pair(3, 5, false)), alignment.pairs());
        assertEquals(List.of(new Repeat(false, 2, 4), new Repeat(false, 3, 4)), alignment.repeated());
    }

    @Test void whatBothTriedTwiceIsPairedTwice() {
        Made a = new Made(1).add("e", "id=2", 503, "later=1").add("e", "id=2", 200, "name=n2");
        Made b = new Made(2).add("e", "id=2", 503, "later=1").add("e", "id=2", 200, "name=n2");
        assertEquals(List.of(new Pair(1, 1, false), new Pair(2, 2, false)), align(a, b).pairs());
    }

    @Test void pollsBeyondThoseOfTheOtherSideAreRepeats() {
        Made a = new Made(1);
        Made b = new Made(2);
        for (int i = 0; i < 9; i++) {
            b.add("poll", "host=web", 200, "state=ok cpu=" + i * 7);
        }
        for (int i = 0; i < 5; i++) {
            a.add("poll", "host=web", 200, "state=ok cpu=" + i * 5);
        }
        Alignment alignment = align(a, b);
        assertEquals(5, alignment.pairs().size());
        assertEquals(0, moved(alignment));
        assertEquals(4, alignment.repeated().size());
        assertEquals(List.of(), alignment.onlyB());
    }

    @Test void pagesBeyondThoseOfTheOtherSideAreNoRepeats() {
        Made a = new Made(1);
        Made b = new Made(2);
        for (int i = 0; i < 9; i++) {
            b.add("list", "page=" + i + " size=20", 200, "first=" + i * 20 + " title=t" + i);
        }
        for (int i = 0; i < 5; i++) {
            a.add("list", "page=" + i + " size=20", 200, "first=" + i * 20 + " title=t" + i);
        }
        Alignment alignment = align(a, b);
        assertRight(a, b, alignment, 5);
        assertEquals(List.of(6L, 7L, 8L, 9L), alignment.onlyB());
        assertEquals(List.of(), alignment.repeated());
    }

    @Test void requestsWithIdsOfTheirSessionAlignByAnswer() {
        Made a = new Made(1);
        Made b = new Made(2);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            order.add(i);
            a.add("item", "id=a" + i * 31, 200, "title=t" + i + " price=" + i);
        }
        Collections.shuffle(order.subList(10, 30), new Random(5));
        order.forEach(i -> b.add("item", "id=b" + i * 17, 200, "title=t" + i + " price=" + i));
        Alignment alignment = align(a, b);
        for (Pair pair : alignment.pairs()) {
            assertEquals(a.keys.get(pair.seqA()).replaceAll("id=\\S+", ""), b.keys.get(pair.seqB()).replaceAll("id=\\S+", ""));
        }
        assertEquals(40, alignment.pairs().size());
    }

    @Test void thousandsOfOneEndpointAlign() {
        int size = 10_000;
        Made a = new Made(1);
        Made b = new Made(2);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            a.add("e", "id=" + i, 200, "name=n" + i);
            order.add(i);
        }
        for (int i = 0; i + 50 < size; i += 50) {
            Collections.shuffle(order.subList(i, i + 50), new Random(i));
        }
        order.forEach(i -> b.add("e", "id=" + i, 200, "name=n" + i));
        assertRight(a, b, align(a, b), size);
    }

    @Test void thousandsOfEqualRequestsAlignInOrder() {
        int size = 10_000;
        Made a = new Made(1);
        Made b = new Made(2);
        for (int i = 0; i < size; i++) {
            a.add("e", "id=x", 200, "name=n");
            b.add("e", "id=x", 200, "name=n");
        }
        Alignment alignment = align(a, b);
        assertRight(a, b, alignment, size);
        assertEquals(0, moved(alignment));
    }

    @Test void thousandsThatHaveNothingInCommonEndSoon() {
        int size = 10_000;
        Made a = new Made(1);
        Made b = new Made(2);
        for (int i = 0; i < size; i++) {
            a.add("e", "id=a" + i, 200, "name=x" + i);
            b.add("e", "id=b" + i, 200, "name=y" + i);
        }
        assertEachOnce(a, b, align(a, b));
    }

    @Test void thousandsOfEndpointsAlign() {
        int size = 10_000;
        Made a = new Made(1);
        Made b = new Made(2);
        for (int i = 0; i < size; i++) {
            a.add("e" + i, "id=1", 200, "name=n");
            b.add("e" + (size - 1 - i), "id=1", 200, "name=n");
        }
        assertRight(a, b, align(a, b), size);
    }

    @Test void anotherStatusKeepsThePair() {
        Made a = new Made(1).add("e", "id=1", 200, "name=n1").add("e", "id=2", 200, "name=n2");
        Made b = new Made(2).add("e", "id=1", 403, "error=no").add("e", "id=2", 403, "error=no");
        assertEquals(Arrays.asList(new Pair(1, 1, false), new Pair(2, 2, false)), align(a, b).pairs());
    }
}
