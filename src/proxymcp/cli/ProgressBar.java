package proxymcp.cli;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.TimeUnit;

/**
 * A bar on the last line of a terminal while something takes longer than a second; nothing elsewhere.
 *
 * <p>Any thread may call. A daemon thread draws; the lock guards what is shown, so that no bar is drawn after {@link #hide} has returned.
 */
final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 24;
    private static final int TEXT_CHARS_MAX = 70;
    private static final String CLEAR = "\r\u001b[K";

    private final Terminal terminal;
    private final long periodMillis;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Optional<String> text = Optional.empty();
    private int seconds;
    private boolean closed;

    /** Nothing is shown yet. */
    ProgressBar(Terminal terminal) {
        this(terminal, 1_000);
    }

    /** @param periodMillis what counts as a second */
    ProgressBar(Terminal terminal, long periodMillis) {
        this.terminal = terminal;
        this.periodMillis = periodMillis;
        if (terminal.isInteractive()) {
            Thread.ofPlatform().daemon().name("progress").start(this::draw);
        }
    }

    /** The bar as text: {@code done} of {@code total} steps filled, and what is done now, shortened. */
    static String line(int done, int total, String what) {
        int filled = done * WIDTH / Math.max(1, total);
        String shown = what.length() <= TEXT_CHARS_MAX ? what : what.substring(0, TEXT_CHARS_MAX - 3) + "...";
        return "[" + "#".repeat(filled) + "-".repeat(WIDTH - filled) + "] " + (done + 1) + "/" + total + " " + shown;
    }

    /** Shows it once this has gone on for a second, with the seconds so far. */
    void show(int done, int total, String what) {
        lock.lock();
        try {
            text = Optional.of(line(done, total, what));
            seconds = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes it away, so that a line can be printed. */
    void hide() {
        lock.lock();
        try {
            text = Optional.empty();
            if (seconds > 0) {
                write(CLEAR);
            }
            seconds = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void draw() {
        lock.lock();
        try {
            while (!closed) {
                if (text.isEmpty()) {
                    changed.await();
                } else if (!changed.await(periodMillis, TimeUnit.MILLISECONDS) && text.isPresent()) {
                    seconds++;
                    write(CLEAR + text.get() + " " + seconds + " s");
                }
            }
        } catch (InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void write(String shown) {
        try {
            terminal.write(shown);
        } catch (IOException gone) {
            text = Optional.empty(); // Nobody looks any more.
        }
    }

    /** Takes it away for good. */
    @Override
    public void close() {
        lock.lock();
        try {
            hide();
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
