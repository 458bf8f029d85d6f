package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.ErrorClass;
import proxymcp.json.JsonObject;
import proxymcp.replay.RunSettings.AuthRefresh;
import proxymcp.replay.RunSettings.Pacing;
import proxymcp.replay.RunSettings.RetryOn;
import proxymcp.replay.RunSettings.RetryPolicy;
import proxymcp.replay.RunSettings.StopOn;

/** Runs against a scripted sender; what is about time jumps to where the run waits for it. */
@Timeout(60)
final class ReplayRunTest {
    private static final long SECOND = 1_000_000_000;
    private static final RetryPolicy RETRY = new RetryPolicy(3, 100, 1_000, Set.of(RetryOn.values()));

    @TempDir
    Path home;

    private final ScriptedSender.JumpTime time = new ScriptedSender.JumpTime();
    private final Random random = new Random(1);
    private Optional<Plan> plan = Optional.empty();

    private static RunSettings settings(int concurrency, RetryPolicy retry) {
        return new RunSettings(concurrency, OptionalInt.empty(), OptionalDouble.empty(), 1, new Pacing.None(), retry, Optional.empty(), Optional.empty());
    }

    private ReplayRun start(List<PlanItem> items, RunSettings settings, ItemSender sender) throws IOException {
        return new ReplayRuns(home.resolve("replays"), time, random)
                .start(JsonObject.EMPTY, plan.orElse(ScriptedSender.plan(items)), new PreparedRun(settings, sender));
    }

    private RunReport run(List<PlanItem> items, RunSettings settings, ItemSender sender) throws Exception {
        ReplayRun run = start(items, settings, sender);
        assertTrue(run.await(30_000));
        return checked(run);
    }

    /** The identity holds, and items say the same as the numbers. */
    private static RunReport checked(ReplayRun run) {
        RunReport report = run.report();
        assertEquals(report.selectedCount(), report.executedCount() + report.skippedCount(), "selected = executed + skipped");
        assertEquals(report.errorCount(), report.errorBuckets().values().stream().mapToInt(count -> count).sum());
        assertEquals(report.skippedCount(), report.skippedBuckets().values().stream().mapToInt(count -> count).sum());
        assertEquals(0, report.pendingCount());
        Map<RunItem.State, Integer> counted = new HashMap<>();
        run.items(RunItem.Only.ALL, 0, Integer.MAX_VALUE).forEach(item -> counted.merge(item.state(), 1, Integer::sum));
        assertEquals(report.successCount(), counted.getOrDefault(RunItem.State.SUCCESS, 0));
        assertEquals(report.errorCount(), run.items(RunItem.Only.FAILED, 0, Integer.MAX_VALUE).size());
        assertEquals(report.skippedCount(), run.items(RunItem.Only.SKIPPED, 0, Integer.MAX_VALUE).size());
        return report;
    }

