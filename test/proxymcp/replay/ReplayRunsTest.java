package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.json.JsonObject;
import proxymcp.store.SessionLock;
import proxymcp.store.StoreFiles;

/** What is kept of runs: across ends of all kinds, damage, and other processes. */
@Timeout(120)
final class ReplayRunsTest {
    private static final JsonObject REQUEST = JsonObject.builder().put("token", "secret").build();

    @TempDir
    Path home;

    private final RunTime time = RunTime.of(Clock.systemUTC());
    private Path root;
    private ReplayRuns runs;

    @BeforeEach
    void open() {
        root = home.resolve("replays");
        runs = reopened();
    }

    private ReplayRuns reopened() {
        return new ReplayRuns(root, time, new Random());
    }

    private static RunSettings settings(int concurrency) {
        return new RunSettings(concurrency, RunSettings.DEFAULT.perHostConcurrency(), RunSettings.DEFAULT.ratePerSecond(), 1,
                RunSettings.DEFAULT.pacing(), RunSettings.DEFAULT.retry(), Optional.empty(), Optional.empty());
    }

    private ScriptedSender ok() {
        return new ScriptedSender(time, (item, attempt) -> ScriptedSender.status(200));
    }

    private RunReport resumed(ReplayRuns by, ReplayId id, ScriptedSender sender) throws Exception {
        ReplayRun run = by.resume(id, (request, plan) -> {
            assertEquals(REQUEST, request);
            return new PreparedRun(settings(1), sender);
        });
        assertTrue(run.await(30_000));
        return run.report();
    }

    private static String code(Executable call) {
        return assertThrows(RunException.class, call).code();
    }

