package proxymcp.template;

import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonPath;
import proxymcp.replay.Answer;

/** Holds answers against what a step says of them. */
final class StepCheck {
    private StepCheck() {}

    /** Whether a step says which status its answer has. */
    static boolean namesStatus(RunnableFlow.Step step) {
        return step.step().asserts().stream().anyMatch(Assert.Status.class::isInstance);
    }

    /**
     * What is wrong with an answer, a sentence; empty for nothing.
     *
     * @param last whether a loop ends with it: the last page has no next one
     */
    static Optional<String> failure(RunnableFlow.Step step, Answer answer, boolean last) {
        int status = answer.head().status();
        int field = 0;
        for (Assert expected : step.step().asserts()) {
            Optional<String> failure = switch (expected) {
                case Assert.Status(int code) -> status == code ? Optional.empty()
                        : Optional.of("expected status " + code + ", got " + status);
                case Assert.HasHeader(String name) -> has(answer.head().fields(), name) ? Optional.empty()
                        : Optional.of("expected a field " + RunnableFlow.shown(name) + " in the answer");
                case Assert.HasJson(String path) -> last && step.pages().isPresent() || holds(answer, step.fields().get(field++)) ? Optional.empty()
                        : Optional.of("expected a value at " + RunnableFlow.shown(path) + " in the answer");
            };
            if (failure.isPresent()) {
                return failure;
            }
        }
        return namesStatus(step) || status >= 200 && status < 400 ? Optional.empty() : Optional.of("status " + status);
    }

    private static boolean has(Fields fields, String name) {
        return fields.contains(name);
    }

    /** What was cut off may hold it. */
    private static boolean holds(Answer answer, JsonPath path) {
        return !answer.whole() || ResponseParts.of(answer.head().fields(), answer.body()).json().flatMap(path::first)
                .filter(value -> !(value instanceof JsonNull)).isPresent();
    }
}
