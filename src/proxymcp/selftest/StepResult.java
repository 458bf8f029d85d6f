package proxymcp.selftest;

import java.util.List;
import proxymcp.json.JsonObject;

/**
 * What came of one step.
 *
 * @param step its name
 * @param what is asked
 * @param verdict whether it proved itself
 * @param detail the facts that proved it, or what was wrong, or why it was left out
 * @param millis how long it took
 * @param calls the tools that it called with their arguments, as {@code call} takes them, and the resources that it read
 */
public record StepResult(String step, String what, Verdict verdict, String detail, long millis, List<String> calls) {
    /** Whether a step proved itself. */
    public enum Verdict {
        /** It did. */
        OK,
        /** It did not. */
        FAILED,
        /** It could not be tried. */
        SKIPPED
    }

    /** Copies the list. */
    public StepResult {
        calls = List.copyOf(calls);
    }

    /** As the tool shows it. A step that was left out is neither right nor wrong, and has {@code skipped} instead of {@code ok}. */
    JsonObject json() {
        JsonObject.Builder members = JsonObject.builder().put("step", step).put("what", what);
        if (verdict == Verdict.SKIPPED) {
            members.put("skipped", true);
        } else {
            members.put("ok", verdict == Verdict.OK);
        }
        return members.put("detail", detail).put("ms", millis).build();
    }
}
