package proxymcp.chrome;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import proxymcp.json.JsonObject;
import proxymcp.proxy.ProxyStartException;

/**
 * The browsers and processes of this server. Their folders are {@code <home>/profiles/<server>/<target>}; a server that died left them, and
 * perhaps its browsers: {@link #removeLeftBehind} ends and removes those, and no others.
 *
 * <p>Any thread may call. The lock guards the collections and is not held while anything starts or ends.
 */
public final class Interceptors implements Closeable {
    /** Interceptor id of browsers. */
    public static final String CHROME = "chrome";
    /** Interceptor id of processes. */
    public static final String TERMINAL = "terminal";
    /** Targets at a time. */
    public static final int TARGETS_MAX = 50;

    private static final int DEAD_MAX = 100;
    private static final int EXITED_MAX = 20;
    private static final long OUTPUT_MILLIS = 1_000;
    private static final long GIVE_UP_NANOS = 1_000_000_000;

    private final Browsers browsers;
    private final BrowserLaunch launch;
    private final ProcessSpawn spawn;
    private final TargetFolders folders;
    private final Clock clock;
    private final AtomicInteger prepared = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition givenUp = lock.newCondition();
    /** By target id, oldest first. */
    private final Map<String, Target> targets = new LinkedHashMap<>();
    /** What has no id yet. */
    private final Set<TargetRun> starting = new LinkedHashSet<>();
    /** Ids of browsers that ended by themselves. */
    private final Set<String> dead = new LinkedHashSet<>();
    private boolean closed;

    /** Starts something in a run that will be ended should it fail. */
    private interface Starting<T, X extends Exception> {
        T start(TargetRun run) throws IOException, X;
    }

    /**
     * None yet; nothing is opened.
     *
     * @param home its folder {@code profiles} holds what belongs to targets, {@code programs} what their variables name
     * @param environment what processes inherit
     */
    public Interceptors(Path home, Browsers browsers, Map<String, String> environment, Clock clock) {
        this.browsers = browsers;
        this.launch = new BrowserLaunch(browsers, environment, clock, BrowserLaunch.START_MILLIS);
        this.spawn = new ProcessSpawn(environment, ProgramFiles.in(home), clock);
        this.folders = new TargetFolders(home);
        this.clock = clock;
    }

    /**
     * Starts a browser and waits until its DevTools listen.
     *
     * @throws TargetException {@code browser_not_found}, {@code no_display}, {@code launch_failed}, {@code bad_argument}, {@code proxy_stopped},
     *     {@code too_many_targets}; nothing is left then
     */
    public Launched launch(LaunchOptions options, TargetProxy proxy) throws TargetException, InterruptedException {
        Path program = launch.program(options);
        return this.<Launched, InterruptedException>begin(proxy, "browser", "launch_failed", run -> {
            Launched launched = launch.start(options, program, run, proxy.authority());
            add(launched.targetId(), new Target.Browser(launched, run));
            run.process().orElseThrow().whenEnded(() -> forgetDead(launched.targetId(), run));
            return launched;
        });
    }

    /**
     * Starts a program.
     *
     * @return {@code proc_<pid>}; the program may have ended already
     * @throws TargetException {@code command_not_found}, {@code spawn_failed}, {@code bad_argument}, {@code proxy_stopped},
     *     {@code too_many_targets}; nothing is left then
     */
    public ActiveTarget spawn(SpawnOptions options, TargetProxy proxy) throws TargetException {
        spawn.check(options);
        return this.<ActiveTarget, RuntimeException>begin(proxy, "process", "spawn_failed", run -> {
            ProcessSpawn.Facts facts = spawn.start(options, run, proxy.authority());
            add(facts.targetId(), new Target.Spawned(facts, run));
            return facts.shown(run.process().orElseThrow());
        });
    }

    /**
     * Opens a port for programs that somebody else starts, such as a shell.
     *
     * @return {@code env_<number>}; ended by {@link #kill}
     * @throws TargetException {@code spawn_failed}, {@code proxy_stopped}, {@code too_many_targets}
     */
    public Prepared prepare(TargetProxy proxy) throws TargetException {
        return this.<Prepared, RuntimeException>begin(proxy, "env", "spawn_failed", run -> {
            ProxyEnvironment environment = spawn.environment(run, proxy.authority());
            String id = "env_" + prepared.incrementAndGet();
            ActiveTarget shown = new ActiveTarget(id, TERMINAL, "variables for programs started elsewhere", clock.millis(),
                    ProcessSpawn.way(JsonObject.builder(), run, proxy.authority()).build());
            run.serve(id);
            add(id, new Target.Port(shown, run));
            return new Prepared(shown, environment);
        });
    }

