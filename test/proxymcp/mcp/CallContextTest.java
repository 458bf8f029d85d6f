package proxymcp.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cancelling sets the flag and runs each callback once. */
final class CallContextTest {
    private final CallContext context = CallContext.detached(CallOrigin.STDIO);
    private final List<String> ran = new ArrayList<>();

    @Test
    void cancellingRunsCallbacksOnce() {
        context.onCancel(() -> ran.add("a"));
        context.onCancel(() -> ran.add("b"));
        assertFalse(context.cancelled());
        context.cancel();
        context.cancel();
        assertTrue(context.cancelled());
        assertEquals(List.of("a", "b"), ran);
    }

    @Test
    void callbackOfACancelledCallRunsAtOnce() {
        context.cancel();
        context.onCancel(() -> ran.add("late"));
        assertEquals(List.of("late"), ran);
    }

    @Test
    void removedCallbackDoesNotRun() {
        context.onCancel(() -> ran.add("a")).remove();
        context.cancel();
        assertEquals(List.of(), ran);
    }

    @Test
    void faultyCallbackDoesNotKeepOthersFromRunning() {
        context.onCancel(() -> {
            throw new IllegalStateException("on purpose");
        });
        context.onCancel(() -> ran.add("b"));
        context.cancel();
        assertEquals(List.of("b"), ran);
    }

    @Test
    void progressThatNobodyHearsIsNoFault() {
        context.progress(1, 2, "x");
        context.progress(2, "y");
        assertEquals(CallOrigin.STDIO, context.origin());
    }
}
