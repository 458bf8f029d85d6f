package proxymcp.store;

/** Work that nobody waits for. */
public final class Unwatched implements WorkWatch {
    /** Never asks for anything, and never ends the work. */
    public static final WorkWatch NOBODY = new Unwatched();

    private Unwatched() {}

    @Override
    public void done(long done, long total) {
        // Nobody looks.
    }

    @Override
    public boolean cancelled() {
        return false;
    }
}
