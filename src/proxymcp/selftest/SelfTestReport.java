package proxymcp.selftest;

import java.util.ArrayList;
import java.util.List;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/**
 * What came of a self-test.
 *
 * @param steps all of them, in order
 */
public record SelfTestReport(List<StepResult> steps) {
    /** Copies the list. */
    public SelfTestReport {
        steps = List.copyOf(steps);
    }

    /** Whether no step failed. */
    public boolean ok() {
        return count(StepResult.Verdict.FAILED) == 0;
    }

    /** How many steps have this verdict. */
    public int count(StepResult.Verdict verdict) {
        int count = 0;
        for (StepResult step : steps) {
            count += step.verdict() == verdict ? 1 : 0;
        }
        return count;
    }

    /** As the tool shows it. */
    JsonObject json() {
        List<JsonValue> shown = new ArrayList<>();
        for (StepResult step : steps) {
            shown.add(step.json());
        }
        return JsonObject.builder().put("ok", ok()).put("steps", new JsonArray(shown)).build();
    }
}
