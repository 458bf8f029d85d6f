package proxymcp.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import proxymcp.selftest.ServerMaker;
import proxymcp.upstream.UpstreamProxies;

/** Makes servers wired as the program is, for tests of other packages. */
public final class TestServers {
    private TestServers() {}

    /** The program's own maker. */
    public static ServerMaker maker() {
        return new WiredServers(new Options(Path.of("unused"), List.of(), List.of(), List.of(), Limits.DEFAULT, UpstreamProxies.NONE, false,
                new Command.Tools(Optional.empty())));
    }
}
