package proxymcp.template;

/**
 * A value that changes or looks made up, and that nothing is known of.
 *
 * @param step id of the first step that sends it
 * @param location where
 * @param sample the value, shortened
 * @param guess what it may be, in words
 */
public record Unexplained(String step, String location, String sample, String guess) {}
