package proxymcp.cli;

/** How the process ends. */
enum ExitCode {
    /** All went well. */
    FINE(0),
    /** The tool that was called said error, or the doctor found a fault. */
    TOOL_ERROR(1),
    /** The command line is not one that we know. */
    BAD_COMMAND_LINE(2),
    /** What was asked for could not be started. */
    COULD_NOT_START(3);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
