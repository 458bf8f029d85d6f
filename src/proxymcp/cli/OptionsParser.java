package proxymcp.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.json.NearestName;
import proxymcp.proxy.AcceptEncoding;
import proxymcp.proxy.ListenerOptions;
import proxymcp.replay.queue.QueueUrl;
import proxymcp.upstream.NoProxy;
import proxymcp.upstream.UpstreamProxies;
import proxymcp.upstream.UpstreamProxy;

/** Turns words and environment into {@link Options}, before anything is opened. */
final class OptionsParser {
    private static final int MCP_PORT = 3001;
    private static final int PROXY_PORT = 8080;
    private static final int SESSION_NAME_CHARS = 200;
    private static final int MAX_DISK_MB = 1_024;
    private static final int WORKER_NAME_CHARS = 100;
    private static final int WORKER_CONCURRENCY = 16;
    private static final int WORKER_CONCURRENCY_MAX = 1_024;
    private static final int PORT_MAX = 65_535;
    /** The names that {@code --toolsets} takes; {@code Toolbox} has the same, but costs a start. */
    private static final List<String> TOOLSETS = List.of("core", "session", "analyse", "replay", "rules", "browser");
    private static final List<String> COMMANDS = List.of("run", "capture", "call", "tools", "worker", "doctor", "demo", "help");

    private final CommandLine line;
    private final Map<String, String> environment;

    private OptionsParser(CommandLine line, Map<String, String> environment) {
        this.line = line;
        this.environment = environment;
    }

    /**
     * Parses a command line.
     *
     * @throws BadCommandLine naming the option and its value
     */
    static Options parse(String[] args, Map<String, String> environment) throws BadCommandLine {
        return new OptionsParser(new CommandLine(args), environment).options();
    }

    private Options options() throws BadCommandLine {
        Path home = home();
        List<String> toolsets = toolsets();
        List<Path> allowPaths = allowPaths();
        List<String> allowEnv = allowEnv();
        Limits limits = new Limits(line.number("--buffer-exchanges", 1, 1_000_000, Limits.DEFAULT.exchangesMax()),
                line.number("--buffer-mb", 0, 65_536, Limits.DEFAULT.bodyMebibytesMax()));
        UpstreamProxies upstreams = upstreams();
        boolean isolatePlugins = line.flag("--isolate-plugins");
        Optional<String> word = line.word();
        String name = word.orElse("the MCP server");
        if (line.flag("--version")) {
            return new Options(home, toolsets, allowPaths, allowEnv, limits, upstreams, isolatePlugins, new Command.Version());
        }
        Command command = line.flag("--help") ? new Command.Help(word) : command(word);
        if (!(command instanceof Command.Help)) {
            line.requireAllTaken(name);
        }
        return new Options(home, toolsets, allowPaths, allowEnv, limits, upstreams, isolatePlugins, command);
    }

    private Command command(Optional<String> word) throws BadCommandLine {
        if (word.isEmpty()) {
            return serve();
        }
        return switch (word.get()) {
            case "run" -> new Command.Run(portChoice("--port", MCP_PORT), portChoice("--proxy-port", PROXY_PORT), line.value("--token"),
                    listener());
            case "capture" -> capture();
            case "call" -> call();
            case "tools" -> new Command.Tools(line.word());
            case "doctor" -> new Command.Doctor();
            case "demo" -> new Command.Demo();
            case "help" -> new Command.Help(line.word());
            case "worker" -> worker();
            default -> throw new BadCommandLine(unknownCommand(word.get()));
        };
    }

    private static String unknownCommand(String word) {
        Optional<String> nearest = NearestName.of(word, COMMANDS);
        return "unknown command \"" + Terminal.clean(word) + "\""
                + (nearest.isPresent() ? "; did you mean " + nearest.get() + "?" : "; known are " + String.join(", ", COMMANDS));
    }

    private Command serve() throws BadCommandLine {
        Optional<String> given = line.value("--transport");
        String transport = given.orElse(environment.getOrDefault("TRANSPORT", "stdio"));
        String origin = given.isPresent() ? "--transport" : "TRANSPORT in the environment";
        if (transport.equals("stdio")) {
            refuseWithStdio("--port", "--bind", "--token");
            return new Command.ServeStdio();
        }
        if (!transport.equals("http")) {
            throw new BadCommandLine(origin + ": expected stdio or http, got \"" + Terminal.clean(transport) + "\"");
        }
        String ofEnvironment = environment.getOrDefault("PORT", "");
        Optional<String> port = line.value("--port");
        int chosen = port.isPresent() ? CommandLine.number("--port", port.get(), 0, PORT_MAX)
                : ofEnvironment.isEmpty() ? MCP_PORT : CommandLine.number("PORT in the environment", ofEnvironment, 0, PORT_MAX);
        Optional<String> token = line.value("--token");
        return new Command.ServeHttp(bind(token.isPresent(), "--token"), chosen, token);
    }