    @Test void anEndedRunReadsTheSameFromItsFolder() throws Exception {
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> ScriptedSender.status(item.seq() % 3 == 0 ? 404 : 200));
        List<PlanItem> items = new ArrayList<>(ScriptedSender.items(20, "GET", "a", "b"));
        items.set(4, new PlanItem(4, 5, items.get(4).exchangeId(), 0, "POST", "http://a/ü", "http://c:8080/ü", true,
                Optional.of(new Skip(Skip.Reason.UNSAFE, "POST may change something"))));
        ReplayRun run = runs.start(REQUEST, ScriptedSender.plan(items), new PreparedRun(settings(3), sender));
        assertTrue(run.await(30_000));
        RunView read = reopened().find(run.id());
        RunReport wrote = run.report();
        assertEquals(wrote.successCount() + " " + wrote.errorBuckets() + wrote.skippedBuckets() + wrote.statusCounts() + wrote.latency() + wrote.state(),
                read.report().successCount() + " " + read.report().errorBuckets() + read.report().skippedBuckets() + read.report().statusCounts()
                        + read.report().latency() + read.report().state());
        assertEquals(run.items(RunItem.Only.ALL, 0, 100), read.items(RunItem.Only.ALL, 0, 100));
        assertEquals(run.items(RunItem.Only.FAILED, 2, 2), read.items(RunItem.Only.FAILED, 2, 2));
        assertEquals(List.of(run.id()), reopened().ids());
        assertEquals("replay_done", code(() -> resumed(reopened(), run.id(), ok())));
    }

    @Test void notesOfTheSelectionOutliveTheProcess() throws Exception {
        Plan plan = ScriptedSender.plan(ScriptedSender.items(1, "GET")).noting("limit: more match");
        ReplayRun run = runs.start(REQUEST, plan, new PreparedRun(settings(1), ok()));
        assertTrue(run.await(30_000));
        assertEquals(List.of("limit: more match"), run.report().selectionNotes());
        assertEquals(List.of("limit: more match"), reopened().find(run.id()).report().selectionNotes());
    }

    @Test void filesAreTheirOwnersAlone() throws Exception {
        ReplayRun run = runs.start(REQUEST, ScriptedSender.plan(ScriptedSender.items(2, "POST")), new PreparedRun(settings(1), ok()));
        assertTrue(run.await(30_000));
        for (String name : List.of("run.json", "plan", "journal", "lock")) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(run.id().text()).resolve(name))), name);
        }
    }

    @Test void unknownRunsAreErrors() throws Exception {
        ReplayId id = new ReplayId("replay_20260101000000_abcdefgh");
        assertEquals("unknown_replay", code(() -> runs.find(id)));
        assertEquals("unknown_replay", code(() -> resumed(runs, id, ok())));
        assertEquals(List.of(), runs.ids());
        assertEquals(Optional.empty(), ReplayId.parse("replay_20260101000000_abcdefgH"));
        assertEquals(Optional.empty(), ReplayId.parse("../replay_20260101000000_abcdefgh"));
    }

    /** Closing the runs is what the end of a process with notice is. */
    @Test void aRunThatIsClosedGoesOnWhereItWas() throws Exception {
        CountDownLatch inFlight = new CountDownLatch(1);
        ScriptedSender[] first = new ScriptedSender[1];
        first[0] = new ScriptedSender(time, (item, attempt) -> {
            if (item.seq() < 4) {
                return ScriptedSender.status(200);
            }
            inFlight.countDown();
            return first[0].untilClosed(false);
        });
        ReplayRun run = runs.start(REQUEST, ScriptedSender.plan(ScriptedSender.items(8, "GET")), new PreparedRun(settings(1), first[0]));
        inFlight.await();
        assertEquals("running", reopened().find(run.id()).report().state().id());
        assertEquals("replay_running", code(() -> resumed(reopened(), run.id(), ok())));
        runs.close();
        assertEquals("interrupted 3 5", run.report().state().id() + " " + run.report().successCount() + " " + run.report().pendingCount());
        ScriptedSender second = ok();
        RunReport report = resumed(reopened(), run.id(), second);
        assertEquals(List.of("4/1", "5/1", "6/1", "7/1", "8/1"), second.sent());
        assertEquals("done 8", report.state().id() + " " + report.successCount());
    }

    @Test void aCancelledRunCanGoOn() throws Exception {
        ReplayRun[] run = new ReplayRun[1];
        CountDownLatch started = new CountDownLatch(1);
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> {
            started.await();
            run[0].cancel();
            return ScriptedSender.status(200);
        });
        run[0] = runs.start(REQUEST, ScriptedSender.plan(ScriptedSender.items(3, "GET")), new PreparedRun(settings(1), sender));
        started.countDown();
        assertTrue(run[0].await(30_000));
        assertEquals("cancelled {cancelled=2}", reopened().find(run[0].id()).report().state().id() + " "
                + reopened().find(run[0].id()).report().skippedBuckets());
        ScriptedSender second = ok();
        assertEquals(3, resumed(reopened(), run[0].id(), second).successCount());
        assertEquals(List.of("2/1", "3/1"), second.sent());
    }

    /** A folder as one whose process died: the journal up to some octet. */
    private ReplayId died(byte[] journal, int count) throws IOException {
        ReplayId id = ReplayId.next(time.epochMillis(), new Random());
        Path folder = Files.createDirectories(root.resolve(id.text()));
        RunFolder files = new RunFolder(StoreFiles.DISK, folder);
        Plan plan = ScriptedSender.plan(ScriptedSender.items(count, "POST"));
        files.write(new RunFolder.Header(id, plan.sessionId(), 5, 6, count, 0, plan.notes(), REQUEST), plan);
        Files.write(folder.resolve("journal"), journal);
        return id;
    }

    private byte[] journalOf(int count) throws Exception {
        ReplayRun run = runs.start(REQUEST, ScriptedSender.plan(ScriptedSender.items(count, "POST")), new PreparedRun(settings(1), ok()));
        assertTrue(run.await(30_000));
        return Files.readAllBytes(root.resolve(run.id().text()).resolve("journal"));
    }

    /** At each octet where a kill may have cut it: what is sent again is exactly what had not been journalled as going out. */
    @Test void atEveryCutNoUnsafeRequestIsSentTwice() throws Exception {
        byte[] whole = journalOf(3);
        for (int cut = 0; cut < whole.length; cut += 7) {
            byte[] kept = Arrays.copyOf(whole, cut);
            Set<String> gone = new HashSet<>();
            String text = new String(kept, StandardCharsets.UTF_8);
            for (int index = 0; index < 3; index++) {
                if (text.contains("{\"sending\":" + index + ",\"attempt\":1}\n")) {
                    gone.add(index + 1 + "/1");
                }
            }
            ReplayId id = died(kept, 3);
            assertEquals("interrupted", runs.find(id).report().state().id());
            ScriptedSender sender = ok();
            RunReport report = resumed(reopened(), id, sender);
            Set<String> all = new HashSet<>(sender.sent());
            assertEquals(3 - gone.size(), all.size(), "cut at " + cut);
            all.addAll(gone);
            assertEquals(Set.of("1/1", "2/1", "3/1"), all, "cut at " + cut);
            assertEquals(3, report.executedCount(), "cut at " + cut);
            int unknown = report.errorBuckets().getOrDefault("unknown", 0);
            assertEquals(3 - unknown, report.successCount(), "cut at " + cut);
        }
    }

    @Test void afterDamageInTheMiddleNoUnsafeRequestIsSent() throws Exception {
        byte[] whole = journalOf(3);
        int ended = new String(whole, StandardCharsets.UTF_8).lastIndexOf('\n', whole.length - 2) + 1;
        for (int at = 0; at < ended; at += 11) {
            byte[] damaged = Arrays.copyOf(whole, ended);
            damaged[at] ^= 0x10;
            ReplayId id = died(damaged, 4);
            ScriptedSender sender = ok();
            RunReport report = resumed(reopened(), id, sender);
            assertEquals(List.of(), sender.sent(), "flipped at " + at);
            assertEquals(4, report.executedCount(), "flipped at " + at);
        }
    }

    /** Recorded as GET, an override makes POSTs of them: what the damaged line said of them is as unknown as of recorded POSTs. */
    @Test void afterDamageRequestsThatOverridesMakeUnsafeAreNotSentEither() throws Exception {
        byte[] lines = CheckedLines.line(JsonObject.builder().put("sending", 0).put("attempt", 1).build());
        lines[12] ^= 0x10;
        ReplayId id = ReplayId.next(time.epochMillis(), new Random());
        Path folder = Files.createDirectories(root.resolve(id.text()));
        Plan plan = ScriptedSender.plan(ScriptedSender.items(2, "GET"));
        new RunFolder(StoreFiles.DISK, folder).write(new RunFolder.Header(id, plan.sessionId(), 5, 6, 2, 0, plan.notes(), REQUEST), plan);
        Files.write(folder.resolve("journal"), lines);
        ScriptedSender sender = ok();
        ReplayRun run = reopened().resume(id, (request, kept) -> new PreparedRun(settings(1), sender, item -> true, RunMemory.NONE));
        assertTrue(run.await(30_000));
        assertEquals(List.of(), sender.sent());
        assertEquals("{unknown=2} 0", run.report().errorBuckets() + " " + run.report().pendingCount());
        assertEquals("{unknown=2} 0", reopened().find(id).report().errorBuckets() + " " + reopened().find(id).report().pendingCount(),
                "who has no overrides to go by reads it in the journal");
        assertEquals(Optional.of("a line of the journal is damaged: unsafe requests of which it has no result may have been sent, and are not sent again"),
                run.report().note());
    }

    @Test void aDamagedPlanOrHeaderIsAnError() throws Exception {
        ReplayId id = died(new byte[0], 3);
        Path plan = root.resolve(id.text()).resolve("plan");
        byte[] bytes = Files.readAllBytes(plan);
        bytes[40] ^= 1;
        Files.write(plan, bytes);
        assertEquals("replay_damaged", code(() -> runs.find(id)));
        Files.writeString(root.resolve(id.text()).resolve("run.json"), "{");
        assertEquals("replay_damaged", code(() -> runs.find(id)));
    }

    @Test void theNewestTwoHundredAreKept() throws Exception {
        Path held = root.resolve("replay_20200101000000_aaaaaaaa");
        for (int number = 0; number < 205; number++) {
            Files.createDirectories(root.resolve(String.format("replay_20200101000%03d_aaaaaaaa", number)));
        }
        SessionLock lock = SessionLock.tryTake(held).orElseThrow();
        try {
            ReplayRun run = runs.start(REQUEST, ScriptedSender.plan(List.of()), new PreparedRun(settings(1), ok()));
            assertTrue(run.await(30_000));
            List<ReplayId> ids = runs.ids();
            assertEquals(ReplayRuns.RUNS_MAX + 1, ids.size());
            assertEquals(run.id(), ids.get(0));
            assertTrue(Files.isDirectory(held));
            assertFalse(Files.exists(root.resolve("replay_20200101000005_aaaaaaaa")));
        } finally {
            lock.close();
        }
    }

    /** The child sends unsafe requests, eight at a time, says each before it goes out, and hangs after 500 unless it is killed before. */
    @Test void afterAKillNoUnsafeRequestIsSentAgainAndNoneIsLost() throws Exception {
        for (int round = 0; round < 3; round++) {
            Process child = child("-Xmx128m", "POST", "1000", "8");
            Set<String> said = new HashSet<>();
            try (BufferedReader in = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
                ReplayId id = new ReplayId(in.readLine());
                while (said.size() < 50 + round * 100) {
                    said.add(in.readLine());
                }
                if (round == 0) {
                    assertEquals("replay_running", code(() -> resumed(reopened(), id, ok())));
                }
                child.toHandle().destroyForcibly(); // That of the process would close what it said last.
                in.lines().filter(line -> line.matches("\\d+/1;")).forEach(said::add);
                assertTrue(child.waitFor(20, TimeUnit.SECONDS));
                RunReport report = reopened().find(id).report();
                assertEquals("interrupted", report.state().id());
                assertTrue(report.errorCount() <= 8, report.errorBuckets()::toString);
                ScriptedSender sender = ok();
                resumed(reopened(), id, sender);
                Set<String> again = new HashSet<>(sender.sent());
                again.removeIf(line -> !said.contains(line + ";"));
                assertEquals(Set.of(), again);
                assertTrue(sender.sent().size() + said.size() >= 1_000 - 8, sender.sent().size() + " + " + said.size());
                RunReport kept = reopened().find(id).report();
                assertEquals("done 0", kept.state().id() + " " + kept.pendingCount(), "what is unknown stays so, whoever looks");
                assertEquals(report.errorBuckets(), kept.errorBuckets());
            } finally {
                child.destroyForcibly();
            }
        }
    }

    @Test void aHundredThousandItemsRunInASmallHeap() throws Exception {
        Process child = child("-Xmx128m", "GET", "100000", "64");
        try {
            String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(child.waitFor(20, TimeUnit.SECONDS));
            assertEquals("done 100000", said.lines().skip(1).findFirst().orElse(said));
        } finally {
            child.destroyForcibly();
        }
    }

    private Process child(String heap, String method, String count, String concurrency) throws IOException {
        return new ProcessBuilder(Programs.java().toString(), heap, "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError", "-cp",
                System.getProperty("java.class.path"), RunChild.class.getName(), root.toString(), method, count, concurrency)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }
}
