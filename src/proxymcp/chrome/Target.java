package proxymcp.chrome;

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
}
