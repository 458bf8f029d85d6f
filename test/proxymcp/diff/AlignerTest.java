package proxymcp.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Alignments held against what the maker of the sessions knows. {@code -Dproxymcp.diff.seed} begins elsewhere. */
@Timeout(120)
final class AlignerTest {
    private static final int ROUNDS = 6;
    private static final double LEAST = 0.99;

    private static List<Outline> outlines(List<AlignedSessions.Named> named) {
        return named.stream().map(AlignedSessions.Named::outline).toList();
    }

    @Test
    void sessionsAreAlignedAsTheyWereMade() {
        long first = Long.getLong("proxymcp.diff.seed", 1);
        List<String> short99 = new ArrayList<>();
        for (AlignedSessions.Order order : AlignedSessions.Order.values()) {
            for (boolean otherCounts : new boolean[] {false, true}) {
                for (int size : new int[] {4, 40}) {
                    AlignedSessions.Score score = new AlignedSessions.Score();
                    for (long seed = first; seed < first + ROUNDS; seed++) {
                        AlignedSessions made = new AlignedSessions(seed, order, otherCounts, size);
                        score.add(made.a(), made.b(), Aligner.align(outlines(made.a()), outlines(made.b())));
                    }
                    String line = String.format(Locale.ROOT, "order %s, %s counts, %d of a kind: %.4f, %s", order, otherCounts ? "other" : "equal", size,
                            score.accuracy(), score);
                    System.err.println(line);
                    if (score.accuracy() < LEAST) {
                        short99.add(line);
                    }
                }
            }
        }
        assertEquals(List.of(), short99);
    }

    /** An exchange of {@code GET a.example/x}; fields and their values by turns. */
    private static Outline outline(long seq, int status, String... fields) {
        return outline(seq, "/x", status, fields);
    }

    private static Outline outline(long seq, String template, int status, String... fields) {
        List<Leaf> leaves = new ArrayList<>();
        for (int i = 0; i < fields.length; i += 2) {
            Location location = Location.parse(fields[i]).orElseThrow();
            leaves.add(new Leaf(location, location.name(), ValueType.STRING, fields[i + 1]));
        }
        ExchangeFields all = new ExchangeFields(seq, leaves, List.of(), Optional.empty(), Optional.empty());
        return Outlines.of(all, new Endpoint("GET", "a.example", template, ""), seq, status);
    }

    private static Outline page(long seq, int page) {
        return outline(seq, 200, "request.query.page", "" + page, "response.json.$.items[*].id", "" + page * 10, "response.json.$.items[*].id",
                "" + (page * 10 + 1));
    }

