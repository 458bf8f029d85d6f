package proxymcp.chrome;

import java.io.Closeable;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The browsers and processes of this server. Their folders are {@code <home>/profiles/<server>/<target>}; a server that died left them, and
 * perhaps its browsers: {@link #removeLeftBehind} ends and removes those, and no others. Any thread may call.
 */
public final class Interceptors implements Closeable {
    /** Interceptor id of browsers. */
    public static final String CHROME = "chrome";
    /** Interceptor id of processes. */
    public static final String TERMINAL = "terminal";

    /**
     * None yet; nothing is opened.
     *
     * @param home its folder {@code profiles} holds what belongs to targets
     * @param environment what processes inherit
     */
    public Interceptors(Path home, Browsers browsers, Map<String, String> environment, Clock clock) {}

    /**
     * Starts a browser and waits until its DevTools listen.
     *
     * @throws TargetException {@code browser_not_found}, {@code no_display}, {@code launch_failed}, {@code bad_argument}, {@code proxy_stopped},
     *     {@code too_many_targets}; nothing is left then
     */
    public Launched launch(LaunchOptions options, TargetProxy proxy) throws TargetException, InterruptedException {
        throw new UnsupportedOperationException();
    }

    /**
     * Ends a browser and removes its profile, if it is ours.
     *
     * @throws TargetException {@code unknown_target}
     */
    public void closeBrowser(String targetId) throws TargetException {
        throw new UnsupportedOperationException();
    }

    /** The newest browser that lives. */
    public Optional<Launched> primary() {
        throw new UnsupportedOperationException();
    }

    /** The browsers that live, oldest first. */
    public List<Launched> browsers() {
        throw new UnsupportedOperationException();
    }

    /**
     * One browser.
     *
     * @throws TargetException {@code unknown_target}; {@code browser_dead} if it ended by itself
     */
    public Launched browser(String targetId) throws TargetException {
        throw new UnsupportedOperationException();
    }

    /**
     * Starts a program.
     *
     * @return {@code proc_<pid>}; the program may have ended already
     * @throws TargetException {@code command_not_found}, {@code spawn_failed}, {@code proxy_stopped}, {@code too_many_targets}
     */
    public ActiveTarget spawn(SpawnOptions options, TargetProxy proxy) throws TargetException {
        throw new UnsupportedOperationException();
    }

    /**
     * Opens a port for programs that somebody else starts, such as a shell.
     *
     * @return {@code env_<number>}; ended by {@link #kill}
     * @throws TargetException {@code spawn_failed}, {@code proxy_stopped}, {@code too_many_targets}
     */
    public Prepared prepare(TargetProxy proxy) throws TargetException {
        throw new UnsupportedOperationException();
    }

    /**
     * A process that was spawned, whether it still runs or not.
     *
     * @throws TargetException {@code unknown_target}
     */
    public ChildProcess process(String targetId) throws TargetException {
        throw new UnsupportedOperationException();
    }

    /**
     * Ends a process and those it started, or a port that was prepared; it is forgotten then.
     *
     * @return what it left; empty for a port
     * @throws TargetException {@code unknown_target}
     */
    public Optional<Killed> kill(String targetId) throws TargetException {
        throw new UnsupportedOperationException();
    }

    /** All ways to capture, with what is captured now. Browsers that ended by themselves are dropped. */
    public List<InterceptorStatus> list() {
        throw new UnsupportedOperationException();
    }

    /**
     * One way to capture.
     *
     * @throws TargetException {@code unknown_interceptor}
     */
    public InterceptorStatus status(String interceptorId) throws TargetException {
        throw new UnsupportedOperationException();
    }

    /** How results show a browser that was launched. */
    public ActiveTarget shown(Launched browser) {
        throw new UnsupportedOperationException(browser.targetId());
    }

    /**
     * Ends everything.
     *
     * @return number of targets that were ended
     */
    public int deactivateAll() {
        throw new UnsupportedOperationException();
    }

    /** Ends what servers that died left, and removes their folders. What fails is logged. */
    public void removeLeftBehind() {}

    @Override
    public void close() {}
}
