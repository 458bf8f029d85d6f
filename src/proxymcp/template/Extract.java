package proxymcp.template;

/**
 * A value that is taken from a step's answer.
 *
 * @param as its name; of several steps that take the same name the newest answer counts
 * @param select where it stands, see {@link Selector}
 * @param required whether what needs it cannot be sent without it; otherwise the value it had before stays
 */
public record Extract(String as, String select, boolean required) {}
