package proxymcp.mcp;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;

/** Calls from within this process whose progress somebody hears. */
public final class HeardCalls {
    private HeardCalls() {}

    /**
     * A call whose every progress notification is heard: its clock goes on by a second each time, so that none is left out.
     *
     * @param params takes the notification's parameters, on the thread that does the work
     */
    public static CallContext context(Consumer<JsonObject> params) {
        AtomicLong seconds = new AtomicLong();
        Progress progress = new Progress(new JsonString("token"), Revision.MODERN,
                message -> params.accept(((JsonObject) message).object("params").orElseThrow()), () -> seconds.incrementAndGet() * 1_000_000_000L);
        return new CallContext(CallOrigin.STDIO, Optional.of(progress));
    }
}
