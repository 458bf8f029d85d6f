package proxymcp.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import proxymcp.exchange.ErrorClass;

/**
 * A connection that is being made, for one call, and that any thread may give up: closing this closes what the dialling thread waits for.
 *
 * <p>Owner: the thread that dials. Closing waits for nothing.
 */
final class Dialling implements Closeable {
    private volatile Optional<Closeable> awaited = Optional.empty();
    private volatile String step = "it began";
    private volatile boolean closed;

    /**
     * From now on the dialling thread waits for {@code resource}.
     *
     * @param next what it does, for a sentence: {@code connecting to a.test:80}
     * @param resource closing it ends the wait
     * @throws UpstreamException if the connection was given up
     */
    void begin(String next, Closeable resource) throws UpstreamException {
        check();
        step = next;
        awaited = Optional.of(resource);
        check(); // close() may have looked before it stood there.
    }

    /** @throws UpstreamException if the connection was given up */
    void check() throws UpstreamException {
        if (closed) {
            throw new UpstreamException(ErrorClass.CLIENT_ABORTED, "given up while " + step);
        }
    }

    @Override
    public void close() {
        closed = true;
        awaited.ifPresent(Dialling::close);
    }

    private static void close(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            return; // Closing was the point; the thread that waits for it tells what came of that.
        }
    }
}
