/**
 * Regular expressions on text from strangers: bounded in time and depth, so that a catastrophic one ends.
 *
 * <p>Does not know: what the text is, and who asks.
 *
 * <p>Threads: {@link proxymcp.text.Regex} is immutable; {@link proxymcp.text.WatchedText} belongs to one thread.
 *
 * <p>Read {@link proxymcp.text.Regex} first.
 */
package proxymcp.text;