    private void refuseWithStdio(String... names) throws BadCommandLine {
        for (String name : names) {
            if (line.value(name).isPresent()) {
                throw new BadCommandLine(name + " needs --transport http, got stdio");
            }
        }
    }

    private Command.PortChoice portChoice(String name, int fallback) throws BadCommandLine {
        Optional<String> given = line.value(name);
        return given.isPresent() ? new Command.PortChoice(CommandLine.number(name, given.get(), 0, PORT_MAX), true)
                : new Command.PortChoice(fallback, false);
    }

    private Command capture() throws BadCommandLine {
        Optional<Command.Recorded> recorded = recorded();
        Optional<String> auth = line.value("--require-auth");
        if (auth.isPresent() && auth.get().indexOf(':') <= 0) {
            throw new BadCommandLine("--require-auth: expected user:password");
        }
        Optional<String> caFile = line.value("--upstream-ca");
        return new Command.Capture(bind(auth.isPresent(), "--require-auth"), line.number("--port", 0, PORT_MAX, PROXY_PORT), auth,
                line.flag("--insecure-upstream"), caFile.isPresent() ? Optional.of(path("--upstream-ca", caFile.get())) : Optional.empty(),
                listener(), recorded);
    }

    /** What the proxy offers beside its main port. */
    private ListenerOptions listener() throws BadCommandLine {
        Optional<String> port = line.value("--transparent-port");
        Optional<String> target = line.value("--transparent-target-port");
        if (port.isEmpty() && target.isPresent()) {
            throw new BadCommandLine("--transparent-target-port needs --transparent-port");
        }
        String treatment = line.value("--accept-encoding").orElse("as_sent");
        if (!treatment.equals("as_sent") && !treatment.equals("decodable")) {
            throw new BadCommandLine("--accept-encoding: expected as_sent or decodable, got \"" + Terminal.clean(treatment) + "\"");
        }
        ListenerOptions options = ListenerOptions.DEFAULT.withAcceptEncoding(
                treatment.equals("decodable") ? AcceptEncoding.DECODABLE : AcceptEncoding.AS_SENT);
        int targetPort = target.isPresent() ? CommandLine.number("--transparent-target-port", target.get(), 1, PORT_MAX)
                : ListenerOptions.TLS_PORT;
        return port.isPresent() ? options.withTransparentPort(CommandLine.number("--transparent-port", port.get(), 0, PORT_MAX), targetPort)
                : options;
    }

    /** A session is recorded when anything about one is said. */
    private Optional<Command.Recorded> recorded() throws BadCommandLine {
        Optional<String> name = line.value("--session");
        Optional<String> profile = line.value("--profile");
        if (profile.isPresent() && !profile.get().equals("full") && !profile.get().equals("preview")) {
            throw new BadCommandLine("--profile: expected full or preview, got \"" + Terminal.clean(profile.get()) + "\"");
        }
        if (name.isPresent() && (name.get().isBlank() || name.get().length() > SESSION_NAME_CHARS)) {
            throw new BadCommandLine("--session: expected a name of 1 to " + SESSION_NAME_CHARS + " characters, got \""
                    + Terminal.clean(name.get()) + "\"");
        }
        Optional<String> cap = line.value("--max-disk-mb");
        int maxDiskMb = cap.isPresent() ? CommandLine.number("--max-disk-mb", cap.get(), 1, 16_777_216) : MAX_DISK_MB;
        if (name.isEmpty() && profile.isEmpty()) {
            if (cap.isPresent()) {
                throw new BadCommandLine("--max-disk-mb needs --session or --profile, which have a session recorded");
            }
            return Optional.empty();
        }
        return Optional.of(new Command.Recorded(name, profile.orElse("full"), maxDiskMb));
    }

    /** The address to listen on; one that other machines may reach needs something that keeps strangers out. */
    private String bind(boolean guarded, String guard) throws BadCommandLine {
        String address = line.value("--bind").orElse("127.0.0.1");
        boolean loopback = address.startsWith("127.") || address.equals("localhost") || address.equals("::1") || address.equals("[::1]");
        if (!loopback && !guarded) {
            throw new BadCommandLine("--bind " + Terminal.clean(address) + " can be reached from other machines: it needs " + guard);
        }
        return address;
    }

