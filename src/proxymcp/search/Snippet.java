package proxymcp.search;

/**
 * A match with what stands around it.
 *
 * @param position offset of the match in the decoded text, in characters
 * @param context the match in square brackets; {@code ...} where the text goes on
 */
public record Snippet(long position, String context) {}
