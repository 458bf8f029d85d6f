package proxymcp.cli;

import java.util.Optional;

/** What {@code --help} says. */
final class HelpText {
    private static final String GENERAL = """
            proxy-mcp: an intercepting HTTP and HTTPS proxy whose traffic an AI agent reads over MCP.

            usage: java -jar proxy-mcp.jar [COMMAND] [OPTIONS]

              (none)        MCP over stdio: what an MCP client starts
              run           MCP over HTTP and a proxy beside it, with a random token
              capture       a proxy without MCP; a line for each exchange
              call TOOL     call one tool, here or on a running server
              tools [TOOL]  list the tools, or show one tool's schema
              worker        send requests that proxy_replay_enqueue put into a queue
              doctor        check what works on this machine
              demo          the main job on loopback, step by step

            options of the MCP server:
              --transport stdio|http  how clients connect (stdio; TRANSPORT in the environment)
              --port N                HTTP port (3001; PORT in the environment; 0 takes any free one)
              --bind ADDRESS          HTTP address (127.0.0.1; another needs --token)
              --token TOKEN           what HTTP clients send as Authorization: Bearer

            options of every command:
              --home DIR              what is kept: CA, sessions, files (PROXY_MCP_HOME in the environment, else ~/.proxy-mcp)
              --toolsets A,B          offer only these: core, session, analyse, replay, rules, browser
              --allow-path DIR        a folder that tools may read and write (repeatable)
              --allow-env NAME        an environment variable that replay may read (repeatable)
              --buffer-exchanges N    exchanges kept in memory (1000)
              --buffer-mb N           MiB of bodies kept in memory (64)
              --upstream URL          go out through this proxy: http, https, socks4, socks4a, socks5 or socks5h
              --no-proxy A,B          hosts reached without it: names, .suffixes, CIDR ranges, <local>
              --isolate-plugins       decoder plugins run in processes of their own
              --help, -h              this, or the help of a command
              --version               the version

            exit codes: 0 fine, 1 the tool said error, 2 bad command line, 3 could not start
            """;

    private static final String RUN = """
            usage: java -jar proxy-mcp.jar run [OPTIONS]

            Starts a proxy that records a session and MCP over HTTP, prints addresses, token and commands to try.
            Ctrl-C ends it, and the session cleanly.

              --port N        port of MCP (3001, or the next free one)
              --proxy-port N  port of the proxy (8080, or the next free one)
              --token TOKEN   token of MCP (a random one)
              --transparent-port N, --transparent-target-port N, --accept-encoding as_sent|decodable
                              as for capture
            """;

    private static final String CAPTURE = """
            usage: java -jar proxy-mcp.jar capture [OPTIONS]

            Starts a proxy and prints a line for each exchange. Ctrl-C ends it, and the session cleanly. With --session
            or --profile everything is kept: list it with "call proxy_list_sessions".

              --port N                    port to listen on (8080; 0 takes any free one)
              --bind ADDRESS              address to listen on (127.0.0.1; another needs --require-auth)
              --require-auth USER:PASS    what clients must send as Basic Proxy-Authorization
              --insecure-upstream         accept any certificate of an origin
              --upstream-ca FILE          PEM file with certificates to trust for origins
              --transparent-port N        a second port, for redirected traffic: TLS goes where its SNI says
              --transparent-target-port N port that redirected TLS goes to (443)
              --accept-encoding as_sent|decodable
                                          decodable takes out of requests what cannot be decoded here (as_sent)
              --upstream URL, --no-proxy A,B
                                          go out through another proxy, but for these hosts
              --session NAME              record a session of this name, kept under the home
              --profile full|preview      record a session: whole bodies (full), or 4,096 octets of each
              --max-disk-mb N             size at which bodies, then exchanges are left out (1024)
            """;

    private static final String CALL = """
            usage: java -jar proxy-mcp.jar call TOOL [JSON | KEY=VALUE ...] [--url URL [--token TOKEN]]

            Calls one tool and prints its JSON. Without --url the tool runs in this process, which then ends.

              --url URL      a running server, such as http://127.0.0.1:3001/mcp
              --token TOKEN  the token of that server

            examples:
              call proxy_get_ca_cert format=fingerprint
              call proxy_list_traffic '{"limit":5}' --url http://127.0.0.1:3001/mcp --token ...
            """;

    private static final String TOOLS = """
            usage: java -jar proxy-mcp.jar tools [TOOL] [--toolsets A,B]

            Lists the tools, or prints description and schemas of one as JSON.
            """;

    private static final String WORKER = """
            usage: java -jar proxy-mcp.jar worker [--queue URL] [OPTIONS]

            Takes jobs out of a queue, sends their requests, and puts the results back. Any number, on any number of
            machines, may share a Redis; the embedded queue is for one machine and one home. SIGTERM or Ctrl-C lets what
            is in flight end, and gives the rest back.

              --queue URL      embedded, redis://[:password@]host:port/db, or the same with rediss (embedded)
              --concurrency N  requests in flight at most (16)
              --name NAME      what proxy_replay_worker_status calls it (machine and process)
            """;

    private static final String DOCTOR = """
            usage: java -jar proxy-mcp.jar doctor [--home DIR]

            Checks Java, home, CA, brotli, ports and browser; says what to do where something is missing.
            """;

    private static final String DEMO = """
            usage: java -jar proxy-mcp.jar demo [--home DIR]

            Starts a server, a proxy, an origin with TLS and a client on loopback, and shows capture, query, decode, diff, replay and
            HAR, each with the call that does it. Needs no network, leaves nothing behind. Exits with 0 if each step proved itself.
            """;

    private HelpText() {}

    /** The help of a command, or the general one. */
    static String of(Optional<String> command) throws BadCommandLine {
        return switch (command.orElse("")) {
            case "" -> GENERAL;
            case "run" -> RUN;
            case "capture" -> CAPTURE;
            case "call" -> CALL;
            case "tools" -> TOOLS;
            case "worker" -> WORKER;
            case "doctor" -> DOCTOR;
            case "demo" -> DEMO;
            default -> throw new BadCommandLine("there is no command \"" + Terminal.clean(command.get()) + "\"; try --help");
        };
    }
}
