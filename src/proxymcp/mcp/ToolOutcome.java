package proxymcp.mcp;

import java.util.Optional;
import proxymcp.json.JsonObject;

/** What a tool has to say: a result, or a failure that the caller can act on. */
public sealed interface ToolOutcome {
    /**
     * It worked.
     *
     * @param members of the result, without {@code status}
     */
    record Success(JsonObject members) implements ToolOutcome {
        @Override
        public JsonObject json() {
            return JsonObject.builder().put("status", "success").putAll(members).build();
        }
    }

    /**
     * It did not.
     *
     * @param code stable, snake_case, never built from captured data
     * @param error one sentence that a caller can act on
     * @param hint what to try instead
     */
    record Failure(String code, String error, Optional<String> hint) implements ToolOutcome {
        @Override
        public JsonObject json() {
            return JsonObject.builder().put("status", "error").put("error", error).put("code", code)
                    .putIf("hint", hint).build();
        }
    }

    /** The one JSON object that a caller sees: its {@code status} is {@code success} or {@code error}. */
    JsonObject json();

    /** It worked. */
    static ToolOutcome success(JsonObject members) {
        return new Success(members);
    }

    /** It did not. */
    static ToolOutcome failure(String code, String error) {
        return new Failure(code, error, Optional.empty());
    }

    /** It did not, and there is something to try. */
    static ToolOutcome failure(String code, String error, String hint) {
        return new Failure(code, error, Optional.of(hint));
    }
}
