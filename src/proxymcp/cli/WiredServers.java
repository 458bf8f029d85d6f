package proxymcp.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import proxymcp.selftest.OwnServer;
import proxymcp.selftest.ServerMaker;
import proxymcp.tool.Toolbox;
import proxymcp.upstream.UpstreamProxies;

/**
 * Servers beside the one of this process, wired as that is, but each over a home of its own, with every tool and without upstream proxies.
 *
 * @param options of the process
 */
record WiredServers(Options options) implements ServerMaker {
    @Override
    public OwnServer open(Path home) throws IOException {
        Options own = new Options(home, Toolbox.TOOLSETS, List.of(), List.of(), options.limits(), UpstreamProxies.NONE, options.isolatePlugins(),
                options.command());
        Closing parts = Closing.ofPart();
        parts.add(Home.open(home));
        return new OwnServer(Wiring.of(own, parts).server(), parts);
    }
}
