package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import proxymcp.replay.RunSchedule.Step;
import proxymcp.replay.RunSettings.Pacing;

/** What may begin when, asked at times that the test chooses; nothing runs. */
final class RunScheduleTest {
    private static final long SECOND = 1_000_000_000;

    private static RunSchedule schedule(int count, int perHost, OptionalDouble rate, Pacing pacing) {
        return new RunSchedule(ScriptedSender.items(count, "GET", "a", "b"), index -> true, new RunSettings(9, OptionalInt.of(perHost), rate, 2, pacing,
                RunSettings.RetryPolicy.NONE, Optional.empty(), Optional.empty()));
    }

    /** Seqs that may begin now, and what is said then: until when to wait, or the end. */
    private static String all(RunSchedule schedule, long now) {
        List<String> said = new ArrayList<>();
        while (true) {
            switch (schedule.next(now)) {
                case Step.Send(PlanItem item, int attempt) -> said.add(item.seq() + "/" + attempt);
                case Step.Wait(long until) -> {
                    return String.join(" ", said) + (until == RunSchedule.NEVER ? " wait" : " until " + until);
                }
                case Step.End() -> {
                    return String.join(" ", said) + " end";
                }
            }
        }
    }

    private static PlanItem item(int seq) {
        return ScriptedSender.item(seq - 1, "GET", seq % 2 == 1 ? "a" : "b");
    }

    @Test void anOriginThatIsLeftAloneHoldsUpNoOther() {
        RunSchedule schedule = schedule(8, 1, OptionalDouble.empty(), new Pacing.None());
        assertEquals("1/1 2/1 wait", all(schedule, 0));
        schedule.ended(item(1));
        schedule.close(item(1), 0, 10, (lane, times) -> 7 * SECOND);
        schedule.again(item(1), 2, 20, ScriptedSender.status(429));
        assertEquals(" until " + (7 * SECOND + 10), all(schedule, 20));
        schedule.ended(item(2));
        assertEquals("4/1 until " + (7 * SECOND + 10), all(schedule, 30));
        assertEquals("1/2 wait", all(schedule, 7 * SECOND + 10));
    }

    @Test void whatWasInFlightWhenAnOriginWasLeftAloneDoesNotCountAgain() {
        RunSchedule schedule = schedule(8, 4, OptionalDouble.empty(), new Pacing.None());
        all(schedule, 5);
        List<Integer> counted = new ArrayList<>();
        schedule.close(item(1), 5, 10, (lane, times) -> counted.add(times) ? 1 : 0);
        schedule.close(item(3), 5, 11, (lane, times) -> counted.add(times) ? 1 : 0);
        schedule.close(item(5), 20, 30, (lane, times) -> counted.add(times) ? 1 : 0);
        schedule.open(item(7));
        schedule.close(item(7), 25, 40, (lane, times) -> counted.add(times) ? 1 : 0);
        assertEquals(List.of(1, 1, 2, 1), counted);
    }

    @Test void theRateHoldsOverAllOrigins() {
        RunSchedule schedule = schedule(5, 9, OptionalDouble.of(1), new Pacing.None());
        assertEquals("1/1 2/1 until " + SECOND, all(schedule, 0));
        assertEquals(" until " + SECOND, all(schedule, SECOND - 1));
        assertEquals("3/1 until " + 2 * SECOND, all(schedule, SECOND));
        assertEquals("4/1 5/1 wait", all(schedule, 10 * SECOND));
    }

    @Test void recordedGapsHoldOverAllOrigins() {
        RunSchedule schedule = schedule(4, 9, OptionalDouble.empty(), new Pacing.Recorded(2));
        assertEquals("1/1 until " + SECOND / 2, all(schedule, 0));
        assertEquals("2/1 3/1 until " + 3 * SECOND / 2, all(schedule, SECOND));
        assertEquals("4/1 wait", all(schedule, 2 * SECOND));
    }

    @Test void theEndIsSaidWhenNothingIsInFlightThatCouldComeBack() {
        RunSchedule schedule = schedule(2, 9, OptionalDouble.empty(), new Pacing.None());
        assertEquals("1/1 2/1 wait", all(schedule, 0));
        schedule.ended(item(1));
        assertEquals(" wait", all(schedule, 1));
        schedule.ended(item(2));
        schedule.again(item(2), 2, 9, ScriptedSender.status(500));
        assertEquals(" until 9", all(schedule, 1));
        assertEquals("2/2 wait", all(schedule, 9));
        schedule.ended(item(2));
        assertEquals(" end", all(schedule, 9));
    }
}
