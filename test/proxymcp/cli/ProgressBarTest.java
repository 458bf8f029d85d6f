package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ProgressBarTest {
    @Test
    void aBarIsAsFullAsStepsAreDone() {
        assertEquals("[" + "-".repeat(24) + "] 1/4 first", ProgressBar.line(0, 4, "first"));
        assertEquals("[" + "#".repeat(18) + "-".repeat(6) + "] 4/4 last", ProgressBar.line(3, 4, "last"));
        assertEquals("[" + "-".repeat(24) + "] 1/1 " + "x".repeat(67) + "...", ProgressBar.line(0, 1, "x".repeat(71)));
    }

    @Test
    void onATerminalItIsDrawnWhileSomethingLastsAndCleared() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CountDownLatch drawn = new CountDownLatch(2);
        OutputStream watched = new OutputStream() {
            @Override
            public void write(int octet) {
                out.write(octet);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                out.write(bytes, offset, length);
                drawn.countDown();
            }
        };
        try (ProgressBar bar = new ProgressBar(new Terminal(watched, false, true), 1)) {
            bar.show(1, 2, "second");
            drawn.await();
            bar.hide();
            String shown = out.toString(StandardCharsets.UTF_8);
            assertTrue(shown.startsWith("\r\u001b[K[" + "#".repeat(12) + "-".repeat(12) + "] 2/2 second 1 s\r\u001b[K["), shown);
            assertTrue(shown.endsWith("\r\u001b[K"), shown);
        }
    }

    @Test
    void elsewhereNothingIsDrawn() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ProgressBar bar = new ProgressBar(new Terminal(out, false, false), 1)) {
            bar.show(1, 2, "second");
            bar.hide();
        }
        assertEquals(0, out.size());
    }
}