    private static List<Outline> many(int count, IntFunction<Outline> outline) {
        List<Outline> all = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            all.add(outline.apply(i));
        }
        return all;
    }

    @Test
    void nothingIsAlignedWithNothing() {
        assertEquals(new Alignment(List.of(), List.of(), List.of(), List.of()), Aligner.align(List.of(), List.of()));
        assertEquals(new Alignment(List.of(), List.of(1L, 2L), List.of(), List.of()), Aligner.align(many(2, i -> page(i, i)), List.of()));
        assertEquals(new Alignment(List.of(), List.of(), List.of(1L, 2L), List.of()), Aligner.align(List.of(), many(2, i -> page(i, i))));
    }

    @Test
    void theOnlyOnesOfAnEndpointAreAPairWhateverDiffers() {
        assertEquals(List.of(new Pair(1, 7, false)), Aligner.align(List.of(outline(1, 200, "request.query.q", "a", "response.json.$.x", "1")),
                List.of(outline(7, 500, "request.query.q", "b"))).pairs());
    }

    @Test
    void otherEndpointsAreNoPartners() {
        Alignment alignment = Aligner.align(List.of(outline(1, "/x", 200)), List.of(outline(1, "/y", 200)));
        assertEquals(new Alignment(List.of(), List.of(1L), List.of(1L), List.of()), alignment);
    }

    @Test
    void whatIsTriedAgainIsARepeatOfWhatWorked() {
        List<Outline> a = List.of(outline(1, 503, "request.query.q", "a", "request.query.t", "1", "response.body", "busy"),
                outline(2, 200, "request.query.q", "a", "request.query.t", "2", "response.body", "fine"));
        List<Outline> b = List.of(outline(1, 200, "request.query.q", "a", "request.query.t", "3", "response.body", "fine"));
        assertEquals(new Alignment(List.of(new Pair(2, 1, false)), List.of(), List.of(), List.of(new Repeat(true, 1, 2))), Aligner.align(a, b));
        assertEquals(new Alignment(List.of(new Pair(1, 2, false)), List.of(), List.of(), List.of(new Repeat(false, 1, 2))), Aligner.align(b, a));
    }

    @Test
    void askingAgainAndAgainIsARepeat() {
        List<Outline> a = many(9, i -> outline(i, 200, "response.json.$.state", i < 9 ? "waiting" : "done"));
        List<Outline> b = many(4, i -> outline(i, 200, "response.json.$.state", i < 4 ? "waiting" : "done"));
        Alignment alignment = Aligner.align(a, b);
        assertEquals(4, alignment.pairs().size());
        assertEquals(new Pair(9, 4, false), alignment.pairs().get(3));
        assertEquals(5, alignment.repeated().size());
        assertEquals(List.of(), alignment.onlyA());
    }

    @Test
    void pagesAreNoRepeats() {
        Alignment alignment = Aligner.align(many(3, i -> page(i, i)), many(8, i -> page(i, i)));
        assertEquals(List.of(new Pair(1, 1, false), new Pair(2, 2, false), new Pair(3, 3, false)), alignment.pairs());
        assertEquals(List.of(4L, 5L, 6L, 7L, 8L), alignment.onlyB());
        assertEquals(List.of(), alignment.repeated());
    }

    /** Nothing of a cursor is the same in both sessions. */
    @Test
    void pagesByCursorAreNoRepeatsEither() {
        IntFunction<String> next = i -> "c" + i * 7_919 % 1_000;
        List<Outline> a = many(3, i -> outline(i, 200, "request.query.cursor", "a" + next.apply(i), "response.json.$.items[*].id", "" + i,
                "response.json.$.items[*].name", "n" + i));
        List<Outline> b = many(8, i -> outline(i, 200, "request.query.cursor", "b" + next.apply(i), "response.json.$.items[*].id", "" + i,
                "response.json.$.items[*].name", "n" + i));
        Alignment alignment = Aligner.align(a, b);
        assertEquals(List.of(new Pair(1, 1, false), new Pair(2, 2, false), new Pair(3, 3, false)), alignment.pairs());
        assertEquals(List.of(4L, 5L, 6L, 7L, 8L), alignment.onlyB());
        assertEquals(List.of(), alignment.repeated());
    }

    @Test
    void whatStandsElsewhereHasMoved() {
        List<Outline> a = many(6, i -> page(i, i));
        List<Outline> b = new ArrayList<>(List.of(page(1, 1), page(2, 5), page(3, 2), page(4, 3), page(5, 4), page(6, 6)));
        assertEquals(List.of(new Pair(1, 1, false), new Pair(2, 3, false), new Pair(3, 4, false), new Pair(4, 5, false), new Pair(5, 2, true),
                new Pair(6, 6, false)), Aligner.align(a, b).pairs());
    }

    /** The answers of all are errors in the second session, which says nothing about the requests. */
    @Test
    void requestsThatFailAllTheTimeKeepTheirPartners() {
        List<Outline> a = many(200, i -> page(i, i));
        List<Outline> b = many(200, i -> outline(i, 403, "request.query.page", "" + i, "response.json.$.error", "no"));
        List<Pair> expected = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            expected.add(new Pair(i, i, false));
        }
        assertEquals(expected, Aligner.align(a, b).pairs());
    }

    /** Where nothing else tells them apart the order does. */
    @Test
    void whatIsNewInEveryRequestIsAlignedByOrder() {
        List<Outline> a = many(500, i -> outline(i, 204, "request.query.t", "a" + i * 7_919));
        List<Outline> b = many(500, i -> outline(i, 204, "request.query.t", "b" + i * 104_729));
        Aligner.align(a, b).pairs().forEach(pair -> assertEquals(pair.seqA(), pair.seqB()));
        assertEquals(500, Aligner.align(a, b).pairs().size());
    }

    /** The others say where one is missing. */
    @Test
    void neighboursTellWhichOfManyAlikeIsMissing() {
        List<Outline> a = new ArrayList<>();
        List<Outline> b = new ArrayList<>();
        for (int i = 1; i <= 400; i++) {
            a.add(outline(i * 2 - 1, "/page/" + "abcd".charAt(i % 4), 200, "request.query.n", "" + i));
            a.add(outline(i * 2, "/track", 204, "request.query.t", "a" + i * 7_919));
            b.add(outline(i * 2 - 1, "/page/" + "abcd".charAt(i % 4), 200, "request.query.n", "" + i));
            if (i % 50 != 0) {
                b.add(outline(i * 2, "/track", 204, "request.query.t", "b" + i * 104_729));
            }
        }
        Alignment alignment = Aligner.align(a, b);
        long right = alignment.pairs().stream().filter(pair -> pair.seqA() == pair.seqB()).count();
        System.err.println("neighbours: " + right + " of 792 right");
        assertTrue(right >= 0.99 * 792, right + " of 792");
    }

    @Test
    void theAnswerIsTheSameEachTime() {
        AlignedSessions made = new AlignedSessions(77, AlignedSessions.Order.NEARBY, true, 30);
        assertEquals(Aligner.align(outlines(made.a()), outlines(made.b())), Aligner.align(outlines(made.a()), outlines(made.b())));
    }

    @Test
    void everyExchangeIsInOnePlace() {
        for (long seed = 1; seed <= 5; seed++) {
            AlignedSessions made = new AlignedSessions(seed, AlignedSessions.Order.NEARBY, true, 30);
            Alignment alignment = Aligner.align(outlines(made.a()), outlines(made.b()));
            List<Long> ofA = new ArrayList<>(alignment.onlyA());
            List<Long> ofB = new ArrayList<>(alignment.onlyB());
            alignment.pairs().forEach(pair -> ofA.add(pair.seqA()));
            alignment.pairs().forEach(pair -> ofB.add(pair.seqB()));
            alignment.repeated().forEach(repeat -> (repeat.inA() ? ofA : ofB).add(repeat.seq()));
            assertEquals(seqs(made.a()), ofA.stream().sorted().toList());
            assertEquals(seqs(made.b()), ofB.stream().sorted().toList());
        }
    }

    private static List<Long> seqs(List<AlignedSessions.Named> named) {
        return named.stream().map(one -> one.outline().seq()).toList();
    }

    @Test
    void manyOfOneEndpointAndManyEndpointsAreAlignedInReasonableTime() {
        Random random = new Random(4);
        for (int size : new int[] {1_000, 10_000}) {
            List<Integer> order = new ArrayList<>();
            for (int i = 1; i <= size; i++) {
                order.add(i);
            }
            Collections.shuffle(order, random);
            timed("one endpoint, in order", many(size, i -> wide(i, i, "/x", 1)), many(size, i -> wide(i, i, "/x", 2)), size);
            timed("one endpoint, shuffled", many(size, i -> wide(i, i, "/x", 1)), many(size, i -> wide(i, order.get(i - 1), "/x", 2)), size);
            timed("all alike", many(size, i -> outline(i, 200, "response.json.$.state", "waiting")),
                    many(size, i -> outline(i, 200, "response.json.$.state", "waiting")), size);
            timed("an endpoint each", many(size, i -> wide(i, i, "/x" + i, 1)), many(size, i -> wide(i, order.get(i - 1), "/x" + order.get(i - 1), 2)), size);
        }
    }

    private static void timed(String what, List<Outline> a, List<Outline> b, int expected) {
        long start = System.nanoTime();
        Alignment alignment = Aligner.align(a, b);
        System.err.println(String.format(Locale.ROOT, "%s, %,d x %,d: %,d ms", what, a.size(), b.size(), (System.nanoTime() - start) / 1_000_000));
        assertEquals(expected, alignment.pairs().size());
    }

    /** A request that is new each time, answered with thirty fields, most of which many share. */
    private static Outline wide(long seq, int number, String template, int session) {
        List<String> fields = new ArrayList<>(List.of("request.header.x-request-id", session + "-" + number, "request.query.user", "" + number % 97,
                "response.json.$.id", "" + number));
        for (int i = 0; i < 30; i++) {
            fields.add("response.json.$.f" + i);
            fields.add("" + number % (i + 2));
        }
        return outline(seq, template, 200, fields.toArray(new String[0]));
    }
}
