package proxymcp.mcp;

import java.util.Optional;
import proxymcp.json.JsonObject;
import proxymcp.json.Args;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;

/**
 * A tool: what is published about it, and what runs.
 *
 * @param name 1..40 of {@code a-z 0-9 _}: hosts put the server's name before it and drop what gets longer than 60
 * @param title for people
 * @param description what an agent needs to choose it, no more
 * @param hints what it does to the world
 * @param toolset the group it is shown with
 * @param input its parameters
 * @param output the members of its result
 * @param handler what runs, on a virtual thread of its own
 */
public record Tool(String name, String title, String description, Hints hints, String toolset, Schema input,
        ResultSchema output, Handler handler) {
    private static final int NAME_CHARS_MAX = 40;

    /** Checks the name. */
    public Tool {
        if (name.isEmpty() || name.length() > NAME_CHARS_MAX) {
            throw new IllegalArgumentException("tool name of " + name.length() + " characters: " + name);
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_')) {
                throw new IllegalArgumentException("tool name with another character than a-z 0-9 _: " + name);
            }
        }
    }

    /** What runs. */
    @FunctionalInterface
    public interface Handler {
        /**
         * The answer to arguments that are refused before they are held against the schema, for a reason that says more than "unknown
         * argument"; none unless overridden.
         */
        default Optional<ToolOutcome> refusal(JsonObject arguments) {
            return Optional.empty();
        }

        /**
         * Does the work.
         *
         * @param args checked against the tool's schema
         * @throws proxymcp.json.BadArgument for arguments that the schema cannot refuse; the caller is told
         * @throws java.util.concurrent.CancellationException when it noticed that the call was cancelled
         * @throws Exception anything else is a fault of this program: the caller sees {@code internal_error}
         */
        ToolOutcome call(Args args, CallContext context) throws Exception;
    }

    /**
     * What a tool does to the world, for hosts that ask their user first.
     *
     * @param readOnly changes nothing
     * @param destructive may remove or overwrite something
     * @param idempotent a second call with the same arguments changes nothing more
     * @param openWorld reaches hosts beyond this machine
     */
    public record Hints(boolean readOnly, boolean destructive, boolean idempotent, boolean openWorld) {
        /** Only looks at what is kept here. */
        public static final Hints QUERY = new Hints(true, false, true, false);
        /** Adds or starts something; a second call does it again. */
        public static final Hints ADD = new Hints(false, false, false, false);
        /** Sets something; a second call with the same arguments changes nothing more. */
        public static final Hints SET = new Hints(false, false, true, false);
        /** Removes or ends something. */
        public static final Hints REMOVE = new Hints(false, true, true, false);

        /** The same, but it reaches hosts beyond this machine. */
        public Hints reachingOut() {
            return new Hints(readOnly, destructive, idempotent, true);
        }

        /** The same, but it may remove or overwrite something. */
        public Hints overwriting() {
            return new Hints(readOnly, true, idempotent, openWorld);
        }
    }
}
