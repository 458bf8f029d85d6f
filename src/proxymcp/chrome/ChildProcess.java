package proxymcp.chrome;

import java.util.OptionalInt;

/** A process that was started here, and what it prints. Any thread may call. */
public final class ChildProcess {
    /** Octets kept of each output. */
    static final int RING_BYTES = 256 * 1024;

    private final OutputRing stdout = new OutputRing(RING_BYTES);
    private final OutputRing stderr = new OutputRing(RING_BYTES);

    ChildProcess() {}

    /** Its number. */
    public long pid() {
        throw new UnsupportedOperationException();
    }

    /** Whether it runs. */
    public boolean isAlive() {
        throw new UnsupportedOperationException();
    }

    /** How it ended; empty while it runs. */
    public OptionalInt exitCode() {
        throw new UnsupportedOperationException();
    }

    /** What it prints. */
    public OutputRing stdout() {
        return stdout;
    }

    /** What it complains of. */
    public OutputRing stderr() {
        return stderr;
    }
}
