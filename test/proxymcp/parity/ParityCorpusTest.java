package proxymcp.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.decode.Decoders;
import proxymcp.diff.WrittenExchange;
import proxymcp.diff.WrittenSessions;
import proxymcp.store.Session;
import proxymcp.store.Unwatched;

/** Answers of a shop, each changed in a way that is known, are judged; what was found is printed. */
@Timeout(120)
final class ParityCorpusTest {
    private static final int SEEDS = 3;
    private static final int SMALL_SEEDS = 6;

    @TempDir Path home;

    /** How often each mutation was judged how. */
    private final Map<Mutation, Map<Verdict, Integer>> judged = new EnumMap<>(Mutation.class);
    private final List<String> wrong = new ArrayList<>();

    private static ParityReport judge(Session baseline, List<Session> more, Session other) throws Exception {
        return new ParityRun(Decoders.builtin()).run(baseline, more, new Counterpart.OfSession(other), ParityRequest.ALL, Unwatched.NOBODY);
    }

    private static List<WrittenExchange> captured(long content, long capture, int count) {
        LiveApp app = new LiveApp(content, capture);
        List<WrittenExchange> exchanges = new ArrayList<>();
        for (LiveApp.Reply reply : app.replies(count)) {
            exchanges.add(app.written(reply));
        }
        return exchanges;
    }

    @Test void mutationsAreFoundAndNothingElseIsBreaking() throws Exception {
        for (int seed = 1; seed <= SEEDS; seed++) {
            mutate(seed, 300);
        }
        for (int seed = 100; seed < 100 + SMALL_SEEDS; seed++) {
            mutate(seed, 20);
        }
        int changed = 0;
        int found = 0;
        int broken = 0;
        int foundBroken = 0;
        int harmless = 0;
        int falselyBroken = 0;
        int same = 0;
        int falselyDrifted = 0;
        for (Map.Entry<Mutation, Map<Verdict, Integer>> entry : judged.entrySet()) {
            System.out.println("parity corpus: " + entry.getKey() + " " + entry.getValue());
            Mutation mutation = entry.getKey();
            for (Map.Entry<Verdict, Integer> verdict : entry.getValue().entrySet()) {
                boolean told = verdict.getKey() == Verdict.DRIFTED || verdict.getKey() == Verdict.BREAKING || verdict.getKey() == Verdict.BLOCKED;
                boolean fails = verdict.getKey() != Verdict.DRIFTED && verdict.getKey() != Verdict.EQUIVALENT && verdict.getKey() != Verdict.IDENTICAL;
                int count = verdict.getValue();
                changed += mutation.means != Mutation.Means.NOTHING ? count : 0;
                found += mutation.means != Mutation.Means.NOTHING && told ? count : 0;
                broken += mutation.means == Mutation.Means.BREAKING ? count : 0;
                foundBroken += mutation.means == Mutation.Means.BREAKING && fails ? count : 0;
                boolean mild = mutation.means == Mutation.Means.NOTHING || mutation == Mutation.PAGINATION_SHIFT;
                harmless += mild ? count : 0;
                falselyBroken += mild && fails ? count : 0;
                same += mutation.means == Mutation.Means.NOTHING ? count : 0;
                falselyDrifted += mutation.means == Mutation.Means.NOTHING && told ? count : 0;
            }
        }
        System.out.println(String.format(Locale.ROOT, "parity corpus: %d pairs; detection %.4f (%d of %d), breaking as breaking %.4f, false breaking %.4f (%d of %d), false drift %.4f",
                changed + same, (double) found / changed, found, changed, (double) foundBroken / broken, (double) falselyBroken / harmless, falselyBroken, harmless,
                (double) falselyDrifted / same));
        String examples = String.join("\n", wrong.subList(0, Math.min(30, wrong.size())));
        assertTrue(found >= 0.98 * changed, examples);
        assertTrue(foundBroken >= 0.95 * broken, examples);
        assertTrue(falselyBroken <= 0.01 * harmless, examples);
        assertTrue(falselyDrifted <= 0.02 * same, examples);
    }

    private void mutate(int seed, int pairs) throws Exception {
        Random random = new Random(seed);
        LiveApp app = new LiveApp(seed, 77);
        List<WrittenExchange> other = new ArrayList<>();
        Map<Long, Mutation> mutations = new HashMap<>();
        Mutation[] all = Mutation.values();
        for (LiveApp.Reply reply : app.replies(pairs)) {
            Mutation mutation = all[random.nextInt(all.length)];
            while (!mutation.fits(reply)) {
                mutation = all[random.nextInt(all.length)];
            }
            mutations.put((long) other.size() + 1, mutation);
            other.add(mutation.apply(app, reply, random));
        }
        try (WrittenSessions sessions = new WrittenSessions(home.resolve("seed" + seed))) {
            ParityReport report = judge(sessions.write(captured(seed, 1, pairs)), List.of(), sessions.write(other));
            assertEquals(pairs, report.compared());
            Map<Long, PairParity> findings = new HashMap<>();
            report.findings().forEach(pair -> findings.put(pair.seq(), pair));
            mutations.forEach((seq, mutation) -> {
                Verdict verdict = findings.containsKey(seq) ? findings.get(seq).verdict() : Verdict.EQUIVALENT;
                judged.computeIfAbsent(mutation, added -> new EnumMap<>(Verdict.class)).merge(verdict, 1, Integer::sum);
                boolean right = switch (mutation.means) {
                    case NOTHING -> verdict == Verdict.EQUIVALENT;
                    case DRIFT -> verdict == Verdict.DRIFTED;
                    case BREAKING -> verdict == Verdict.BREAKING || verdict == Verdict.BLOCKED;
                };
                if (!right) {
                    wrong.add("seed " + seed + " " + mutation + " " + seq + " " + findings.get(seq));
                }
            });
        }
    }

    @Test void aSessionIsTheSameAsItself() throws Exception {
        try (WrittenSessions sessions = new WrittenSessions(home)) {
            Session session = sessions.write(captured(5, 1, 100));
            ParityReport report = judge(session, List.of(), session);
            assertTrue(report.passed());
            assertEquals(1, report.score());
            assertEquals(Map.of(Verdict.IDENTICAL, 100L), report.verdicts());
            assertEquals(List.of(), report.findings());
        }
    }

    @Test void anotherCaptureOfTheSameAppPasses() throws Exception {
        try (WrittenSessions sessions = new WrittenSessions(home)) {
            Session baseline = sessions.write(captured(6, 1, 200));
            Session more = sessions.write(captured(6, 2, 200));
            ParityReport report = judge(baseline, List.of(more), sessions.write(captured(6, 3, 200)));
            assertEquals(List.of(), report.findings());
            assertTrue(report.passed());
            assertEquals(1, report.score());
        }
    }
}
