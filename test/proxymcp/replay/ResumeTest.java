package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.store.StoreFiles;

/** What a run that goes on knows of what its earlier processes learned, and of how they renewed their authorisation. */
@Timeout(60)
final class ResumeTest {
    @TempDir
    Path home;

    private final RunTime time = RunTime.of(Clock.systemUTC());

    /** Tells what the test says, and keeps what it is told. */
    private static final class Notebook implements RunMemory {
        private final List<String> recalled = new ArrayList<>();
        private Consumer<JsonObject> journal = learned -> { };

        @Override
        public synchronized void recall(JsonObject learned) {
            recalled.add(Json.text(learned));
        }

        @Override
        public synchronized void tell(Consumer<JsonObject> listener) {
            journal = listener;
        }

        synchronized SendResult learn(PlanItem item) {
            journal.accept(JsonObject.builder().put("from", item.seq()).build());
            return ScriptedSender.status(200);
        }
    }

    private ReplayRuns runs() {
        return new ReplayRuns(home.resolve("replays"), time, new Random());
    }

    private static PreparedRun prepared(ItemSender sender, RunMemory memory) {
        RunSettings settings = new RunSettings(1, OptionalInt.empty(), OptionalDouble.empty(), 1, new RunSettings.Pacing.None(),
                RunSettings.RetryPolicy.NONE, Optional.empty(), Optional.of(new RunSettings.AuthRefresh(Set.of(401), List.of(901L, 902L))));
        return new PreparedRun(settings, sender, PreparedRun::mayChange, memory);
    }

    /** Requests of one method, and a POST and a GET that renew an authorisation. */
    private static Plan plan(int count, String method) {
        return new Plan("20260101000000_abcdefgh", ScriptedSender.items(count, method),
                List.of(ScriptedSender.item(900, "POST", "login"), ScriptedSender.item(901, "GET", "login")));
    }

    private RunReport resumed(ReplayId id, ItemSender sender, RunMemory memory) throws Exception {
        ReplayRun run = runs().resume(id, (request, plan) -> prepared(sender, memory));
        assertTrue(run.await(30_000));
        return run.report();
    }

    private Path journal(ReplayId id) {
        return home.resolve("replays").resolve(id.text()).resolve("journal");
    }

    private ScriptedSender ok() {
        return new ScriptedSender(time, (item, attempt) -> ScriptedSender.status(200));
    }

    /** A run that its process leaves while the request with this seq is in flight. */
    private ReplayId leftAt(long seq, Plan plan, RunMemory memory, ScriptedSender.Script script) throws Exception {
        CountDownLatch inFlight = new CountDownLatch(1);
        ScriptedSender[] sender = new ScriptedSender[1];
        sender[0] = new ScriptedSender(time, (item, attempt) -> {
            if (item.seq() != seq) {
                return script.answer(item, attempt);
            }
            inFlight.countDown();
            return sender[0].untilClosed(false);
        });
        ReplayRuns runs = runs();
        ReplayRun run = runs.start(JsonObject.EMPTY, plan, prepared(sender[0], memory));
        inFlight.await();
        runs.close();
        assertTrue(run.await(30_000));
        return run.id();
    }

    /** A folder as one whose process died. */
    private ReplayId died(Plan plan, byte[] journal) throws IOException {
        ReplayId id = ReplayId.next(time.epochMillis(), new Random());
        Path folder = Files.createDirectories(home.resolve("replays").resolve(id.text()));
        new RunFolder(StoreFiles.DISK, folder).write(new RunFolder.Header(id, plan.sessionId(), 5, 6, plan.items().size(), plan.refreshItems().size(),
                plan.notes(), JsonObject.EMPTY), plan);
        Files.write(folder.resolve("journal"), journal);
        return id;
    }

