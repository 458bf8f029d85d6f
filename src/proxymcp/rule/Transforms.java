package proxymcp.rule;

/**
 * What is changed on the way.
 *
 * @param request what the origin gets
 * @param response what the client gets
 */
public record Transforms(RequestEdits request, ResponseEdits response) {
    /** Nothing. */
    public static final Transforms NONE = new Transforms(RequestEdits.NONE, ResponseEdits.NONE);
}
