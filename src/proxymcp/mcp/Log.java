package proxymcp.mcp;

/** The log of this package, on stderr: class names of faults, never their texts, which may quote captured data. */
final class Log {
    private Log() {
    }

    static void fault(String where, Throwable fault) {
        StackTraceElement[] trace = fault.getStackTrace();
        String at = trace.length == 0 ? "" : " at " + trace[0];
        // The logger is looked up here, since the logging system costs too much at start to be touched without need.
        System.getLogger("proxymcp.mcp").log(System.Logger.Level.WARNING,
                "fault in " + where + ": " + fault.getClass().getName() + at);
    }
}
