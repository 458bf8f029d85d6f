package proxymcp.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import proxymcp.replay.queue.EmbeddedQueue;
import proxymcp.replay.queue.JobQueue;
import proxymcp.replay.queue.QueueException;
import proxymcp.replay.queue.QueueUrl;
import proxymcp.replay.queue.RedisQueue;
import proxymcp.replay.queue.resp.RespSettings;
import proxymcp.store.StoreFiles;
import proxymcp.tls.ClientTls;
import proxymcp.tls.UpstreamTrust;
import proxymcp.tool.QueueControl;

/**
 * Opens the queue that an address names.
 *
 * @param home has the embedded one
 * @param random marks of files are drawn from it
 */
record QueueEngines(Path home, Clock clock, RandomGenerator random) implements QueueControl.Engines {
    private static final String LEASE = "PROXY_MCP_LEASE_MS";
    private static final long LEASE_MILLIS = 15_000;
    private static final long LEASE_MILLIS_MIN = 300;
    private static final long LEASE_MILLIS_MAX = 3_600_000;

    @Override
    public JobQueue open(QueueUrl url, boolean allowVolatile) throws QueueException {
        return switch (url) {
            case QueueUrl.Embedded embedded -> EmbeddedQueue.open(home.resolve("queue"), StoreFiles.DISK, clock::millis, random);
            case QueueUrl.Redis redis -> RedisQueue.open(redis, RespSettings.of(redis.tls()
                    ? Optional.of(new ClientTls(new UpstreamTrust.Verify(List.of()), List.of())) : Optional.empty()), allowVolatile, System::nanoTime);
        };
    }

    /**
     * How long a worker has a job without a sign of it: 15 s, unless the environment says otherwise. Many more than the pauses of a busy machine, and so few
     * that nobody waits long for what a dead worker had.
     */
    static long leaseMillis(Map<String, String> environment) {
        String given = environment.getOrDefault(LEASE, "");
        try {
            return given.isEmpty() ? LEASE_MILLIS : Math.clamp(Long.parseLong(given), LEASE_MILLIS_MIN, LEASE_MILLIS_MAX);
        } catch (NumberFormatException e) {
            return LEASE_MILLIS;
        }
    }
}