    private static byte[] lines(String... lines) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String line : lines) {
            all.write(CheckedLines.line((JsonObject) Json.parse(line)));
        }
        return all.toByteArray();
    }

    private static List<String> from(int... seqs) {
        return Arrays.stream(seqs).mapToObj(seq -> "{\"from\":" + seq + "}").toList();
    }

    @Test void whatEarlierProcessesLearnedIsRecalledInItsOrder() throws Exception {
        Notebook first = new Notebook();
        ReplayId id = leftAt(4, plan(6, "GET"), first, (item, attempt) -> first.learn(item));
        assertEquals(from(), first.recalled);
        Notebook second = new Notebook();
        List<String> atFirstRequest = new ArrayList<>();
        resumed(id, new ScriptedSender(time, (item, attempt) -> {
            if (item.seq() == 4) {
                atFirstRequest.addAll(second.recalled);
            }
            second.learn(item);
            return ScriptedSender.status(item.seq() == 4 ? 401 : item.seq() == 901 ? 500 : 200);
        }), second);
        assertEquals(from(1, 2, 3), atFirstRequest);
        Notebook third = new Notebook();
        assertEquals("done", resumed(id, ok(), third).state().id());
        assertEquals(from(1, 2, 3, 4, 901), third.recalled);
    }

    @Test void atEveryCutWhatADoneRequestTaughtIsKept() throws Exception {
        Notebook notebook = new Notebook();
        ReplayId whole = leftAt(5, plan(5, "GET"), notebook, (item, attempt) -> notebook.learn(item));
        byte[] journal = Files.readAllBytes(journal(whole));
        for (int cut = 0; cut <= journal.length; cut += 9) {
            ReplayId id = died(plan(5, "GET"), Arrays.copyOf(journal, cut));
            Notebook next = new Notebook();
            ScriptedSender sender = ok();
            RunReport report = resumed(id, sender, next);
            assertEquals("done 5 Optional.empty", report.state().id() + " " + report.successCount() + " " + report.note(), "cut at " + cut);
            int done = 5 - sender.sent().size();
            assertEquals(from(1, 2, 3, 4).subList(0, next.recalled.size()), next.recalled, "cut at " + cut);
            assertTrue(next.recalled.size() >= done, "cut at " + cut);
        }
    }

    /** A value of which each character is six octets in the journal, which is read three times here. */
    @Test void aVeryLongValueIsNoDamage() throws Exception {
        String value = "\u0001".repeat(Answer.BODY_BYTES_MAX);
        ReplayId id = died(plan(1, "POST"), CheckedLines.line(JsonObject.builder().put("learned", JsonObject.builder().put("value", value).build()).build()));
        Notebook next = new Notebook();
        assertEquals("1 Optional.empty", resumed(id, ok(), next).successCount() + " " + runs().find(id).report().note());
        assertEquals(6 * Answer.BODY_BYTES_MAX + "{\"value\":\"\"}".length(), next.recalled.get(0).length());
    }

    /** Two threads write these lines: the second attempt may be journalled before the first one is cleared. */
    @Test void anAttemptThatIsClearedLateDoesNotHideTheNextOne() throws Exception {
        byte[] journal = lines("{\"sending\":0,\"attempt\":1}", "{\"sending\":0,\"attempt\":2}", "{\"cleared\":0,\"attempt\":1}",
                "{\"sending\":1,\"attempt\":1}", "{\"cleared\":1,\"attempt\":1}");
        ReplayId id = died(plan(2, "POST"), journal);
        ScriptedSender sender = ok();
        assertEquals("{unknown=1}", resumed(id, sender, RunMemory.NONE).errorBuckets().toString());
        assertEquals(List.of("2/1"), sender.sent());
    }

    private static final String DOUBT = "the POST with seq 901 that renews the authorisation may have been sent when its process ended; it is sent again if an "
            + "answer asks for it";

    /** A run that its process leaves while the POST that renews the authorisation is in flight. */
    private ReplayId leftInRefresh() throws Exception {
        ReplayId id = leftAt(901, plan(3, "GET"), RunMemory.NONE, (item, attempt) -> ScriptedSender.status(item.seq() == 2 ? 401 : 200));
        assertEquals(Optional.of(DOUBT), runs().find(id).report().note());
        return id;
    }

    @Test void aRefreshThatMayHaveBeenSentIsNotSentAgainUnlessItIsAskedForAgain() throws Exception {
        ScriptedSender content = ok();
        RunReport report = resumed(leftInRefresh(), content, RunMemory.NONE);
        assertEquals(List.of("2/1", "3/1"), content.sent());
        assertEquals("done " + DOUBT, report.state().id() + " " + report.note().orElse(""));
        ScriptedSender asking = new ScriptedSender(time, (item, attempt) -> ScriptedSender.status(item.seq() == 2 && attempt == 1 ? 401 : 200));
        ReplayId id = leftInRefresh();
        resumed(id, asking, RunMemory.NONE);
        assertEquals(List.of("2/1", "901/1", "902/1", "2/2", "3/1"), asking.sent());
        assertEquals(Optional.of(DOUBT), runs().find(id).report().note());
    }

    @Test void aRefreshIsOnTheDiskBeforeItIsSentAndNoDoubtOnceItHasEnded() throws Exception {
        List<String> seen = new ArrayList<>();
        ScriptedSender sender = new ScriptedSender(time, (item, attempt) -> {
            if (item.seq() > 900) {
                try {
                    seen.add(Files.readString(journal(runs().ids().get(0))).replaceAll("(?m)^.{9}", "").replace("\n", ""));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
            return ScriptedSender.status(item.seq() == 1 && attempt == 1 ? 401 : 200);
        });
        try (ReplayRuns runs = runs()) {
            ReplayRun run = runs.start(JsonObject.EMPTY, plan(1, "GET"), prepared(sender, RunMemory.NONE));
            assertTrue(run.await(30_000));
            assertEquals(List.of("{\"refreshing\":0,\"attempt\":1}", "{\"refreshing\":0,\"attempt\":1}{\"refreshed\":0}{\"refreshing\":1,\"attempt\":1}"), seen);
            assertEquals(Optional.empty(), runs().find(run.id()).report().note());
        }
    }
}