    @Test void withConcurrencyOneItemsGoOutStrictlyInOrderRetriesToo() throws Exception {
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> ScriptedSender.status(item.seq() == 2 && attempt < 3 ? 503 : 200));
        RunReport report = run(ScriptedSender.items(4, "GET", "a", "b"), settings(1, RETRY), sender);
        assertEquals(List.of("1/1", "2/1", "2/2", "2/3", "3/1", "4/1"), sender.sent());
        assertEquals("done 4 2 {200=4}", report.state().id() + " " + report.successCount() + " " + report.retryCount() + " " + report.statusCounts());
        assertTrue(sender.isClosed());
    }

    /** Each request is held until as many as may be are in flight, or all that are left. */
    @Test void concurrencyReachesItsLimitAndNeverPassesIt() throws Exception {
        CountDownLatch full = new CountDownLatch(8);
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> {
            full.countDown();
            full.await();
            return ScriptedSender.status(200);
        });
        assertEquals(500, run(ScriptedSender.items(500, "GET", "a", "b", "c"), settings(8, RetryPolicy.NONE), sender).successCount());
        assertEquals(8, sender.most());
    }

    @Test void oneOriginsLimitLetsOthersPass() throws Exception {
        CountDownLatch others = new CountDownLatch(3);
        CountDownLatch full = new CountDownLatch(2);
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> {
            if (item.origin().equals("http://b")) {
                others.countDown();
            } else {
                others.await();
                full.countDown();
                full.await();
            }
            return ScriptedSender.status(200);
        });
        List<PlanItem> items = new ArrayList<>(ScriptedSender.items(20, "GET", "a"));
        for (int index = 20; index < 23; index++) {
            items.add(ScriptedSender.item(index, "GET", "b"));
        }
        RunSettings settings = new RunSettings(6, OptionalInt.of(2), OptionalDouble.empty(), 1, new Pacing.None(), RetryPolicy.NONE, Optional.empty(),
                Optional.empty());
        assertEquals(23, run(items, settings, sender).successCount());
        assertEquals(2, sender.mostOfOne());
    }

    @Test void theRateHoldsForEveryRequest() throws Exception {
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> ScriptedSender.status(200));
        RunSettings settings = new RunSettings(1, OptionalInt.empty(), OptionalDouble.of(20), 3, new Pacing.None(), RetryPolicy.NONE, Optional.empty(),
                Optional.empty());
        RunReport report = run(ScriptedSender.items(203, "GET"), settings, sender);
        assertEquals(10 * SECOND, sender.sentAt().get(202) - sender.sentAt().get(0));
        assertEquals(20.3, report.requestsPerSecond(), 0.01);
    }

    @Test void recordedGapsAreKeptAtTheSpeedAskedFor() throws Exception {
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> ScriptedSender.status(200));
        RunSettings settings = new RunSettings(1, OptionalInt.empty(), OptionalDouble.empty(), 1, new Pacing.Recorded(2), RetryPolicy.NONE,
                Optional.empty(), Optional.empty());
        run(ScriptedSender.items(4, "GET", "a", "b"), settings, sender);
        long begin = sender.sentAt().get(0);
        assertEquals(List.of(begin, begin + SECOND / 2, begin + SECOND, begin + 3 * SECOND / 2), sender.sentAt());
    }

    @Test void onlyWhatThePolicyNamesIsTriedAgain() throws Exception {
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> item.seq() == 1 ? ScriptedSender.failed(ErrorClass.RESET, false)
                : item.seq() == 2 ? ScriptedSender.failed(ErrorClass.TIMEOUT, false) : ScriptedSender.status(404));
        RunReport report = run(ScriptedSender.items(3, "GET"), settings(1, new RetryPolicy(2, 0, 0, Set.of(RetryOn.RESET))), sender);
        assertEquals(List.of("1/1", "1/2", "2/1", "3/1"), sender.sent());
        assertEquals("{http_4xx=1, reset=1, timeout=1}", report.errorBuckets().toString());
    }

    @Test void anUnsafeRequestIsTriedAgainOnlyIfNothingWasSent() throws Exception {
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> item.seq() == 1
                ? ScriptedSender.failed(ErrorClass.CONNECT_REFUSED, true) : ScriptedSender.failed(ErrorClass.RESET, false));
        RunReport report = run(ScriptedSender.items(2, "POST"), settings(1, RETRY), sender);
        assertEquals(List.of("1/1", "1/2", "1/3", "2/1"), sender.sent());
        assertEquals("{connect_refused=1, reset=1}", report.errorBuckets().toString());
    }

    @Test void retryAfterIsHonoured() throws Exception {
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> item.seq() == 1 && attempt == 1
                ? ScriptedSender.answer(429, Optional.of("7")) : ScriptedSender.status(200));
        assertEquals(2, run(ScriptedSender.items(2, "GET"), settings(1, RETRY), sender).successCount());
        long waited = sender.sentAt().get(1) - sender.sentAt().get(0);
        assertTrue(waited >= 7 * SECOND && waited <= 7 * SECOND + SECOND / 10, waited + " ns");
    }

    @Test void anOriginThatAsksForMoreThanFiveMinutesIsNotTriedAgain() throws Exception {
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> ScriptedSender.answer(429, Optional.of("301")));
        RunReport report = run(ScriptedSender.items(1, "GET"), settings(1, RETRY), sender);
        assertEquals("1 {http_429=1}", sender.sent().size() + " " + report.errorBuckets());
    }

    @Test void aDeadTargetIsNotAskedThreeTimesByEach() throws Exception {
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> ScriptedSender.failed(ErrorClass.CONNECT_REFUSED, true));
        RunReport report = run(ScriptedSender.items(100, "GET"), settings(4, RETRY), sender);
        assertEquals("{connect_refused=100} true", report.errorBuckets() + " " + (sender.sent().size() <= 130 && sender.sent().size() > 110));
    }

    @Test void tooManyErrorsAbortTheRunAndTheRestIsSkipped() throws Exception {
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> ScriptedSender.status(item.seq() <= 500 ? 200 : 500));
        RunSettings settings = new RunSettings(1, OptionalInt.empty(), OptionalDouble.empty(), 1, new Pacing.None(), RetryPolicy.NONE,
                Optional.of(new StopOn(0.5, 20)), Optional.empty());
        RunReport report = run(ScriptedSender.items(1_000, "GET"), settings, sender);
        assertEquals("aborted 510 {aborted=490} 10 of the last 20 requests failed",
                report.state().id() + " " + report.executedCount() + " " + report.skippedBuckets() + " " + report.reason());
    }

    private RunSettings withRefresh(int concurrency) {
        return new RunSettings(concurrency, OptionalInt.empty(), OptionalDouble.empty(), 1, new Pacing.None(), RetryPolicy.NONE, Optional.empty(),
                Optional.of(new AuthRefresh(Set.of(401), List.of(901L, 902L))));
    }

    private void planWithRefresh(List<PlanItem> items) {
        plan = Optional.of(new Plan("20260101000000_abcdefgh", items,
                List.of(ScriptedSender.item(900, "POST", "login"), ScriptedSender.item(901, "GET", "login"))));
    }

    /** All eight in flight are refused at once; one refresh serves them, and each is sent again once, though unsafe. */
    @Test void anExpiredAuthorisationIsRenewedOnceForAll() throws Exception {
        AtomicBoolean renewed = new AtomicBoolean();
        CountDownLatch full = new CountDownLatch(8);
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> {
            if (item.seq() > 900) {
                renewed.compareAndSet(false, item.seq() == 902);
                return ScriptedSender.status(200);
            }
            if (renewed.get()) {
                return ScriptedSender.status(200);
            }
            full.countDown();
            full.await();
            return ScriptedSender.status(401);
        });
        List<PlanItem> items = ScriptedSender.items(100, "POST");
        planWithRefresh(items);
        RunReport report = run(items, withRefresh(8), sender);
        assertEquals("done 100 {200=100} 8", report.state().id() + " " + report.successCount() + " " + report.statusCounts() + " " + report.retryCount());
        assertEquals(1, sender.sent().stream().filter("901/1"::equals).count());
        assertEquals(110, sender.sent().size());
        assertEquals(8, sender.most());
    }

    @Test void aSecondRefusalOfAnItemIsItsResult() throws Exception {
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> ScriptedSender.status(item.seq() == 2 ? 401 : 200));
        List<PlanItem> items = ScriptedSender.items(3, "GET");
        planWithRefresh(items);
        RunReport report = run(items, withRefresh(1), sender);
        assertEquals(List.of("1/1", "2/1", "901/1", "902/1", "2/2", "3/1"), sender.sent());
        assertEquals("done {http_4xx=1}", report.state().id() + " " + report.errorBuckets());
    }

    /** The refresh says yes each time, and the origin still says no: after two of them the answers stand, and readers of the folder are told, too. */
    @Test void refreshesThatHelpNothingEnd() throws Exception {
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> ScriptedSender.status(item.seq() > 900 || item.seq() == 3 ? 200 : 401));
        List<PlanItem> items = ScriptedSender.items(6, "GET");
        planWithRefresh(items);
        ReplayRun run = start(items, withRefresh(1), sender);
        assertTrue(run.await(30_000));
        assertEquals(List.of("1/1", "901/1", "902/1", "1/2", "2/1", "901/1", "902/1", "2/2", "3/1", "4/1", "5/1", "6/1"), sender.sent());
        String note = "on_auth_expired: after two refreshes running the requests that were sent again were refused again; no more refreshes are sent in this run";
        assertEquals(Optional.of(note), run.report().note());
        assertEquals(Optional.of(note), new ReplayRuns(home.resolve("replays"), time, random).find(run.id()).report().note());
    }

    @Test void aRefreshThatHelpedForgivesOneThatDidNot() throws Exception {
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> ScriptedSender.status(item.seq() > 900 || item.seq() % 2 == 0 && attempt > 1 ? 200 : 401));
        List<PlanItem> items = ScriptedSender.items(6, "GET");
        planWithRefresh(items);
        RunReport report = run(items, withRefresh(1), sender);
        assertEquals(6, sender.sent().stream().filter("901/1"::equals).count());
        assertEquals("3 {http_4xx=3} Optional.empty", report.successCount() + " " + report.errorBuckets() + " " + report.note());
    }

    @Test void anOriginThatAskedToBeLeftAloneIsNamedWithItsTime() throws Exception {
        ReplayRun[] run = new ReplayRun[1];
        CountDownLatch started = new CountDownLatch(1);
        List<Optional<String>> seen = new ArrayList<>();
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> {
            started.await();
            if (item.seq() == 1) {
                return ScriptedSender.answer(429, Optional.of("120"));
            }
            while (run[0].report().executedCount() == 0) {
                Thread.onSpinWait(); // The other worker counts the answer that asks.
            }
            seen.add(run[0].report().waitingFor());
            return ScriptedSender.status(200);
        });
        run[0] = start(ScriptedSender.items(2, "GET", "a", "b"), settings(2, RetryPolicy.NONE), sender);
        started.countDown();
        assertTrue(run[0].await(30_000));
        String until = java.time.Instant.ofEpochMilli(time.epochMillis() + 120_000).toString();
        assertEquals(List.of(Optional.of("Retry-After of http://a, until " + until)), seen);
        assertEquals(Optional.empty(), run[0].report().waitingFor());
    }

    @Test void aRefreshThatFailsAbortsTheRun() throws Exception {
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> ScriptedSender.status(item.seq() == 901 ? 500 : item.seq() == 2 ? 401 : 200));
        List<PlanItem> items = ScriptedSender.items(4, "GET");
        planWithRefresh(items);
        RunReport report = run(items, withRefresh(1), sender);
        assertEquals("aborted {http_4xx=1} {aborted=2} the authorisation expired, and its refresh failed at seq 901: status 500",
                report.state().id() + " " + report.errorBuckets() + " " + report.skippedBuckets() + " " + report.reason());
    }

    @Test void cancelEndsWhatIsInFlightAndSkipsTheRest() throws Exception {
        CountDownLatch inFlight = new CountDownLatch(4);
        ScriptedSender[] sender = new ScriptedSender[1];
        sender[0] = new ScriptedSender(time, (item, attempt) -> {
            inFlight.countDown();
            return sender[0].untilClosed(false);
        });
        ReplayRun run = start(ScriptedSender.items(50, "GET"), settings(4, RETRY), sender[0]);
        inFlight.await();
        assertEquals("running", run.report().state().id());
        run.cancel();
        assertTrue(run.await(30_000));
        RunReport report = checked(run);
        assertEquals("cancelled {client_aborted=4} {cancelled=46}", report.state().id() + " " + report.errorBuckets() + " " + report.skippedBuckets());
        run.cancel();
        assertEquals(report, run.report());
    }

    @Test void whatTurnsOutNotToBeSendableIsSkippedAndAFaultOfTheSenderIsAResult() throws Exception {
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> {
            if (item.seq() == 1) {
                throw new IllegalArgumentException("broken");
            }
            return SendResult.skipped(new Skip(Skip.Reason.CAPTURE_MISSING, "no token"));
        });
        RunReport report = run(ScriptedSender.items(2, "GET"), settings(2, RETRY), sender);
        assertEquals("done {internal=1} {capture_missing=1}", report.state().id() + " " + report.errorBuckets() + " " + report.skippedBuckets());
    }

    /** Random outcomes, retries, refreshes, breakers and cancels; the numbers must add up, and no limit be passed. */
    @Test void theNumbersAddUpWhateverHappens() throws Exception {
        for (long seed = 1; seed <= 40; seed++) {
            Random chance = new Random(seed);
            int concurrency = 1 + chance.nextInt(9);
            int perHost = 1 + chance.nextInt(3);
            int cancelAt = chance.nextInt(3) == 0 ? 1 + chance.nextInt(150) : Integer.MAX_VALUE;
            List<PlanItem> items = ScriptedSender.items(chance.nextInt(200), chance.nextBoolean() ? "GET" : "PUT", "a", "b", "c", "d");
            planWithRefresh(items);
            RunSettings settings = new RunSettings(concurrency, OptionalInt.of(perHost), OptionalDouble.of(1_000), 5, new Pacing.None(), RETRY,
                    chance.nextBoolean() ? Optional.of(new StopOn(0.9, 10)) : Optional.empty(), withRefresh(1).authRefresh());
            CountDownLatch started = new CountDownLatch(1);
            ReplayRun[] run = new ReplayRun[1];
            ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> {
                started.await();
                if (item.seq() == cancelAt) {
                    run[0].cancel();
                }
                return outcome(new Random(item.seq() * 31 + attempt));
            });
            run[0] = start(items, settings, sender);
            started.countDown();
            assertTrue(run[0].await(30_000), "seed " + seed);
            checked(run[0]);
            assertTrue(sender.most() <= concurrency && sender.mostOfOne() <= perHost, "seed " + seed);
        }
    }

    private static SendResult outcome(Random random) {
        int[] statuses = {200, 200, 204, 301, 401, 404, 429, 500, 503};
        int pick = random.nextInt(statuses.length + 4);
        return pick < statuses.length ? ScriptedSender.status(statuses[pick])
                : ScriptedSender.failed(ErrorClass.values()[random.nextInt(ErrorClass.values().length)], random.nextBoolean());
    }
}
