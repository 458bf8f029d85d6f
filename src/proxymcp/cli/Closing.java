package proxymcp.cli;

import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What must be closed before the process ends: everything that was added, the latest first, once. Runs at the regular end of a command
 * and when the process is told to end (Ctrl-C, SIGTERM). Browsers and processes come first, then a session that is
 * recorded; they have {@value #SESSION_MILLIS} ms, as the disk may be slow. Everything else together never takes longer than {@value #CLOSE_MILLIS} ms.
 *
 * <p>Any thread may call; the monitor guards the lists and is not held while something closes.
 */
final class Closing implements Closeable {
    private static final long CLOSE_MILLIS = 300;
    private static final long SESSION_MILLIS = 10_000;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final CountDownLatch sessionsClosed = new CountDownLatch(1);
    private final CountDownLatch allClosed = new CountDownLatch(1);
    private final Deque<AutoCloseable> sessions = new ArrayDeque<>();
    private boolean closing;

    /** Nothing to close yet. */
    Closing() {
        this(true);
    }

    private Closing(boolean atEndOfProcess) {
        if (atEndOfProcess) {
            Runtime.getRuntime().addShutdownHook(new Hook());
        }
    }

    /** For a part of the process that may end before it: {@link #close} ends it, and the process waits for nobody. */
    static Closing ofPart() {
        return new Closing(false);
    }

    /** Closes everything, and the process goes on. Doing it again changes nothing. */
    @Override
    public void close() {
        if (begin()) {
            closeAll();
        }
    }

    /** A signal came, or the process ends by itself and there is nothing left to close. */
    private final class Hook extends Thread {
        @Override
        public void run() {
            if (begin()) {
                new Guard(ExitCode.FINE).start();
                closeAll();
                // A signal would end the process with its own number; to end when told to is fine.
                Runtime.getRuntime().halt(ExitCode.FINE.code());
            } else {
                awaitClosed();
            }
        }

        /** A host may close standard input and send a signal at once: the process must not end while another thread still closes. */
        private void awaitClosed() {
            try {
                allClosed.await(); // The guard ends the process if that takes too long.
            } catch (InterruptedException nobodyDoes) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the process when closing takes too long. */
    private final class Guard extends Thread {
        private final ExitCode code;

        Guard(ExitCode code) {
            this.code = code;
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                sessionsClosed.await(SESSION_MILLIS, TimeUnit.MILLISECONDS);
                Thread.sleep(CLOSE_MILLIS);
            } catch (InterruptedException nobodyDoes) {
                // Then it ends at once.
            }
            Runtime.getRuntime().halt(code.code());
        }
    }

    /** Closes {@code closeable} at the end, before what was added earlier; at once if the end has come. */
    <T extends AutoCloseable> T add(T closeable) {
        return add(closeable, open);
    }

    /** Ends browsers and processes at the end, before the session that their traffic goes to. */
    <T extends AutoCloseable> T addTargets(T targets) {
        return add(targets, sessions);
    }

    /** Closes a session at the end, before everything else, and waits for the disk longer. */
    <T extends AutoCloseable> T addSession(T session) {
        return add(session, sessions);
    }

    private <T extends AutoCloseable> T add(T closeable, Deque<AutoCloseable> to) {
        boolean late;
        synchronized (open) {
            late = closing;
            if (!late) {
                to.push(closeable);
            }
        }
        if (late) {
            close(closeable);
        }
        return closeable;
    }

    /** Closes everything and ends the process. */
    void exit(ExitCode code) {
        if (begin()) {
            new Guard(code).start();
            closeAll();
        }
        System.exit(code.code());
    }

    private boolean begin() {
        synchronized (open) {
            boolean first = !closing;
            closing = true;
            return first;
        }
    }

    private void closeAll() {
        closeAll(sessions);
        sessionsClosed.countDown();
        closeAll(open);
        allClosed.countDown();
    }

    private void closeAll(Deque<AutoCloseable> from) {
        AutoCloseable next = next(from);
        while (next != null) {
            close(next);
            next = next(from);
        }
    }

    private static void close(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // The others are closed all the same; the class says enough for a log.
            System.err.println("proxy-mcp: closing " + closeable.getClass().getSimpleName() + ": " + e.getClass().getName());
        }
    }

    private AutoCloseable next(Deque<AutoCloseable> from) {
        synchronized (open) {
            return from.poll();
        }
    }
}
