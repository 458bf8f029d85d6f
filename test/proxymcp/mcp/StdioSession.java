package proxymcp.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;

/** The client's end of a {@link StdioTransport} that serves on a thread of its own. */
public final class StdioSession implements AutoCloseable {
    private static final int PIPE_BYTES = 1 << 16;
    private static final int SECONDS_MAX = 20;

    private final PipedOutputStream toServer = new PipedOutputStream();
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final FutureTask<Boolean> serving;

    /** Serves {@code server} until {@link #end}. */
    public StdioSession(McpServer server) throws IOException {
        StdioTransport transport = new StdioTransport(server, new PipedInputStream(toServer, PIPE_BYTES), new Lines());
        serving = new FutureTask<>(() -> {
            transport.serve();
            return true;
        });
        Thread.ofPlatform().daemon().start(serving);
    }

    /** Each write must be one whole line: that is checked here. */
    private final class Lines extends OutputStream {
        @Override
        public void write(int b) {
            throw new AssertionError("one byte at a time");
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            String line = new String(bytes, offset, length, StandardCharsets.UTF_8);
            assertEquals(line.length() - 1, line.indexOf('\n'));
            lines.add(line.substring(0, line.length() - 1));
        }
    }

    void sendRaw(byte[] bytes) throws IOException {
        toServer.write(bytes);
        toServer.flush();
    }

    void send(String line) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(line.getBytes(StandardCharsets.UTF_8));
        bytes.write('\n');
        sendRaw(bytes.toByteArray());
    }

    /** The next line that the server writes. */
    String next() throws InterruptedException {
        String line = lines.poll(SECONDS_MAX, TimeUnit.SECONDS);
        assertFalse(line == null, "no answer in " + SECONDS_MAX + " s");
        return line;
    }

    JsonObject nextJson() throws InterruptedException, JsonException {
        return (JsonObject) Json.parse(next());
    }

    /** Sends a line and returns the next one that the server writes. */
    public String ask(String line) throws IOException, InterruptedException {
        send(line);
        return next();
    }

    /** How many lines came that nobody took. */
    int unread() {
        return lines.size();
    }

    /** Ends the input, and returns when the server has returned. */
    void end() throws IOException {
        toServer.close();
        try {
            serving.get(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException failed) {
            throw new AssertionError("the server did not return", failed);
        }
    }

    @Override
    public void close() throws IOException {
        end();
    }
}
