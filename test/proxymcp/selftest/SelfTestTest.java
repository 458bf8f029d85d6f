package proxymcp.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import proxymcp.cli.TestServers;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.store.SessionLock;

@Timeout(120)
final class SelfTestTest {
    private static final List<String> STEPS = List.of("start", "capture", "summary", "query", "streams", "search", "decode", "failing_run", "diff",
            "template", "replay", "parity", "verify", "har");

    @TempDir
    Path home;

    private SelfTest test(Fault fault) {
        return new SelfTest(home, TestServers.maker(), Clock.systemUTC(), System::nanoTime, new Random(), fault);
    }

    private static CallContext stranger() {
        return CallContext.detached(CallOrigin.HTTP_WITHOUT_TOKEN);
    }

    private static SelfTestReport run(SelfTest test) throws IOException {
        return test.run(stranger(), Narration.SILENT).orElseThrow();
    }

    /** Names of steps with a verdict, but for parity, which depends on a tool that may not be there. */
    private static List<String> named(SelfTestReport report, StepResult.Verdict verdict) {
        List<String> names = new ArrayList<>();
        for (StepResult step : report.steps()) {
            if (step.verdict() == verdict && !step.step().equals("parity")) {
                names.add(step.step());
            }
        }
        return names;
    }

    private List<String> left() throws IOException {
        try (Stream<Path> files = Files.list(home)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void everyStepProvesItselfAndNothingIsLeft() throws Exception {
        SelfTestReport report = run(test(Fault.NONE));
        assertTrue(report.ok(), () -> Json.text(report.json()));
        assertEquals(STEPS, report.steps().stream().map(StepResult::step).toList());
        assertEquals(List.of(), named(report, StepResult.Verdict.FAILED));
        assertEquals(List.of(), named(report, StepResult.Verdict.SKIPPED));
        assertEquals(List.of(), left());
        for (StepResult step : report.steps()) {
            assertFalse(step.detail().isBlank(), step.step());
        }
    }

    @ParameterizedTest
    @CsvSource({"TOKENS_REFUSED,capture", "TOKENS_STALE,replay", "NOTHING_PLANTED,diff", "SESSION_DAMAGED,verify"})
    void whatIsBrokenFailsTheStepThatProvesIt(Fault fault, String step) throws Exception {
        SelfTestReport report = run(test(fault));
        assertFalse(report.ok());
        assertEquals(step, named(report, StepResult.Verdict.FAILED).get(0), () -> Json.text(report.json()));
        assertEquals(STEPS.subList(0, STEPS.indexOf(step)).stream().filter(name -> !name.equals("parity")).toList(),
                named(report, StepResult.Verdict.OK).subList(0, STEPS.indexOf(step) - (STEPS.indexOf(step) > STEPS.indexOf("parity") ? 1 : 0)));
        assertEquals(List.of(), left());
    }

    @Test
    void stepsThatNeedAFailedOneAreLeftOut() throws Exception {
        SelfTestReport report = run(test(Fault.TOKENS_REFUSED));
        assertEquals(List.of("start"), named(report, StepResult.Verdict.OK));
        assertEquals(List.of("capture"), named(report, StepResult.Verdict.FAILED));
        StepResult summary = report.steps().get(2);
        assertEquals("needs step capture", summary.detail());
        assertEquals(Optional.empty(), summary.json().get("ok"));
    }

    @Test
    void twoOnOneHomeAtOnceDoNotDisturbEachOther() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<SelfTestReport> one = threads.submit(() -> run(test(Fault.NONE)));
            Future<SelfTestReport> other = threads.submit(() -> run(test(Fault.NONE)));
            assertTrue(one.get().ok(), () -> Json.text(one.resultNow().json()));
            assertTrue(other.get().ok(), () -> Json.text(other.resultNow().json()));
        }
        assertEquals(List.of(), left());
    }

