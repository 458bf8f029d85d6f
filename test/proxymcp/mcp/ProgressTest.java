package proxymcp.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import proxymcp.json.JsonString;

/** Progress rises, is not too frequent, and ends. The clock is stepped by hand. */
final class ProgressTest {
    private final List<String> sent = new ArrayList<>();
    private long nanos = 5;

    private Progress progress(Revision revision) {
        return new Progress(new JsonString("t"), revision, message -> sent.add(message.toString()), () -> nanos);
    }

    @Test
    void notificationNamesTokenProgressTotalAndMessage() {
        progress(Revision.MODERN).tell(3, OptionalLong.of(9), "three");
        progress(Revision.R2024_11_05).tell(4, OptionalLong.empty(), "four");
        assertEquals(List.of(
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":\"t\",\"progress\":3,\"total\":9,"
                        + "\"message\":\"three\"}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":\"t\",\"progress\":4}}"), sent);
    }

    @Test
    void whatDoesNotRiseIsDropped() {
        Progress progress = progress(Revision.MODERN);
        long[] told = {1, 1, 0, 2};
        for (long done : told) {
            progress.tell(done, OptionalLong.empty(), "");
        }
        assertEquals(2, sent.size());
    }

    @Test
    void atMostTenGoOutWithinAnySecond() {
        Progress progress = progress(Revision.MODERN);
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            int before = sent.size();
            progress.tell(i, OptionalLong.empty(), "");
            if (sent.size() > before) {
                times.add(nanos);
            }
            nanos += 1_000_000;
        }
        assertEquals(30, times.size());
        for (int i = 10; i < times.size(); i++) {
            assertEquals(1_000_000_000L, Math.min(1_000_000_000L, times.get(i) - times.get(i - 10)), "from " + i);
        }
    }

    @Test
    void nothingGoesOutAfterTheEnd() {
        Progress progress = progress(Revision.MODERN);
        progress.tell(1, OptionalLong.empty(), "");
        progress.end();
        progress.tell(2, OptionalLong.empty(), "");
        assertEquals(1, sent.size());
    }
}
