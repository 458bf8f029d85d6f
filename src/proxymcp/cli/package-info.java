/**
 * The command line: options, commands, wiring with {@code new}, and the order of closing.
 *
 * <p>What lives here: {@link proxymcp.cli.Main}, the one record of what was asked for ({@link proxymcp.cli.Options}), one class a
 * command, the home folder with its lock ({@link proxymcp.cli.Home}), and the end of the process ({@link proxymcp.cli.Closing}).
 *
 * <p>What it does not know: how anything it wires works.
 *
 * <p>Threads: the main thread reads stdin for the stdio server and otherwise waits for the end; {@link proxymcp.cli.ExchangeLines}
 * has a thread that prints.
 *
 * <p>Read {@link proxymcp.cli.Main} first.
 */
package proxymcp.cli;
