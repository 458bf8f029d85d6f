package proxymcp.chrome;

import java.util.OptionalInt;

/**
 * What a process that was killed, or had ended, left.
 *
 * @param stdoutTail the last octets it printed
 * @param stderrTail the last octets it printed
 * @param exitCode empty if it did not end in time
 */
public record Killed(String stdoutTail, String stderrTail, OptionalInt exitCode) {
    /** Octets of a tail. */
    public static final int TAIL_BYTES = 2_048;
}
