package proxymcp.mcp;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.rpc.RpcMessage;

/**
 * Sends {@code notifications/progress} for one request: strictly increasing, at most ten within any second, none
 * after {@link #end}.
 *
 * <p>Threads: any. The lock is held while a notification is written, so that order on the wire is the order of the
 * numbers and {@link #end} returns only after the last one.
 */
final class Progress {
    private static final int TELLS_PER_SECOND = 10;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final JsonValue token;
    private final Revision revision;
    private final Consumer<JsonValue> out;
    private final LongSupplier nanoClock;
    private final ReentrantLock lock = new ReentrantLock();
    /** When the last ten notifications went out; the oldest stands at {@code next}. */
    private final long[] sentNanos = new long[TELLS_PER_SECOND];
    private int next;
    private long last = Long.MIN_VALUE;
    private boolean ended;

    /**
     * Progress of the request that carried {@code token}.
     *
     * @param out where notifications go
     * @param nanoClock as {@link System#nanoTime}
     */
    Progress(JsonValue token, Revision revision, Consumer<JsonValue> out, LongSupplier nanoClock) {
        this.token = token;
        this.revision = revision;
        this.out = out;
        this.nanoClock = nanoClock;
        Arrays.fill(sentNanos, nanoClock.getAsLong() - SECOND_NANOS);
    }

    void tell(long done, OptionalLong total, String message) {
        lock.lock();
        try {
            long now = nanoClock.getAsLong();
            if (ended || done <= last || now - sentNanos[next] < SECOND_NANOS) {
                return;
            }
            last = done;
            sentNanos[next] = now;
            next = (next + 1) % TELLS_PER_SECOND;
            out.accept(notification(done, total, message));
        } finally {
            lock.unlock();
        }
    }

    void end() {
        lock.lock();
        ended = true;
        lock.unlock();
    }

    private JsonObject notification(long done, OptionalLong total, String message) {
        JsonObject.Builder params = JsonObject.builder().put("progressToken", token).put("progress", JsonNumber.of(done));
        if (total.isPresent()) {
            params.put("total", total.getAsLong());
        }
        if (revision.isAtLeast(Revision.R2025_03_26)) {
            params.put("message", message);
        }
        return new RpcMessage.Notification("notifications/progress", params.build()).json();
    }
}
