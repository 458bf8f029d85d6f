package proxymcp.chrome;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.tls.CertificateAuthority;

/** Starts browsers. Immutable. */
final class BrowserLaunch {
    /** A cold start on a busy machine takes many seconds; what opens no DevTools never will. */
    static final long START_MILLIS = 20_000;
    private static final long LOOK_MILLIS = 20;
    private static final long CLOSE_MILLIS = 500;
    private static final int COMPLAINT_BYTES = 600;

    private final Browsers browsers;
    private final Map<String, String> environment;
    private final Clock clock;
    private final long startMillis;

    /**
     * Starts browsers.
     *
     * @param startMillis how long one may take to open its DevTools
     */
    BrowserLaunch(Browsers browsers, Map<String, String> environment, Clock clock, long startMillis) {
        this.browsers = browsers;
        this.environment = Map.copyOf(environment);
        this.clock = clock;
        this.startMillis = startMillis;
    }

    /**
     * What will be started.
     *
     * @throws TargetException {@code browser_not_found}, {@code no_display}
     */
    Path program(LaunchOptions options) throws TargetException {
        Path program;
        if (options.executable().isEmpty()) {
            program = browsers.find(options.kind());
        } else {
            program = options.executable().get().toAbsolutePath();
            if (!Files.isRegularFile(program) || !Files.isExecutable(program)) {
                throw new TargetException("browser_not_found", "executable: " + program + (Files.exists(program) ? " is no program" : " does not exist"),
                        "leave executable out to have it found");
            }
        }
        if (!options.headless() && !browsers.hasDisplay()) {
            throw new TargetException("no_display", "A browser with a window needs a display, and neither DISPLAY nor WAYLAND_DISPLAY is set",
                    "set headless to true");
        }
        return program;
    }

    /**
     * Starts it and waits until its DevTools listen.
     *
     * @throws TargetException {@code launch_failed}, {@code bad_argument}
     */
    Launched start(LaunchOptions options, Path program, TargetRun run, CertificateAuthority authority) throws IOException, InterruptedException {
        boolean ownProfile = options.userDataDir().isEmpty();
        Path profile = options.userDataDir().map(Path::toAbsolutePath).orElse(run.folder().profile());
        // A browser that crashed has left its own there.
        Optional<ActivePort> stale = ActivePort.read(profile);
        BrowserCommand command = BrowserCommand.of(options, program, profile, run.folder(), run.port(), authority.spkiFingerprint());
        ProcessBuilder builder = new ProcessBuilder(command.words());
        builder.environment().clear();
        builder.environment().putAll(environment);
        String targetId = run.start(builder, "chrome_");
        ChildProcess child = run.process().orElseThrow();
        ActivePort port = await(options, program, child, profile, stale);
        if (!ownProfile) {
            run.folder().borrows(profile);
        }
        return new Launched(targetId, child.pid(), port.port(), port.path(), program, profile, ownProfile, run.port(), command.sandbox(),
                clock.millis(), options);
    }

    private ActivePort await(LaunchOptions options, Path program, ChildProcess child, Path profile, Optional<ActivePort> stale)
            throws TargetException, InterruptedException {
        long until = System.nanoTime() + startMillis * 1_000_000;
        while (true) {
            boolean over = child.awaitEnd(LOOK_MILLIS);
            Optional<ActivePort> port = ActivePort.read(profile);
            if (over) {
                throw ended(options, program, child);
            }
            if (port.isPresent() && !port.equals(stale)) {
                return port.get();
            }
            if (System.nanoTime() - until > 0) {
                throw new TargetException("launch_failed", options.kind().shown() + " did not open its DevTools within " + startMillis + " ms"
                        + complaint(child), options.userDataDir().isPresent()
                                ? "it opens none on its default profile: leave user_data_dir out, or name another folder" : hint(program));
            }
        }
    }

    private static TargetException ended(LaunchOptions options, Path program, ChildProcess child) throws InterruptedException {
        child.stderr().awaitEnd(CLOSE_MILLIS);
        int code = child.exitCode().orElse(-1);
        String hint = options.userDataDir().isPresent() ? "another browser may use that user_data_dir: close it, or leave user_data_dir out"
                : hint(program);
        return new TargetException("launch_failed", options.kind().shown() + " ended with exit code " + code + " while it started" + complaint(child),
                hint);
    }

    /** Ubuntu's Chromium is a snap, which is kept out of hidden folders of the user's home, such as the usual home of ours. */
    private static String hint(Path program) {
        try {
            if (program.toRealPath().endsWith("snap")) {
                return "it is a snap, which may not use hidden folders: choose a --home without one in its path, or another browser";
            }
        } catch (IOException e) {
            return "name another program with executable"; // It has gone meanwhile.
        }
        return "try the program by hand, or name another with executable";
    }

    private static String complaint(ChildProcess child) {
        String said = child.stderr().tail(COMPLAINT_BYTES).strip();
        return said.isEmpty() ? "" : "; it said: " + said;
    }

    /**
     * Has a browser close by itself, so that it leaves a profile of the caller's in order. Systems without signals know no other way; where it
     * does not answer, it is ended all the same.
     */
    static void askToClose(Launched browser) {
        if (browser.ownProfile()) {
            return;
        }
        try (DevToolsSocket socket = DevToolsSocket.open(URI.create(browser.webSocketUrl()), CLOSE_MILLIS)) {
            socket.call("Browser.close", JsonObject.EMPTY, CLOSE_MILLIS);
        } catch (TargetException e) {
            System.getLogger("proxymcp.chrome").log(System.Logger.Level.DEBUG, "a browser was not asked to close: {0}", e.getMessage());
        }
    }

    /** How results show it. */
    static ActiveTarget shown(Launched browser) {
        LaunchOptions options = browser.options();
        JsonObject.Builder details = JsonObject.builder().put("pid", browser.pid()).put("port", browser.debugPort())
                .put("browser", options.kind().id()).put("proxyPort", browser.proxyPort()).put("url", options.url())
                .put("incognito", options.incognito()).put("cdpHttpUrl", browser.httpUrl()).put("cdpVersionUrl", browser.httpUrl() + "/json/version")
                .put("cdpTargetsUrl", browser.httpUrl() + "/json/list").put("browserWebSocketDebuggerUrl", browser.webSocketUrl())
                .put("headless", options.headless()).put("executable", browser.executable().toString())
                .put("userDataDir", browser.ownProfile() ? JsonNull.NULL : new JsonString(browser.profile().toString()))
                .put("sandbox", browser.sandbox());
        if (!browser.sandbox()) {
            details.put("sandboxNote", BrowserCommand.isRoot() ? "off (--no-sandbox): Chromium does not run as root otherwise" : "off, as args say");
        }
        String description = options.kind().shown() + (options.headless() ? ", headless" : "") + (options.incognito() ? ", incognito" : "");
        return new ActiveTarget(browser.targetId(), Interceptors.CHROME, description, browser.startedAtMillis(), details.build());
    }
}
