package proxymcp.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import proxymcp.proxy.ListenerOptions;
import proxymcp.replay.queue.QueueUrl;

/** What the process is asked to do. */
sealed interface Command {
    /** MCP over stdin and stdout. */
    record ServeStdio() implements Command {}

    /**
     * MCP over HTTP.
     *
     * @param bindAddress where to listen; other than loopback only with a token
     * @param port 0 for any free one
     * @param token what callers must send
     */
    record ServeHttp(String bindAddress, int port, Optional<String> token) implements Command {}

    /**
     * MCP over HTTP and a proxy beside it.
     *
     * @param mcpPort of the MCP endpoint
     * @param proxyPort of the proxy
     * @param token of the MCP endpoint; a random one if empty
     * @param listener what the proxy offers beside its main port
     */
    record Run(PortChoice mcpPort, PortChoice proxyPort, Optional<String> token, ListenerOptions listener) implements Command {}

    /**
     * A proxy without MCP.
     *
     * @param bindAddress where to listen
     * @param port 0 for any free one
     * @param requireAuth what clients must present, {@code user:password}
     * @param insecureUpstream whether any certificate of an origin is accepted
     * @param upstreamCa PEM file with certificates to trust for origins
     * @param listener what is offered beside the main port
     * @param recorded the session that is recorded, if any
     */
    record Capture(String bindAddress, int port, Optional<String> requireAuth, boolean insecureUpstream, Optional<Path> upstreamCa,
            ListenerOptions listener, Optional<Recorded> recorded) implements Command {}

    /**
     * A session to record.
     *
     * @param name what to call it
     * @param profile {@code full} or {@code preview}
     * @param maxDiskMb its cap in MiB
     */
    record Recorded(Optional<String> name, String profile, int maxDiskMb) {}

    /**
     * One tool.
     *
     * @param tool its name
     * @param arguments one JSON object, or any number of {@code key=value}
     * @param url of a running server; empty to call within this process
     * @param token of that server
     */
    record Call(String tool, List<String> arguments, Optional<String> url, Optional<String> token) implements Command {}

    /**
     * A replay worker.
     *
     * @param queue where jobs come from
     * @param concurrency requests in flight at most
     * @param name what it is called; made of machine and process if empty
     */
    record Worker(QueueUrl queue, int concurrency, Optional<String> name) implements Command {}

    /** All tools, or the schema of one. */
    record Tools(Optional<String> tool) implements Command {}

    /** What works on this machine. */
    record Doctor() implements Command {}

    /** The main job on loopback, told step by step. */
    record Demo() implements Command {}

    /** The version. */
    record Version() implements Command {}

    /** How to use it, or one command. */
    record Help(Optional<String> command) implements Command {}

    /**
     * A port to listen on.
     *
     * @param port the first to try
     * @param exact whether the next ones are not tried when it is taken
     */
    record PortChoice(int port, boolean exact) {}
}
