/**
 * Decoders that others wrote: jars in a folder, each with its own class loader, asked on threads that may be lost or in a process of their own.
 *
 * <p>Lives here: {@link proxymcp.decode.plugin.PluginFolder}, which finds the jars and hands out guarded decoders, and what stands between a plugin and
 * a call: time, size of output, everything it may throw.
 *
 * <p>Does not know: how the pipeline chooses, tools, the command line.
 *
 * <p>Threads: plugins run on daemon threads of this package, or in a child process that ends when its stdin does. In this process a plugin can do
 * whatever the user can; only in a child process is its memory bounded and {@code System.exit} harmless. Read
 * {@link proxymcp.decode.plugin.PluginFolder} first.
 */
package proxymcp.decode.plugin;