    private <T, X extends Exception> T begin(TargetProxy proxy, String kind, String code, Starting<T, X> what) throws TargetException, X {
        requireOpen();
        removeLeftBehind();
        TargetRun run = null;
        boolean done = false;
        try {
            run = TargetRun.open(proxy, folders, kind);
            reserve(run);
            T result = what.start(run);
            done = true;
            return result;
        } catch (TargetException e) {
            throw e;
        } catch (ProxyStartException e) {
            throw new TargetException(e.code().equals("proxy_stopped") ? e.code() : code, "No port of the proxy can be opened: " + e.getMessage(), "", e);
        } catch (IOException e) {
            throw new TargetException(code, "It cannot be started: " + e.getMessage(), "", e);
        } finally {
            if (run != null) {
                release(run, done);
            }
        }
    }

    private void requireOpen() throws TargetException {
        lock.lock();
        try {
            if (closed) {
                throw new TargetException("proxy_stopped", "The server is ending", "");
            }
        } finally {
            lock.unlock();
        }
    }

    private void reserve(TargetRun run) throws TargetException {
        lock.lock();
        try {
            requireOpen();
            dropExited();
            if (targets.size() + starting.size() >= TARGETS_MAX) {
                throw new TargetException("too_many_targets", TARGETS_MAX + " browsers and processes are active already",
                        "close some with interceptor_chrome_close or interceptor_kill");
            }
            starting.add(run);
        } finally {
            lock.unlock();
        }
    }

