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
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.store.Session;

/** What a comparison finds of the changes planted in {@link OtherSites}, by figures that are printed. */
@Timeout(120)
final class OtherSitesTest {
    /** What is planted: kind of request, location (or one below it), kinds of change. */
    private static final List<String> PLANTED = List.of(
            "gql.* request.jwt.authorization.scope changed",
            "gql.product request.json.$.query changed", "gql.product response.json.$.data.product.price type_changed",
            "gql.checkout request.json.$.variables.input.currency removed", "gql.checkout request.json.$.variables.input.currencyCode added",
            "gql.checkout response.json.$.errors added", "gql.checkout response.json.$.data.checkout type_changed|removed",
            "forum.enter request.form.tz changed", "forum.list request.cookie.consent removed", "forum.thread request.cookie.theme changed",
            "forum.reply request.form.csrf_token removed", "forum.reply response.status changed",
            "store.list request.query.X-Amz-SignedHeaders changed", "store.get request.header_order reordered",
            "store.put request.header.x-amz-content-sha256 removed", "store.head request.query.X-Amz-Expires changed",
            "store.delete request.query.X-Amz-Signature removed", "store.delete response.status changed",
            "partner.quote request.query.nonce changed", "partner.order request.json.$.amount changed",
            "news.article response.json.$.data.attributes.byline removed", "news.article response.json.$.data.attributes.author added",
            "news.list request.query.page[size] changed", "news.tags response.json.$.data reordered",
            "news.author response.json.$.data.attributes.verified changed",
            "dash.metrics response.json.$.state changed", "dash.metrics response.json.$.thresholds.cpu changed",
            "dash.alerts response.json.$.alerts[*].severity changed", "dash.job response.json.$.state changed",
            "cdn.pdf response.body changed", "cdn.zip response.header.content-disposition changed",
            "cdn.zip response.header.accept-ranges removed", "cdn.part response.status changed", "cdn.part response.header.content-range removed",
            "stats.beacon request.query.tid changed");
    /** What follows from it, and what nobody can tell from noise: neither asked for nor held against the comparison. */
    private static final List<String> NEUTRAL = List.of(
            "gql.* request.header.authorization", "gql.product response.header.content-length", "gql.product request.header_order",
            "gql.checkout response.", "gql.checkout request.json.$.variables.input ",
            "forum.reply response.", "store.delete response.", "cdn.part response.", "cdn.pdf response.", "dash.job response.json.$.progress",
            "dash.job response.header.content-length", "news.article response.header.content-length", "dash.metrics response.header.content-length",
            "dash.alerts response.header.content-length", "news.author response.header.content-length", "store.delete response.header.content-length");
    /** Values that another one takes the place of wherever they are: content or noise, which only a second session that works can tell. */
    private static final List<String> UNDECIDED = List.of("news.list response.json.$.data[*].attributes.views", "news.author response.json.$.meta.generatedIn",
            "partner.quote response.json.$.bid", "partner.quote response.json.$.ask", "stats.beacon request.query._et");

    @TempDir Path home;

    /** One comparison against what is known of its two visits. */
    private static final class Figures {
        private final Map<Long, OtherSites.Step> a;
        private final Map<Long, OtherSites.Step> b;
        private final DiffReport report;
        private final boolean undecided;
        private final Set<String> found = new HashSet<>();
        private final Set<String> wrong = new TreeSet<>();
        private final List<String> missed = new ArrayList<>();
        private final List<String> top = new ArrayList<>();
        private int right;
        private double aligned;

        Figures(List<OtherSites.Step> visitA, List<OtherSites.Step> visitB, DiffReport report, boolean undecided) {
            this.undecided = undecided;
            this.a = numbered(visitA);
            this.b = numbered(visitB);
            this.report = report;
            align();
            judge();
        }

        private static Map<Long, OtherSites.Step> numbered(List<OtherSites.Step> visit) {
            Map<Long, OtherSites.Step> numbered = new TreeMap<>();
            for (OtherSites.Step step : visit) {
                numbered.put(numbered.size() + 1L, step);
            }
            return numbered;
        }

        /** An exchange is right where its partner has its key, or where it has none and its key comes more often than on the other side. */
        private void align() {
            Map<String, long[]> counts = new HashMap<>();
            a.values().forEach(step -> counts.computeIfAbsent(step.key(), key -> new long[3])[0]++);
            b.values().forEach(step -> counts.computeIfAbsent(step.key(), key -> new long[3])[1]++);
            long good = 0;
            for (PairReport pair : report.pairs()) {
                if (a.get(pair.seqA()).key().equals(b.get(pair.seqB()).key())) {
                    counts.get(a.get(pair.seqA()).key())[2]++;
                    good += 2;
                } else {
                    missed.add("paired: " + a.get(pair.seqA()).key() + " / " + b.get(pair.seqB()).key());
                }
            }
            Map<String, long[]> single = new HashMap<>();
            report.onlyA().forEach(lone -> single.computeIfAbsent(a.get(lone.seq()).key(), key -> new long[2])[0]++);
            report.onlyB().forEach(lone -> single.computeIfAbsent(b.get(lone.seq()).key(), key -> new long[2])[1]++);
            report.repeated().forEach(lone -> single.computeIfAbsent((lone.inA() ? a : b).get(lone.seq()).key(), key -> new long[2])[lone.inA() ? 0 : 1]++);
            for (Map.Entry<String, long[]> one : single.entrySet()) {
                long[] count = counts.get(one.getKey());
                long both = Math.min(count[0], count[1]);
                for (int side = 0; side < 2; side++) {
                    good += Math.min(one.getValue()[side], count[side] - both);
                    if (one.getValue()[side] > count[side] - both) {
                        missed.add("alone in " + "AB".charAt(side) + ": " + one.getKey());
                    }
                }
            }
            aligned = (double) good / (a.size() + b.size());
        }