    private Command call() throws BadCommandLine {
        Optional<String> tool = line.word();
        if (tool.isEmpty()) {
            throw new BadCommandLine("call needs the name of a tool; \"tools\" lists them");
        }
        Optional<String> url = line.value("--url");
        Optional<String> token = line.value("--token");
        if (token.isPresent() && url.isEmpty()) {
            throw new BadCommandLine("--token needs --url, the server it is for");
        }
        if (url.isPresent() && !url.get().startsWith("http://") && !url.get().startsWith("https://")) {
            throw new BadCommandLine("--url: expected an http or https URL, got \"" + Terminal.clean(url.get()) + "\"");
        }
        return new Command.Call(tool.get(), line.words(), url, token);
    }

    private Command worker() throws BadCommandLine {
        String url = line.value("--queue").orElse(QueueUrl.EMBEDDED);
        Optional<QueueUrl> queue = QueueUrl.parse(url);
        if (queue.isEmpty()) { // Without the value, which may hold a password.
            throw new BadCommandLine("--queue: expected embedded, redis://[:password@]host:port/db, or the same with rediss");
        }
        Optional<String> name = line.value("--name");
        if (name.isPresent() && (name.get().isBlank() || name.get().length() > WORKER_NAME_CHARS)) {
            throw new BadCommandLine("--name: expected 1 to " + WORKER_NAME_CHARS + " characters, got \"" + Terminal.clean(name.get()) + "\"");
        }
        return new Command.Worker(queue.get(), line.number("--concurrency", 1, WORKER_CONCURRENCY_MAX, WORKER_CONCURRENCY), name);
    }

    private Path home() throws BadCommandLine {
        Optional<String> given = line.value("--home");
        String ofEnvironment = environment.getOrDefault("PROXY_MCP_HOME", "");
        if (given.isPresent()) {
            return path("--home", given.get());
        }
        if (!ofEnvironment.isEmpty()) {
            return path("PROXY_MCP_HOME in the environment", ofEnvironment);
        }
        return UserHome.find(environment).orElseThrow(
                () -> new BadCommandLine("the home folder of this user is not known: say with --home DIR where to keep the CA"))
                .resolve(".proxy-mcp");
    }

    private List<String> toolsets() throws BadCommandLine {
        Optional<String> given = line.value("--toolsets");
        if (given.isEmpty()) {
            return TOOLSETS;
        }
        Set<String> chosen = new LinkedHashSet<>();
        for (String name : given.get().split(",", -1)) {
            if (!TOOLSETS.contains(name.strip())) {
                throw new BadCommandLine("--toolsets: expected names out of " + String.join(",", TOOLSETS) + ", got \""
                        + Terminal.clean(name) + "\"");
            }
            chosen.add(name.strip());
        }
        return List.copyOf(chosen);
    }

    private UpstreamProxies upstreams() throws BadCommandLine {
        Optional<String> url = line.value("--upstream");
        Optional<String> spared = line.value("--no-proxy");
        if (url.isEmpty()) {
            if (spared.isPresent()) {
                throw new BadCommandLine("--no-proxy needs --upstream, the proxy that its hosts are reached without");
            }
            return UpstreamProxies.NONE;
        }
        UpstreamProxy proxy;
        try {
            proxy = UpstreamProxy.parse(url.get());
        } catch (IllegalArgumentException refused) {
            throw new BadCommandLine("--upstream: " + refused.getMessage()); // Without the value, which may hold a password.
        }
        try {
            NoProxy except = spared.isPresent() ? NoProxy.parse(List.of(spared.get().split(",", -1))) : NoProxy.NONE;
            return UpstreamProxies.NONE.withGlobal(Optional.of(new UpstreamProxies.Entry(proxy, except)));
        } catch (IllegalArgumentException refused) {
            throw new BadCommandLine("--no-proxy: " + Terminal.clean(refused.getMessage()));
        }
    }

    private List<Path> allowPaths() throws BadCommandLine {
        List<Path> paths = new ArrayList<>();
        for (String value : line.all("--allow-path")) {
            paths.add(path("--allow-path", value));
        }
        return List.copyOf(paths);
    }

    private List<String> allowEnv() throws BadCommandLine {
        List<String> names = line.all("--allow-env");
        for (String name : names) {
            boolean valid = !name.isEmpty() && !Character.isDigit(name.charAt(0));
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                valid &= c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            }
            if (!valid) {
                throw new BadCommandLine("--allow-env: expected the name of an environment variable, got \"" + Terminal.clean(name) + "\"");
            }
        }
        return List.copyOf(names);
    }

    private static Path path(String name, String text) throws BadCommandLine {
        try {
            if (!text.isEmpty()) {
                return Path.of(text).toAbsolutePath().normalize();
            }
        } catch (InvalidPathException e) {
            // The same answer as for an empty one.
        }
        throw new BadCommandLine(name + ": expected a path, got \"" + Terminal.clean(text) + "\"");
    }
}
