package proxymcp.chrome;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.tls.CertificateAuthority;

/** Starts programs that go through the proxy. Immutable. */
final class ProcessSpawn {
    private static final int TAIL_BYTES = 1_024;
    /** How versions of the JDK tell the system's number of an error. */
    private static final Pattern MISSING = Pattern.compile("error[=:] ?2\\b");

    private final Map<String, String> environment;
    private final ProgramFiles files;
    private final Clock clock;

    /** What is known of a process from its start on. */
    record Facts(String targetId, SpawnOptions options, Path cwd, JsonObject way, long startedAtMillis) {
        /** How results show it now. */
        ActiveTarget shown(ChildProcess process) {
            OptionalInt exitCode = process.exitCode();
            JsonObject details = JsonObject.builder().put("pid", process.pid()).put("command", options.command())
                    .putStrings("args", options.args()).putAll(way).put("cwd", cwd.toString()).put("exited", exitCode.isPresent())
                    .put("exitCode", exitCode.isPresent() ? JsonNumber.of((long) exitCode.getAsInt()) : JsonNull.NULL)
                    .put("stdoutTail", process.stdout().tail(TAIL_BYTES)).put("stderrTail", process.stderr().tail(TAIL_BYTES)).build();
            return new ActiveTarget(targetId, Interceptors.TERMINAL, options.command(), startedAtMillis, details);
        }
    }

    ProcessSpawn(Map<String, String> environment, ProgramFiles files, Clock clock) {
        this.environment = Map.copyOf(environment);
        this.files = files;
        this.clock = clock;
    }

    /**
     * Checks what can be known before a start.
     *
     * @throws TargetException {@code bad_argument}, {@code command_not_found}
     */
    void check(SpawnOptions options) throws TargetException {
        if (options.cwd().isPresent() && !Files.isDirectory(options.cwd().get())) {
            throw new TargetException("bad_argument", "cwd: " + options.cwd().get() + " is no folder", "");
        }
        for (Map.Entry<String, String> variable : options.env().entrySet()) {
            if (variable.getKey().isEmpty() || variable.getKey().contains("=") || (variable.getKey() + variable.getValue()).indexOf('\0') >= 0) {
                throw new TargetException("bad_argument", "env: \"" + variable.getKey() + "\" is no name of a variable", "");
            }
        }
        if (options.command().isEmpty() || (options.command() + String.join("", options.args())).indexOf('\0') >= 0) {
            throw new TargetException("bad_argument", "command and args: expected text without NUL, and a command that is not empty", "");
        }
        program(options);
    }

    /** A name is looked for on the PATH that the program will have; the JDK would look on our own. */
    private String program(SpawnOptions options) throws TargetException {
        String command = options.command();
        if (command.contains("/") || File.separatorChar == '\\') {
            return command; // A path; or Windows, which looks in places of its own, and adds suffixes.
        }
        String path = options.env().getOrDefault("PATH", environment.getOrDefault("PATH", ""));
        for (String folder : path.split(File.pathSeparator)) {
            try {
                Path file = base(options).resolve(folder).resolve(command);
                if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                    return file.toString();
                }
            } catch (InvalidPathException e) {
                continue; // No folder of this system.
            }
        }
        throw new TargetException("command_not_found", "There is no program " + command + " on PATH (" + path + ")", "give its path");
    }

    private static Path base(SpawnOptions options) {
        return options.cwd().orElse(Path.of("")).toAbsolutePath();
    }

    /**
     * Starts a program.
     *
     * @throws TargetException {@code command_not_found}, {@code spawn_failed}
     */
    Facts start(SpawnOptions options, TargetRun run, CertificateAuthority authority) throws IOException {
        ProxyEnvironment ours = environment(run, authority);
        List<String> words = new ArrayList<>(List.of(program(options)));
        words.addAll(options.args());
        ProcessBuilder builder = new ProcessBuilder(words).directory(base(options).toFile());
        Map<String, String> variables = new LinkedHashMap<>(environment);
        variables.putAll(options.env());
        ours.putInto(variables);
        builder.environment().clear();
        builder.environment().putAll(variables);
        String targetId;
        try {
            targetId = run.start(builder, "proc_");
        } catch (IOException e) {
            throw failed(base(options), options.command(), e);
        }
        return new Facts(targetId, options, base(options), way(JsonObject.builder(), run, authority).build(), clock.millis());
    }

    /** Number 2 is ENOENT, of Unix and of Windows; of a script that is there, it is the interpreter's. */
    private static TargetException failed(Path base, String command, IOException e) {
        String cause = Optional.ofNullable(e.getCause()).map(Throwable::getMessage).orElse(String.valueOf(e.getMessage()));
        if (MISSING.matcher(cause).find() && !Files.exists(base.resolve(command))) {
            return new TargetException("command_not_found", "There is no program " + command, "give the path of a program", e);
        }
        return new TargetException("spawn_failed", command + " cannot be started: " + cause, "", e);
    }

    /** The variables for a port, and the files that they name. */
    ProxyEnvironment environment(TargetRun run, CertificateAuthority authority) throws IOException {
        files.write(authority.certificate());
        return ProxyEnvironment.of(run.port(), authority, files);
    }

    /** Where the proxy is, and what to trust, as results show it. */
    static JsonObject.Builder way(JsonObject.Builder details, TargetRun run, CertificateAuthority authority) {
        return details.put("proxyUrl", "http://127.0.0.1:" + run.port()).put("certPath", authority.certificateFile().toString())
                .put("note", NodePreload.NOTE);
    }
}
