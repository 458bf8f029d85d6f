package proxymcp.mcp;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import proxymcp.json.Json;
import proxymcp.json.JsonValue;

/** Writes messages as whole lines, one at a time under its lock, each flushed. Any thread. */
final class LineWriter implements Consumer<JsonValue> {
    private final OutputStream out;
    private final ReentrantLock writing = new ReentrantLock();

    LineWriter(OutputStream out) {
        this.out = out;
    }

    @Override
    public void accept(JsonValue message) {
        byte[] text = Json.bytes(message);
        byte[] line = Arrays.copyOf(text, text.length + 1);
        line[text.length] = '\n';
        writing.lock();
        try {
            out.write(line);
            out.flush();
        } catch (IOException gone) {
            // Nobody reads any more; the end of stdin, which follows, ends the work.
        } finally {
            writing.unlock();
        }
    }
}
