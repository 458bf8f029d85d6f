package proxymcp.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A flow that can be run again with other values.
 *
 * @param id names it within its session, see {@link #isId}
 * @param name for people
 * @param sessionId the session that it was found in
 * @param createdAtMillis epoch milliseconds
 * @param steps requests in the order of sending
 * @param inputs what whoever runs it may give
 * @param edges which step uses which value of which other one
 * @param loops steps that are sent again and again
 * @param unexplained values that nothing is known of; they are sent as recorded
 * @param warnings a sentence for each thing that may keep it from running as recorded
 */
public record FlowTemplate(String id, String name, String sessionId, long createdAtMillis, List<TemplateStep> steps, List<TemplateInput> inputs,
        List<Edge> edges, List<Loop> loops, List<Unexplained> unexplained, List<String> warnings) {
    /** The version of the format. */
    public static final int VERSION = 1;

    /** Most characters of an id. */
    public static final int ID_CHARS_MAX = 64;

    /** Copies the lists. */
    public FlowTemplate {
        steps = List.copyOf(steps);
        inputs = List.copyOf(inputs);
        edges = List.copyOf(edges);
        loops = List.copyOf(loops);
        unexplained = List.copyOf(unexplained);
        warnings = List.copyOf(warnings);
    }

    /** Whether a text may be an id: it becomes the name of a file. */
    public static boolean isId(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
            if (!letter && (i == 0 || c != '-' && c != '_')) {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= ID_CHARS_MAX;
    }

    /** The same with more warnings. */
    public FlowTemplate warning(List<String> more) {
        List<String> all = new ArrayList<>(warnings);
        all.addAll(more);
        return new FlowTemplate(id, name, sessionId, createdAtMillis, steps, inputs, edges, loops, unexplained, all);
    }

    /** The step of that id. */
    public Optional<TemplateStep> step(String stepId) {
        for (TemplateStep step : steps) {
            if (step.id().equals(stepId)) {
                return Optional.of(step);
            }
        }
        return Optional.empty();
    }
}
