package proxymcp.replay.queue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The queue in a real server keeps the contract, on time that is made to pass. */
final class RedisContractTest extends JobQueueContract {
    private static AgedRedis redis;

    @BeforeAll
    static void startServer(@TempDir Path folder) throws Exception {
        redis = new AgedRedis(folder);
    }

    @AfterAll
    static void stopServer() {
        redis.close();
    }

    @AfterEach
    void empty() throws Exception {
        redis.server().call("FLUSHALL");
    }

    @Override
    JobQueue open() {
        return redis.open();
    }

    @Override
    void pass(long millis) throws Exception {
        redis.pass(Duration.ofMillis(millis));
    }

    @Override
    long leaseMillis() {
        return 60_000;
    }

    /** Each step is forced to disk: fewer of them than where time costs nothing. */
    @Override
    int schedules() {
        return Integer.getInteger("proxymcp.queue.schedules", 12);
    }
}
