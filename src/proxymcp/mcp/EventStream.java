package proxymcp.mcp;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import proxymcp.json.Json;
import proxymcp.json.JsonValue;

/**
 * An answer as {@code text/event-stream}: notifications, and last the response. Between them a comment goes out every
 * few seconds; it keeps the connection alive, and its failure is the only sign that a client is gone.
 *
 * <p>Threads: any may send; a virtual thread of its own sends the comments until {@link #close}.
 */
final class EventStream implements Consumer<JsonValue>, AutoCloseable {
    private static final byte[] COMMENT = ": ka\n\n".getBytes(StandardCharsets.US_ASCII);

    private final OutputStream out;
    private final ReentrantLock writing = new ReentrantLock();
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean gone;
    private Runnable onGone = () -> { };

    /** A stream whose head has been sent. */
    EventStream(OutputStream out) {
        this.out = out;
    }

    /**
     * Begins to send comments. Called once, before the first message.
     *
     * @param whenGone runs once, when a write fails
     */
    void keepAlive(long millis, Runnable whenGone) {
        onGone = whenGone;
        Thread.ofVirtual().name("keep-alive").start(() -> sendComments(millis));
    }

    /** Sends a message as an event. */
    @Override
    public void accept(JsonValue message) {
        write(("event: message\ndata: " + Json.text(message) + "\n\n").getBytes(StandardCharsets.UTF_8));
    }

    private void sendComments(long millis) {
        try {
            while (!closed.await(millis, TimeUnit.MILLISECONDS)) {
                write(COMMENT);
            }
        } catch (InterruptedException stopped) {
            // Nobody interrupts this thread; if somebody does, comments end and nothing else.
        }
    }

    private void write(byte[] bytes) {
        writing.lock();
        try {
            if (gone || closed.getCount() == 0) {
                return;
            }
            out.write(bytes);
            out.flush();
            return;
        } catch (IOException broken) {
            gone = true;
        } finally {
            writing.unlock();
        }
        // Outside the lock: it runs whatever the call has registered.
        onGone.run();
    }

    /** Ends the comments; nothing is written after it returns. The underlying stream is the caller's to close. */
    @Override
    public void close() {
        writing.lock();
        closed.countDown();
        writing.unlock();
    }
}
