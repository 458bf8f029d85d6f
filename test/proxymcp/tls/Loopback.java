package proxymcp.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A listener on a free port of 127.0.0.1 that answers one connection after the other by a given conversation; what the
 * conversation of the next connection returned or threw is asked for with {@link #outcome}.
 */
final class Loopback<T> implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    /** What is done with an accepted connection. */
    interface Conversation<T> {
        T with(Socket socket) throws Exception;
    }

    private final ServerSocket listener;
    private final LinkedBlockingQueue<CompletableFuture<T>> outcomes =
            new LinkedBlockingQueue<>();

    Loopback(Conversation<T> conversation) throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                answerOne(conversation);
            }
        });
    }

    private void answerOne(Conversation<T> conversation) {
        Socket socket;
        try {
            socket = listener.accept();
        } catch (IOException e) {
            // Closed at the end of the test.
            return;
        }
        CompletableFuture<T> outcome = new CompletableFuture<>();
        try (socket) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            outcome.complete(conversation.with(socket));
        } catch (Exception e) {
            outcome.completeExceptionally(e);
        }
        outcomes.add(outcome);
    }

    int port() {
        return listener.getLocalPort();
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(listener.getInetAddress(), port());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    /** What the next connection's conversation returned; throws what it threw. */
    T outcome() throws Exception {
        CompletableFuture<T> next = outcomes.poll(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        if (next == null) {
            throw new IllegalStateException("no connection came to an end");
        }
        try {
            return next.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