        private void judge() {
            for (int i = 0; i < report.fields().size(); i++) {
                ChangedField field = report.fields().get(i);
                if (field.suppressed()) {
                    continue;
                }
                Set<String> kinds = kindsOf(i);
                boolean planted = !kinds.isEmpty();
                boolean neutral = !kinds.isEmpty();
                for (String kind : kinds) {
                    planted &= matches(PLANTED, kind, field, true);
                    neutral &= matches(NEUTRAL, kind, field, false) || undecided && matches(UNDECIDED, kind, field, false);
                }
                right += planted ? 1 : 0;
                if (!planted && !neutral) {
                    wrong.add(kinds + " " + field.location() + " " + field.kind().word() + " " + field.volatility().score() + " " + field.evidence() + " "
                            + field.samplesA() + " " + field.samplesB());
                }
                if (top.size() < 10) {
                    top.add((planted ? "" : neutral ? "neutral " : "NOISE ") + kinds + " " + field.location());
                }
            }
            for (String line : PLANTED) {
                if (!found.contains(line)) {
                    missed.add("field: " + line);
                }
            }
        }

        private Set<String> kindsOf(int field) {
            Set<String> kinds = new TreeSet<>();
            for (PairReport pair : report.pairs()) {
                for (int one : pair.fields()) {
                    if (one == field) {
                        kinds.add(a.get(pair.seqA()).kind());
                    }
                }
            }
            return kinds;
        }

        private boolean matches(List<String> lines, String kind, ChangedField field, boolean note) {
            for (String line : lines) {
                String[] words = line.split(" ");
                boolean same = words[0].endsWith("*") ? kind.startsWith(words[0].substring(0, words[0].length() - 1)) : kind.equals(words[0]);
                String location = field.location().toString();
                boolean at = note ? location.equals(words[1]) || location.startsWith(words[1] + ".") || location.startsWith(words[1] + "[")
                        : location.startsWith(words[1]);
                if (same && at && (!note || List.of(words[2].split("\\|")).contains(field.kind().word()))) {
                    if (note) {
                        found.add(line);
                    }
                    return true;
                }
            }
            return false;
        }

        double precision() {
            return (double) right / Math.max(1, right + wrong.size());
        }

        double recall() {
            return (double) found.size() / PLANTED.size();
        }

        private long retries() {
            return report.repeated().stream().filter(one -> !one.inA() && b.get(one.seq()).key().startsWith(OtherSites.RETRIED)).count();
        }
    }

    private static Figures figures(WrittenSessions sessions, int seed, boolean baseline) throws Exception {
        List<OtherSites.Step> visitA = OtherSites.visit(seed, false);
        List<OtherSites.Step> visitB = OtherSites.visit(seed + 100, true);
        List<Session> more = baseline ? List.of(write(sessions, OtherSites.visit(seed + 200, false))) : List.of();
        DiffReport report = WrittenSessions.compare(write(sessions, visitA), write(sessions, visitB), more, DiffRequest.ALL);
        return new Figures(visitA, visitB, report, !baseline);
    }

    private static Session write(WrittenSessions sessions, List<OtherSites.Step> visit) throws Exception {
        List<WrittenExchange> exchanges = new ArrayList<>();
        for (OtherSites.Step step : visit) {
            exchanges.add(step.exchange());
        }
        return sessions.write(exchanges);
    }

    private void compare(boolean baseline) throws Exception {
        try (WrittenSessions sessions = new WrittenSessions(home)) {
            for (int seed = 1; seed <= 4; seed++) {
                Figures figures = figures(sessions, seed, baseline);
                System.out.printf(Locale.ROOT, "    other sites%s, seed %d: alignment %.4f, precision %.4f, recall %.4f (%d fields shown, %d suppressed)%n",
                        baseline ? " and a baseline" : "", seed, figures.aligned, figures.precision(), figures.recall(), figures.report.shown().size(),
                        figures.report.suppressed().size());
                String found = String.join("\n", figures.missed) + "\nwrong:\n" + String.join("\n", figures.wrong);
                assertTrue(figures.aligned >= 0.99, found);
                assertTrue(figures.recall() >= 0.98, found);
                assertTrue(figures.precision() >= 0.98, found);
                assertTrue(figures.top.stream().noneMatch(line -> line.startsWith("NOISE")), String.join("\n", figures.top));
                assertEquals(3, figures.retries(), "a 503 that is tried again is a repeat");
            }
        }
    }

    @Test void plantedChangesAreFoundAmongTheNoiseOfSevenStyles() throws Exception {
        compare(false);
    }

    @Test void aSecondVisitThatWorksLeavesNothingUndecided() throws Exception {
        compare(true);
    }

    @Test void visitsThatDifferInNoiseAloneShowNothing() throws Exception {
        try (WrittenSessions sessions = new WrittenSessions(home)) {
            List<OtherSites.Step> visitA = OtherSites.visit(5, false);
            List<OtherSites.Step> visitB = OtherSites.visit(6, false);
            Session a = write(sessions, visitA);
            Session b = write(sessions, visitB);
            DiffReport two = WrittenSessions.compare(a, b, List.of(), DiffRequest.ALL);
            assertEquals(Set.of(), new Figures(visitA, visitB, two, true).wrong);
            DiffReport three = WrittenSessions.compare(a, b, List.of(write(sessions, OtherSites.visit(7, false))), DiffRequest.ALL);
            assertEquals(Set.of(), new Figures(visitA, visitB, three, false).wrong);
        }
    }
}
