package proxymcp.chrome;

import java.util.ArrayList;
import java.util.List;

/** What is captured, and how each kind ends. */
sealed interface Target {
    /** How long a target has to end by itself. */
    long GRACE_MILLIS = 2_000;

    /** What it holds. */
    TargetRun run();

    /** A browser. */
    record Browser(Launched launched, TargetRun run) implements Target {}

    /** A process, whether it still runs or not. */
    record Spawned(ProcessSpawn.Facts facts, TargetRun run) implements Target {}

    /** A port for programs that somebody else starts. */
    record Port(ActiveTarget shown, TargetRun run) implements Target {}

    /** Ends it, as a caller wants it. */
    default void end() {
        switch (this) {
            case Browser browser -> {
                BrowserLaunch.askToClose(browser.launched());
                browser.run().endBrowser(GRACE_MILLIS);
            }
            case Spawned spawned -> spawned.run().end(GRACE_MILLIS);
            case Port port -> port.run().end(0);
        }
    }

    /** Ends all of them at a time, as a caller wants it: each browser has its own wait, processes have one together. */
    static void endAll(List<Target> targets) {
        List<Thread> threads = new ArrayList<>();
        List<TargetRun> processes = new ArrayList<>();
        for (Target target : targets) {
            if (target instanceof Spawned) {
                processes.add(target.run());
            } else {
                threads.add(Thread.ofVirtual().name("end-target").start(target::end));
            }
        }
        TargetRun.endAll(processes, GRACE_MILLIS);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
