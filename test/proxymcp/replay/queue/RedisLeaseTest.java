package proxymcp.replay.queue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.JsonObject;
import proxymcp.replay.queue.resp.RedisServer;

/** Leases by the server's own clock, through its restart, and with names and octets of any kind. */
@Timeout(60)
final class RedisLeaseTest {
    private static final WorkerId ONE = new WorkerId("one");
    private static final WorkerId TWO = new WorkerId("two");

    @TempDir Path folder;

    /** Nothing makes time pass here but waiting for the job. */
    @Test void aLeaseRunsOutByTheServersClock() throws Exception {
        try (RedisServer server = RedisServer.start(folder); RedisQueue queue = RedisQueueTest.open(server.port())) {
            queue.enqueue(Jobs.header(Jobs.id(1), 2, 2, 300), List.of(Jobs.safe(Jobs.id(1), 0), Jobs.unsafe(Jobs.id(1), 1)));
            List<Lease> lost = queue.lease(ONE, 2, Duration.ZERO);
            assertTrue(queue.sending(lost.get(1)));
            List<Lease> next = queue.lease(TWO, 2, Duration.ofSeconds(30));
            assertEquals(List.of(0), Jobs.indexes(next));
            assertEquals(2, next.get(0).attempt());
            assertEquals(JobQueue.Commit.SUPERSEDED, queue.commit(lost.get(0), Jobs.ok()));
            while (queue.stats(Jobs.id(1)).leased() > 0) {
                Thread.onSpinWait();
            }
            assertEquals(new JobCounts(2, 0, 0, 1, 0, 1, 0, 0, 1), queue.stats(Jobs.id(1)));
        }
    }

    @Test void leasesAndGrantsOutliveTheServersEnd() throws Exception {
        RunHeader header = new RunHeader(Jobs.id(1), 3, 0, 2, 60_000, OptionalDouble.empty(), 1, OptionalInt.of(2), JsonObject.EMPTY);
        Optional<String> origin = Optional.of("http://a.example");
        try (AgedRedis redis = new AgedRedis(folder); RedisQueue queue = redis.open()) {
            queue.enqueue(header, Jobs.safe(Jobs.id(1), 0, 3));
            List<Lease> leases = queue.lease(ONE, 2, Duration.ZERO);
            assertTrue(queue.sending(leases.get(0)));
            TokenGrant grant = queue.tokens(ONE, Jobs.id(1), origin, 2);
            redis.server().kill();
            redis.server().startAgain();
            assertEquals(List.of(0), Jobs.indexes(queue.renew(leases.subList(0, 1))));
            assertEquals(0, queue.tokens(TWO, Jobs.id(1), origin, 1).count());
            queue.giveBack(grant, 1);
            assertEquals(1, queue.tokens(TWO, Jobs.id(1), origin, 2).count());
            assertEquals(JobQueue.Commit.COUNTED, queue.commit(leases.get(0), Jobs.ok()));
            redis.pass(Duration.ofMillis(60_001));
            assertEquals(List.of(1, 2), Jobs.indexes(queue.lease(TWO, 5, Duration.ZERO)));
            assertEquals(JobQueue.Commit.SUPERSEDED, queue.commit(leases.get(1), Jobs.ok()));
        }
    }

    @Test void namesAndOctetsOfAnyKindComeBack() throws Exception {
        ShardKey shard = new ShardKey("a b\n%c\u0000 \"1\" {x}:");
        byte[] every = new byte[256];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }
        try (AgedRedis redis = new AgedRedis(folder); RedisQueue queue = redis.open()) {
            List<Job> jobs = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                jobs.add(new Job(new JobId(Jobs.id(1), i), Optional.of(shard), true, every, KeptOctets.of(every)));
            }
            queue.enqueue(Jobs.header(Jobs.id(1), 3, 2, 60_000), jobs);
            Lease first = queue.lease(ONE, 3, Duration.ZERO).get(0);
            assertTrue(queue.sending(first));
            queue.commit(first, new JobResult(true, OptionalInt.empty(), 0, 0, "", "a\nb", Optional.of(every), JsonObject.EMPTY, KeptOctets.of(every)));
            assertEquals(List.of(), queue.lease(TWO, 3, Duration.ZERO));
            Lease second = queue.lease(ONE, 3, Duration.ZERO).get(0);
            assertEquals(Optional.of(shard), second.job().shard());
            assertArrayEquals(every, second.carried().orElseThrow());
            assertArrayEquals(every, second.job().payload());
            JobResult result = queue.results(Jobs.id(1), 0, 1).ends().get(0).result().orElseThrow();
            assertEquals("a\nb", result.reason());
            assertArrayEquals(every, result.carried().orElseThrow());
            try (InputStream in = result.exchange().open()) {
                assertArrayEquals(every, in.readAllBytes());
            }
            queue.release(second);
            assertEquals(List.of(1), Jobs.indexes(queue.lease(TWO, 3, Duration.ZERO)));
        }
    }
}
