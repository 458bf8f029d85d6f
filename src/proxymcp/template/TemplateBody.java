package proxymcp.template;

/** The body that a step sends. */
public sealed interface TemplateBody {
    /** No body. */
    record None() implements TemplateBody {}

    /** Text with placeholders, sent as UTF-8. */
    record Text(String template) implements TemplateBody {}

    /** Octets, as recorded. */
    record Octets(String base64) implements TemplateBody {}

    /**
     * A body too large for a template: it is read from the session.
     *
     * @param bytes its size
     */
    record Recorded(long bytes) implements TemplateBody {}
}
