/**
 * Decoders that somebody else wrote: jars under {@code <home>/plugins}, each with a class loader of its own.
 *
 * <p>Lives here: finding and loading the jars, running what they hold on threads of their own for a bounded time, and the child process that does
 * so where they are to be kept apart. A plugin that throws, hangs or floods fails its layer and nothing else.
 *
 * <p>Does not know: which decoder is chosen, the store, tools.
 *
 * <p>Threads: any thread may decode; plugins run on daemon platform threads, or in a child. Read {@link proxymcp.decode.plugin.Plugins} first.
 */
package proxymcp.decode.plugin;
