/**
 * How proxy-mcp is entered: {@link proxymcp.Launcher} by {@code java -jar}, {@link proxymcp.ProxyMcp} by a program that embeds it.
 *
 * <p>Nothing is decided here: the launcher checks the version of Java and calls {@link proxymcp.cli.Main}, on the thread it is
 * called on.
 */
package proxymcp;
