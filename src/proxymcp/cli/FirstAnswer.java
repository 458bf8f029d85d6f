package proxymcp.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicBoolean;

/** Passes everything on, and starts a thread once the first answer is out: for work that would hold that answer up. */
final class FirstAnswer extends FilterOutputStream {
    private final Thread then;
    private final AtomicBoolean done = new AtomicBoolean();

    FirstAnswer(OutputStream out, Thread then) {
        super(out);
        this.then = then;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        out.flush();
        if (done.compareAndSet(false, true)) {
            then.start();
        }
    }
}
