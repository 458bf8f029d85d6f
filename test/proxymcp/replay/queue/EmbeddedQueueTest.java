package proxymcp.replay.queue;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.store.StoreFiles;

/** The embedded queue keeps the contract, on time that stands still until a test moves it. */
final class EmbeddedQueueTest extends JobQueueContract {
    @TempDir
    Path folder;
    private final AtomicLong clock = new AtomicLong(1_772_366_400_000L);

    @Override
    JobQueue open() throws QueueException {
        return EmbeddedQueue.open(folder.resolve("queue"), StoreFiles.DISK, clock::get, new Random(5));
    }

    @Override
    void pass(long millis) {
        clock.addAndGet(millis);
    }

    @Override
    long leaseMillis() {
        return 30_000;
    }
}
