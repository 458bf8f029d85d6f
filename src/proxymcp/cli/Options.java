package proxymcp.cli;

import java.nio.file.Path;
import java.util.List;
import proxymcp.upstream.UpstreamProxies;

/**
 * The command line, parsed once.
 *
 * @param home the folder that holds everything kept, absolute
 * @param toolsets names of the toolsets to offer
 * @param allowPaths folders that tools may use beside the usual ones
 * @param allowEnv environment variables that replay may read
 * @param limits bounds of what is kept
 * @param upstreams the proxies that requests go out through at first
 * @param isolatePlugins whether decoder plugins run in processes of their own
 * @param command what to do
 */
record Options(Path home, List<String> toolsets, List<Path> allowPaths, List<String> allowEnv, Limits limits, UpstreamProxies upstreams,
        boolean isolatePlugins, Command command) {}