    @Test
    void aSecondOneOfTheSameServerIsRefused() throws Exception {
        SelfTest test = test(Fault.TOKENS_REFUSED);
        Tool tool = new SelfTestTool(test).tools(Set.of("core")).get(0);
        List<ToolOutcome> inside = new ArrayList<>();
        Narration asking = new Narration() {
            @Override
            public void begins(int number, int total, String what) {
                try {
                    inside.add(tool.handler().call(tool.input().check(JsonObject.EMPTY), stranger()));
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public void ended(int number, StepResult step) {}
        };
        assertTrue(test.run(stranger(), asking).isPresent());
        assertEquals(STEPS.size(), inside.size());
        assertEquals(Optional.of("selftest_running"), inside.get(0).json().string("code"));
        assertTrue(test.run(stranger(), Narration.SILENT).isPresent(), "it may run again");
    }

    @Test
    void theServerThatIsAskedIsNotTouched() throws Exception {
        OwnServer caller = TestServers.maker().open(home);
        try {
            CallContext context = stranger();
            JsonObject report = caller.mcp().call("proxy_selftest", JsonObject.EMPTY, context).json();
            assertEquals("{\"status\":\"success\",\"ok\":true", Json.text(report).substring(0, 29), () -> Json.text(report));
            assertFalse(new Facts("status", caller.mcp().call("proxy_status", JsonObject.EMPTY, context).json()).isTrue("$.running"));
            assertEquals(0, new Facts("sessions", caller.mcp().call("proxy_list_sessions", JsonObject.EMPTY, context).json()).number("$.total"));
            assertEquals(0, new Facts("traffic", caller.mcp().call("proxy_list_traffic", JsonObject.EMPTY, context).json()).number("$.total"));
            assertFalse(Files.exists(home.resolve("ca")), "the caller's own authority was made");
        } finally {
            caller.parts().close();
        }
    }

    @Test
    void aHomeThatCannotBeWrittenIsTold() throws Exception {
        home = Files.writeString(home.resolve("a file"), "in the way");
        Tool tool = new SelfTestTool(test(Fault.NONE)).tools(Set.of("core")).get(0);
        JsonObject failure = tool.handler().call(tool.input().check(JsonObject.EMPTY), stranger()).json();
        assertEquals(Optional.of("home_unusable"), failure.string("code"));
        assertTrue(failure.string("error").orElseThrow().contains("a file"), () -> Json.text(failure));
        assertTrue(failure.string("hint").orElseThrow().contains("--home"), () -> Json.text(failure));
    }

    @Test
    void whatADeadProcessLeftIsRemovedAndWhatALiveOneHoldsIsNot() throws Exception {
        Path dead = Files.createDirectories(home.resolve("selftest/1-a/home"));
        Path live = Files.createDirectories(home.resolve("selftest/1-b"));
        try (SessionLock held = SessionLock.tryTake(live).orElseThrow()) {
            run(test(Fault.TOKENS_REFUSED));
            assertFalse(Files.exists(dead.getParent()));
            assertTrue(Files.exists(live), () -> "removed under " + held);
        }
    }

    @Test
    void aCancelledCallEndsBetweenSteps() throws Exception {
        CallContext context = stranger();
        List<Integer> begun = new ArrayList<>();
        Narration cancelling = new Narration() {
            @Override
            public void begins(int number, int total, String what) {
                begun.add(number);
            }

            @Override
            public void ended(int number, StepResult step) {
                context.cancel();
            }
        };
        assertThrows(CancellationException.class, () -> test(Fault.NONE).run(context, cancelling));
        assertEquals(List.of(1), begun);
        assertEquals(List.of(), left());
    }

    @Test
    void theEndOfTheProcessEndsAStepAndRemovesTheFolder() throws Exception {
        SelfTest test = test(Fault.NONE);
        Narration ending = new Narration() {
            @Override
            public void begins(int number, int total, String what) {
                if (number == 2) {
                    assertEquals(1, Stream.of(home.resolve("selftest").toFile().list()).count());
                    try {
                        test.close();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                    assertFalse(Files.exists(home.resolve("selftest")));
                }
            }

            @Override
            public void ended(int number, StepResult step) {}
        };
        assertThrows(CancellationException.class, () -> test.run(stranger(), ending));
        assertEquals(List.of(), left());
    }

    @Test
    void theToolTakesLittleOfTheList() {
        Tool tool = new SelfTestTool(test(Fault.NONE)).tools(Set.of("core")).get(0);
        JsonObject listed = JsonObject.builder().put("name", tool.name()).put("title", tool.title()).put("description", tool.description())
                .put("inputSchema", tool.input().published()).put("outputSchema", tool.output().published()).build();
        assertTrue(Json.text(listed).length() <= 400, () -> Json.text(listed));
        assertEquals(List.of(), new SelfTestTool(test(Fault.NONE)).tools(Set.of("session")));
    }
}