    private void release(TargetRun run, boolean done) {
        if (!done) {
            run.end(0);
        }
        lock.lock();
        try {
            starting.remove(run);
            givenUp.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void add(String targetId, Target target) throws TargetException {
        Optional<Target> before;
        lock.lock();
        try {
            if (closed || target.run().isEnded()) {
                throw new TargetException("proxy_stopped", "It was ended while it started", "");
            }
            dead.remove(targetId);
            before = Optional.ofNullable(targets.remove(targetId)); // The system has given its number anew.
            targets.put(targetId, target);
        } finally {
            lock.unlock();
        }
        before.ifPresent(old -> old.run().end(0));
    }

    /** Processes that have ended are kept for their output, but not for ever. */
    private void dropExited() {
        List<String> exited = new ArrayList<>();
        targets.forEach((id, target) -> {
            if (target instanceof Target.Spawned && !target.run().isAlive()) {
                exited.add(id);
            }
        });
        for (String id : exited.subList(0, Math.max(0, exited.size() - EXITED_MAX))) {
            TargetRun run = targets.remove(id).run();
            Thread.ofVirtual().start(() -> run.end(0));
        }
    }

    private void forgetDead(String targetId, TargetRun run) {
        lock.lock();
        try {
            if (targets.get(targetId) instanceof Target.Browser browser && browser.run() == run) {
                targets.remove(targetId);
                dead.add(targetId);
                if (dead.size() > DEAD_MAX) {
                    dead.remove(dead.iterator().next());
                }
            }
        } finally {
            lock.unlock();
        }
        run.end(0);
    }

    /**
     * Ends a browser and removes its profile, if it is ours.
     *
     * @throws TargetException {@code unknown_target}
     */
    public void closeBrowser(String targetId) throws TargetException {
        Target.Browser browser;
        lock.lock();
        try {
            if (dead.remove(targetId)) {
                return; // It ended by itself, and was cleaned up then.
            }
            browser = (Target.Browser) take(targetId, Target.Browser.class);
        } finally {
            lock.unlock();
        }
        browser.end();
    }

    /**
     * Ends a process and those it started, or a port that was prepared; it is forgotten then.
     *
     * @return what it left; empty for a port
     * @throws TargetException {@code unknown_target}
     */
    public Optional<Killed> kill(String targetId) throws TargetException {
        Target target;
        lock.lock();
        try {
            target = take(targetId, targets.get(targetId) instanceof Target.Port ? Target.Port.class : Target.Spawned.class);
        } finally {
            lock.unlock();
        }
        target.end();
        Optional<ChildProcess> process = target.run().process();
        if (process.isEmpty()) {
            return Optional.empty();
        }
        // What it printed last may still be on its way.
        try {
            process.get().stdout().awaitEnd(OUTPUT_MILLIS);
            process.get().stderr().awaitEnd(OUTPUT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.of(new Killed(process.get().stdout().tail(Killed.TAIL_BYTES), process.get().stderr().tail(Killed.TAIL_BYTES),
                process.get().exitCode()));
    }

    private Target take(String targetId, Class<? extends Target> kind) throws TargetException {
        Target target = targets.get(targetId);
        if (!kind.isInstance(target)) {
            throw unknown(targetId);
        }
        return targets.remove(targetId);
    }

    private TargetException unknown(String targetId) {
        Target other = targets.get(targetId);
        String hint = other instanceof Target.Browser ? "it is a browser: interceptor_chrome_close ends it"
                : other != null ? "it is a process: interceptor_kill ends it" : "interceptor_list shows those that are active";
        return new TargetException("unknown_target", "There is no such " + (other == null ? "" : "kind of ") + "target: " + targetId, hint);
    }

    /** Whether a browser with a window can be started. */
    public boolean hasDisplay() {
        return browsers.hasDisplay();
    }

    /** The newest browser that lives. */
    public Optional<Launched> primary() {
        List<Launched> live = browsers();
        return live.isEmpty() ? Optional.empty() : Optional.of(live.get(live.size() - 1));
    }

    /** The browsers that live, oldest first. */
    public List<Launched> browsers() {
        List<Launched> live = new ArrayList<>();
        lock.lock();
        try {
            for (Target target : targets.values()) {
                if (target instanceof Target.Browser browser && browser.run().isAlive()) {
                    live.add(browser.launched());
                }
            }
        } finally {
            lock.unlock();
        }
        return live;
    }

    /**
     * One browser.
     *
     * @throws TargetException {@code unknown_target}; {@code browser_dead} if it ended by itself
     */
    public Launched browser(String targetId) throws TargetException {
        lock.lock();
        try {
            Target target = targets.get(targetId);
            if (target instanceof Target.Browser browser && browser.run().isAlive()) {
                return browser.launched();
            }
            if (target instanceof Target.Browser || dead.contains(targetId)) {
                throw new TargetException("browser_dead", "The browser " + targetId + " has ended by itself",
                        "launch another with interceptor_chrome_launch");
            }
            throw unknown(targetId);
        } finally {
            lock.unlock();
        }
    }

    /**
     * A process that was spawned, whether it still runs or not.
     *
     * @throws TargetException {@code unknown_target}
     */
    public ChildProcess process(String targetId) throws TargetException {
        lock.lock();
        try {
            if (targets.get(targetId) instanceof Target.Spawned spawned) {
                return spawned.run().process().orElseThrow();
            }
            throw unknown(targetId);
        } finally {
            lock.unlock();
        }
    }

    /** All ways to capture, with what is captured now. Browsers that ended by themselves are dropped. */
    public List<InterceptorStatus> list() {
        List<ActiveTarget> windows = new ArrayList<>();
        browsers().forEach(browser -> windows.add(shown(browser)));
        List<ActiveTarget> processes = new ArrayList<>();
        lock.lock();
        try {
            for (Target target : targets.values()) {
                switch (target) {
                    case Target.Browser browser -> { }
                    case Target.Spawned spawned -> processes.add(spawned.facts().shown(spawned.run().process().orElseThrow()));
                    case Target.Port port -> processes.add(port.shown());
                }
            }
        } finally {
            lock.unlock();
        }
        return List.of(new InterceptorStatus(CHROME, "Chrome", "Browsers that go through the proxy: Chrome, Chromium, Brave, Edge",
                        browsers.any().isPresent(), windows),
                new InterceptorStatus(TERMINAL, "Terminal", "Programs that go through the proxy by their variables", true, processes));
    }

    /**
     * One way to capture.
     *
     * @throws TargetException {@code unknown_interceptor}
     */
    public InterceptorStatus status(String interceptorId) throws TargetException {
        for (InterceptorStatus status : list()) {
            if (status.id().equals(interceptorId)) {
                return status;
            }
        }
        throw new TargetException("unknown_interceptor", "There is no interceptor " + interceptorId, "there are " + CHROME + " and " + TERMINAL);
    }

    /** How results show a browser that was launched. */
    public ActiveTarget shown(Launched browser) {
        return BrowserLaunch.shown(browser);
    }

    /**
     * Has targets that outlived their proxy go through {@code proxy}, on the ports that they know. Where a port was taken meanwhile, its target
     * stays cut off, which is logged.
     */
    public void reconnect(TargetProxy proxy) {
        List<Target> all;
        lock.lock();
        try {
            all = List.copyOf(targets.values());
        } finally {
            lock.unlock();
        }
        for (Target target : all) {
            try {
                target.run().reconnect(proxy.server());
            } catch (ProxyStartException e) {
                System.getLogger("proxymcp.chrome").log(System.Logger.Level.WARNING, "a target has no way to the proxy any more: {0}", e.getMessage());
            }
        }
    }

    /**
     * Ends everything.
     *
     * @return number of targets that were ended
     */
    public int deactivateAll() {
        List<Target> all = takeAll(false);
        Target.endAll(all);
        return all.size();
    }

    private List<Target> takeAll(boolean forGood) {
        lock.lock();
        try {
            closed |= forGood;
            List<Target> all = List.copyOf(targets.values());
            targets.clear();
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Ends what servers that died left, and removes their folders. What fails is logged. */
    public void removeLeftBehind() {
        folders.removeLeftBehind();
    }

    /** Ends everything, quickly; nothing can be started any more. */
    @Override
    public void close() throws IOException {
        ServerEnd.end(takeAll(true), startingNow());
        awaitGivenUp();
        folders.close();
    }

    private List<TargetRun> startingNow() {
        lock.lock();
        try {
            return List.copyOf(starting);
        } finally {
            lock.unlock();
        }
    }

    /** Who starts something still, sees that it was ended, and clears away what it made since. */
    private void awaitGivenUp() {
        lock.lock();
        try {
            for (long left = GIVE_UP_NANOS; !starting.isEmpty() && left > 0;) {
                left = givenUp.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
