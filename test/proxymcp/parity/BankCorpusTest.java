package proxymcp.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.decode.Decoders;
import proxymcp.diff.WrittenExchange;
import proxymcp.diff.WrittenSessions;
import proxymcp.parity.BankApp.Kindred;
import proxymcp.parity.BankApp.Said;
import proxymcp.store.Session;
import proxymcp.store.Unwatched;

/**
 * The second corpus, of another app than the first and written without a look at what judges it. A bank is recorded, and recorded again a week later with some
 * answers changed: two of six of an endpoint, each in another way, or all of them in the same way. What was done to which answer is noted by the corpus.
 */
@Timeout(300)
final class BankCorpusTest {
    private static final int SAMPLES = 6;
    private static final long SEED = Long.getLong("proxymcp.corpus.seed", 20_251_007L);

    @TempDir
    Path folder;

    private WrittenSessions sessions;
    private Session baseline;
    private final List<String> missed = new ArrayList<>();
    private int harms;
    private int noticed;
    private int harmless;
    private int falselyBroken;
    private int falselyFailed;

    @BeforeEach
    void record() throws IOException {
        sessions = new WrittenSessions(folder);
        baseline = session(new BankApp(SEED, 0), Map.of());
    }

    @AfterEach
    void close() throws IOException {
        sessions.close();
    }

    /** What is done to the {@code i}th answer of an endpoint. */
    private record Spot(String endpoint, int i) {}

    private Session session(BankApp app, Map<Spot, BankChange> changes) throws IOException {
        List<WrittenExchange> exchanges = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            for (Kindred endpoint : BankApp.ENDPOINTS) {
                WrittenExchange exchange = app.request(endpoint, i);
                Said said = app.answer(endpoint, i);
                BankChange change = changes.get(new Spot(endpoint.name(), i));
                exchanges.add(answered(exchange, change == null ? said : change.change().apply(said)));
            }
        }
        return sessions.write(exchanges);
    }

    private static WrittenExchange answered(WrittenExchange exchange, Said said) {
        byte[] octets = said.body().getBytes(StandardCharsets.UTF_8);
        if (said.gzip()) {
            exchange.responseHeader("Content-Encoding", "gzip");
            octets = gzip(octets);
        }
        exchange.answer(said.status(), said.mediaType(), octets);
        return said.cut() ? exchange.cut() : exchange;
    }

    private static byte[] gzip(byte[] octets) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(octets);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private void judge(long seed, Map<Spot, BankChange> changes, String how) throws Exception {
        Session other = session(new BankApp(seed, 7), changes);
        ParityReport report = new ParityRun(Decoders.builtin()).run(baseline, List.of(), new Counterpart.OfSession(other), ParityRequest.ALL, Unwatched.NOBODY);
        assertEquals(SAMPLES * BankApp.ENDPOINTS.size(), report.compared(), () -> how + ": " + report.unmatched());
        Map<Long, PairParity> findings = new HashMap<>();
        report.findings().forEach(finding -> findings.put(finding.seq(), finding));
        long seq = 0;
        for (int i = 0; i < SAMPLES; i++) {
            for (Kindred endpoint : BankApp.ENDPOINTS) {
                PairParity finding = findings.get(++seq);
                Verdict verdict = finding == null ? Verdict.EQUIVALENT : finding.verdict();
                Severity severity = finding == null ? Severity.NONE : finding.severity();
                BankChange change = changes.get(new Spot(endpoint.name(), i));
                count(change, verdict, severity, how + " " + endpoint.name() + ": " + (change == null ? "fresh" : change.name()) + ": " + verdict.word() + " " + severity.word() + " "
                        + (finding == null ? "" : finding.reason()));
            }
        }
    }

    /** What is noticed has to fail as {@code fail_on} is unless told: values that move by themselves must not pass for it. */
    private void count(BankChange change, Verdict verdict, Severity severity, String line) {
        boolean fails = severity.isAtLeast(ParityRequest.ALL.failOn()) || verdict == Verdict.UNKNOWN;
        if (change != null && change.isHarm()) {
            boolean found = change.expected().contains(verdict) && fails;
            harms++;
            noticed += found ? 1 : 0;
            missed.addAll(found ? List.of() : List.of("missed " + line));
            return;
        }
        boolean broken = verdict == Verdict.BREAKING || verdict == Verdict.BLOCKED || verdict == Verdict.UNKNOWN;
        harmless++;
        falselyBroken += broken ? 1 : 0;
        falselyFailed += fails ? 1 : 0;
        missed.addAll(fails ? List.of("false " + line) : List.of());
    }

    private interface Changes {
        List<BankChange> of(Kindred endpoint);
    }

    /** Two of six answers, each in another way. */
    private void some(Changes all, String how) throws Exception {
        int rounds = 0;
        for (Kindred endpoint : BankApp.ENDPOINTS) {
            rounds = Math.max(rounds, (all.of(endpoint).size() + 1) / 2);
        }
        for (int round = 0; round < rounds; round++) {
            Map<Spot, BankChange> changes = new HashMap<>();
            for (Kindred endpoint : BankApp.ENDPOINTS) {
                List<BankChange> list = all.of(endpoint);
                for (int half = 0; half < 2 && round * 2 + half < list.size(); half++) {
                    changes.put(new Spot(endpoint.name(), (round * 3 + half * 5 + 1) % SAMPLES), list.get(round * 2 + half));
                }
            }
            judge(SEED + 1_000 + round, changes, how);
        }
    }

    /** All answers in the same way. */
    private void every(Changes all, String how) throws Exception {
        int rounds = 0;
        for (Kindred endpoint : BankApp.ENDPOINTS) {
            rounds = Math.max(rounds, all.of(endpoint).size());
        }
        for (int round = 0; round < rounds; round++) {
            Map<Spot, BankChange> changes = new HashMap<>();
            for (Kindred endpoint : BankApp.ENDPOINTS) {
                for (int i = 0; i < SAMPLES && round < all.of(endpoint).size(); i++) {
                    changes.put(new Spot(endpoint.name(), i), all.of(endpoint).get(round));
                }
            }
            judge(SEED + 2_000 + round, changes, how);
        }
    }

    @Test
    void whatBreaksIsNoticedAndWhatLivesIsNotTakenForBroken() throws Exception {
        some(BankChange::harms, "some");
        every(BankChange::harms, "every");
        some(BankChange::harmless, "some");
        every(BankChange::harmless, "every");
        missed.stream().distinct().forEach(line -> System.out.println("second parity corpus: " + line));
        System.out.println(String.format(Locale.ROOT, "second parity corpus: detection %.4f (%d of %d), false breaking %.4f (%d of %d), false failing %.4f (%d)",
                noticed / (double) harms, noticed, harms, falselyBroken / (double) harmless, falselyBroken, harmless, falselyFailed / (double) harmless, falselyFailed));
        assertTrue(noticed >= 0.98 * harms, () -> noticed + " of " + harms + " noticed, seed " + SEED);
        assertTrue(falselyBroken <= 0.01 * harmless, () -> falselyBroken + " of " + harmless + " taken for broken, seed " + SEED);
    }

    @Test
    void theBankAgainstItselfPassesWithOne() throws Exception {
        ParityReport report = new ParityRun(Decoders.builtin()).run(baseline, List.of(), new Counterpart.OfSession(baseline), ParityRequest.ALL, Unwatched.NOBODY);
        assertTrue(report.passed() && report.score() == 1 && report.count(Verdict.IDENTICAL) == SAMPLES * BankApp.ENDPOINTS.size(), () -> report.verdicts().toString());
    }
}
