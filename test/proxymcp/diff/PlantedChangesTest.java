package proxymcp.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.store.Session;

/**
 * Sessions with planted changes among ids, times, nonces, traces and tokens that differ by themselves. What is expected comes from the generator's
 * notes. {@code -Dproxymcp.diff.seed} begins elsewhere, {@code -Dproxymcp.diff.rounds} takes more seeds.
 */
@Timeout(120)
final class PlantedChangesTest {
    private static final int ROUNDS = 12;
    private static final double ALIGNED_LEAST = 0.99;
    private static final double FIELDS_LEAST = 0.98;
    private static final int TOP = 10;

    @TempDir
    Path folder;

    /** Counts over all seeds. */
    private static final class Figures {
        private long pairs;
        private long rightPairs;
        private long planted;
        private long shown;
        private long found;
        private final List<String> faults = new ArrayList<>();

        double aligned() {
            return (double) rightPairs / pairs;
        }

        double precision() {
            return shown == 0 ? 1 : (double) found / shown;
        }

        double recall() {
            return (double) found / planted;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "alignment %.4f of %d, precision %.4f of %d, recall %.4f of %d", aligned(), pairs, precision(), shown, recall(),
                    planted);
        }
    }

    @Test
    void plantedChangesAreFoundAndNothingElse() throws Exception {
        long first = Long.getLong("proxymcp.diff.seed", 1);
        int rounds = Integer.getInteger("proxymcp.diff.rounds", ROUNDS);
        Figures figures = new Figures();
        try (WrittenSessions sessions = new WrittenSessions(folder)) {
            for (long seed = first; seed < first + rounds; seed++) {
                measure(PlantedSessions.some(seed), "seed " + seed, sessions, figures);
            }
        }
        System.err.println("planted changes, " + rounds + " seeds: " + figures);
        String all = figures + "\n" + String.join("\n", figures.faults);
        assertTrue(figures.aligned() >= ALIGNED_LEAST, all);
        assertTrue(figures.precision() >= FIELDS_LEAST, all);
        assertTrue(figures.recall() >= FIELDS_LEAST, all);
        assertTrue(figures.faults.stream().noneMatch(fault -> fault.contains("top ten")), all);
    }

    private static void measure(PlantedSessions made, String seed, WrittenSessions sessions, Figures figures) throws Exception {
        List<PlantedSessions.Keyed> a = made.a(0);
        List<PlantedSessions.Keyed> b = made.b();
        DiffReport report = WrittenSessions.compare(write(sessions, a), write(sessions, b), List.of(), DiffRequest.ALL);
        pairs(report, a, b, seed, figures);
        Set<String> expected = new TreeSet<>();
        made.planted().forEach(planted -> expected.add(text(planted)));
        figures.planted += expected.size();
        int place = 0;
        for (ChangedField field : report.shown()) {
            place++;
            String text = text(field);
            figures.shown++;
            if (expected.remove(text)) {
                figures.found++;
            } else {
                figures.faults.add(seed + (place <= TOP ? " in the top ten: " : ": ") + "not planted " + text + " " + field.volatility() + " " + field.samplesA() + " "
                        + field.samplesB() + " " + field.pairs());
            }
        }
        for (String missing : expected) {
            String why = "";
            for (ChangedField field : report.suppressed()) {
                why += text(field).equals(missing) ? " suppressed as " + field.volatility() : "";
            }
            figures.faults.add(seed + ": not found " + missing + why);
        }
    }

    private static Session write(WrittenSessions sessions, List<PlantedSessions.Keyed> keyed) throws Exception {
        List<WrittenExchange> exchanges = new ArrayList<>();
        keyed.forEach(one -> exchanges.add(one.exchange()));
        return sessions.write(exchanges);
    }

    private static void pairs(DiffReport report, List<PlantedSessions.Keyed> a, List<PlantedSessions.Keyed> b, String seed, Figures figures) {
        Map<String, Long> inB = new HashMap<>();
        for (int i = 0; i < b.size(); i++) {
            inB.put(b.get(i).key(), i + 1L);
        }
        Map<Long, Long> found = new HashMap<>();
        report.pairs().forEach(pair -> found.put(pair.seqA(), pair.seqB()));
        long expected = 0;
        for (int i = 0; i < a.size(); i++) {
            Long partner = inB.get(a.get(i).key());
            expected += partner == null ? 0 : 1;
            if (partner != null && partner.equals(found.get(i + 1L))) {
                figures.rightPairs++;
            } else if (partner != null || found.containsKey(i + 1L)) {
                figures.faults.add(seed + ": " + a.get(i).key() + " (" + (i + 1) + ") was paired with " + found.get(i + 1L) + ", not " + partner);
            }
        }
        figures.pairs += Math.max(expected, found.size());
    }

    /** The header order has a name of its own at most. */
    private static String text(ChangedField field) {
        Part part = field.location().part();
        String location = part == Part.HEADER_ORDER ? field.location().side().word() + "." + part.word() : field.location().toString();
        Endpoint endpoint = field.endpoint();
        return endpoint.method() + " " + endpoint.template() + (endpoint.operation().isEmpty() ? "" : " #" + endpoint.operation()) + " " + location + " "
                + field.kind();
    }

    private static String text(PlantedSessions.Planted planted) {
        return planted.endpoint() + " " + planted.location() + " " + planted.kind();
    }

    @Test
    void equalSessionsGiveNoDifference() throws Exception {
        try (WrittenSessions sessions = new WrittenSessions(folder)) {
            Session a = write(sessions, new PlantedSessions(3, Set.of()).a(0));
            DiffReport report = WrittenSessions.compare(a, a, List.of(), new DiffRequest(DiffRequest.ALL.filter(), DiffRequest.ALL.only(), IgnorePatterns.NONE, false,
                    ArrayMode.AUTO));
            assertEquals(List.of(), report.fields());
            assertEquals(report.counts().exchangesA(), report.counts().matched());
            assertEquals(0, report.counts().onlyA() + report.counts().onlyB() + report.counts().moved() + report.counts().endpointsChanged());
            assertTrue(report.first().isEmpty());
        }
    }

    /** The same content, at another time: only noise differs. */
    @Test
    void anotherRunDiffersInNoiseAlone() throws Exception {
        try (WrittenSessions sessions = new WrittenSessions(folder)) {
            PlantedSessions made = new PlantedSessions(4, Set.of());
            DiffReport report = WrittenSessions.compare(write(sessions, made.a(0)), write(sessions, made.a(1)), List.of(), DiffRequest.ALL);
            assertEquals(List.of(), report.shown());
            assertTrue(report.first().isEmpty(), () -> report.first().toString());
            assertTrue(report.counts().suppressed() > 20, () -> report.counts().toString());
        }
    }

    @Test
    void extraEndpointsAndRetriesAreTold() throws Exception {
        try (WrittenSessions sessions = new WrittenSessions(folder)) {
            PlantedSessions made = new PlantedSessions(5, Set.of(PlantedSessions.Change.EXTRA_ENDPOINT, PlantedSessions.Change.RETRIES));
            DiffReport report = WrittenSessions.compare(write(sessions, made.a(0)), write(sessions, made.b()), List.of(), DiffRequest.ALL);
            Set<String> alone = new HashSet<>();
            report.onlyB().forEach(single -> alone.add(single.endpoint().template()));
            assertEquals(Set.of("/v1/feature-flags"), alone);
            assertEquals(0, report.counts().onlyA());
            assertTrue(report.counts().repeated() > 0);
            report.repeated().forEach(repeat -> assertEquals("false 503 /v1/cart/items", repeat.inA() + " " + repeat.status() + " " + repeat.endpoint().template()));
            assertEquals("only B has GET api.shop.example/v1/feature-flags", report.first().orElseThrow().why());
        }
    }

    /** A field that differs between runs that work is noise, whatever it looks like; one in which they agree comes first. */
    @Test
    void moreBaselinesTellNoiseFromCauses() throws Exception {
        try (WrittenSessions sessions = new WrittenSessions(folder)) {
            List<List<WrittenExchange>> runs = new ArrayList<>();
            for (String run : new String[] {"red blue", "green blue", "grey white"}) {
                List<WrittenExchange> exchanges = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                    String[] words = run.split(" ");
                    exchanges.add(new WrittenExchange("GET", "a.example", "/item/" + i + "?theme=" + words[0] + "&shade=" + words[1]).answer(200, "text/plain", "fine"));
                }
                runs.add(exchanges);
            }
            Session a = sessions.write(runs.get(0));
            Session works = sessions.write(runs.get(1));
            Session fails = sessions.write(runs.get(2));
            DiffReport alone = WrittenSessions.compare(a, fails, List.of(), DiffRequest.ALL);
            assertEquals(Set.of("request.query.theme", "request.query.shade"), locations(alone.shown()));
            DiffReport both = WrittenSessions.compare(a, fails, List.of(works), DiffRequest.ALL);
            assertEquals(Set.of("request.query.shade"), locations(both.shown()));
            assertTrue(both.shown().get(0).separates());
            assertEquals(Set.of("request.query.theme"), locations(both.suppressed()));
        }
    }

    private static Set<String> locations(List<ChangedField> fields) {
        Set<String> locations = new TreeSet<>();
        fields.forEach(field -> locations.add(field.location().toString()));
        return locations;
    }
}
