package proxymcp.template;

import java.util.List;

/**
 * A value that whoever runs a template may give.
 *
 * @param name unique within the template
 * @param type its JSON Schema type: {@code string}, {@code integer} or {@code number}
 * @param format {@code password}, {@code email}, {@code uuid} or empty
 * @param defaultValue the recorded one
 * @param usedIn step and field, {@code s2 request.form.username}
 */
public record TemplateInput(String name, String type, String format, String defaultValue, List<String> usedIn) {
    /** Copies the list. */
    public TemplateInput {
        usedIn = List.copyOf(usedIn);
    }
}
