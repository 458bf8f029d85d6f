package proxymcp.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.util.random.RandomGenerator;
import proxymcp.replay.queue.JobQueue;
import proxymcp.replay.queue.QueueException;
import proxymcp.replay.queue.QueueUrl;
import proxymcp.tool.QueueControl;

/**
 * Opens the queue that an address names.
 *
 * @param home has the embedded one
 */
record QueueEngines(Path home, Clock clock, RandomGenerator random) implements QueueControl.Engines {
    @Override
    public JobQueue open(QueueUrl url, boolean allowVolatile) throws QueueException {
        throw new QueueException("queue_failed", url + " has no engine here", "");
    }
}
