package proxymcp.replay.queue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import proxymcp.replay.queue.resp.RedisServer;
import proxymcp.replay.queue.resp.RespCommand;
import proxymcp.replay.queue.resp.RespConnection;
import proxymcp.replay.queue.resp.RespSettings;
import proxymcp.replay.queue.resp.RespValue;

/** A real server whose time can be made to pass: its queues are told to go ahead, and what is pending in its groups is made as much older. */
final class AgedRedis implements AutoCloseable {
    private final RedisServer server;
    private final AtomicLong aheadMillis = new AtomicLong();

    AgedRedis(Path folder) throws Exception {
        server = RedisServer.start(folder);
    }

    RedisServer server() {
        return server;
    }

    /** Another client of the same queue. */
    RedisQueue open() {
        return new RedisQueue(server.address(), RespSettings.of(Optional.empty()), 30_000, System::nanoTime, aheadMillis::get);
    }

    /** Lets time pass. */
    void pass(Duration time) throws Exception {
        aheadMillis.addAndGet(time.toMillis());
        try (RespConnection connection = server.connect()) {
            for (RespValue key : connection.call(RespCommand.of("KEYS", "proxy-mcp:*:jobs")).elements()) {
                String jobs = key.asText().orElseThrow();
                for (RespValue pending : connection.call(RespCommand.of("XPENDING", jobs, "w", "-", "+", "100000")).elements()) {
                    String id = pending.elements().get(0).asText().orElseThrow();
                    String consumer = pending.elements().get(1).asText().orElseThrow();
                    long idle = pending.elements().get(2).asNumber().orElseThrow() + time.toMillis();
                    connection.call(RespCommand.of("XCLAIM", jobs, "w", consumer, "0", id, "IDLE").add(idle).add("JUSTID"));
                }
            }
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
