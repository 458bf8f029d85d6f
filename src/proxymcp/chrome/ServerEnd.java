package proxymcp.chrome;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Ends all targets of a server that ends, which has no time: what need not be asked is killed at once, all together. */
final class ServerEnd {
    /** Browsers that bring a profile of the caller's in order. */
    private final List<TargetRun> asked = new ArrayList<>();
    private final List<TargetRun> others = new ArrayList<>();
    private final List<Thread> clearing = new ArrayList<>();

    private ServerEnd() {}

    /**
     * Ends them, and returns when their folders are removed.
     *
     * @param starting what has no id yet
     */
    static void end(List<Target> targets, List<TargetRun> starting) {
        ServerEnd end = new ServerEnd();
        for (Target target : targets) {
            if (target.run().claim()) {
                (target instanceof Target.Browser browser && !browser.launched().ownProfile() ? end.asked : end.others).add(target.run());
            }
        }
        for (TargetRun run : starting) {
            if (run.claim()) {
                end.others.add(run);
            }
        }
        end.run();
    }

    private void run() {
        asked.forEach(run -> run.process().ifPresent(ChildProcess::ask));
        kill(others);
        TargetProcesses.awaitEnd(roots(asked), Target.GRACE_MILLIS);
        kill(asked);
        for (Thread thread : clearing) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** One look at all processes serves for all targets. */
    private void kill(List<TargetRun> runs) {
        if (runs.isEmpty()) {
            return;
        }
        List<Path> folders = new ArrayList<>();
        runs.forEach(run -> folders.add(run.folder().path()));
        TargetProcesses.kill(roots(runs), folders);
        runs.forEach(run -> clearing.add(Thread.ofVirtual().name("clear-target").start(run::clear)));
    }

    private static List<ProcessHandle> roots(List<TargetRun> runs) {
        List<ProcessHandle> roots = new ArrayList<>();
        runs.forEach(run -> roots.addAll(run.roots()));
        return roots;
    }
}
