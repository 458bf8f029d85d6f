package proxymcp.replay.queue.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client that many threads share, beside a server that is killed and connections that are cut. */
@Timeout(60)
final class RespClientTest {
    @TempDir Path folder;

    private static RespClient client(int port, int patienceMillis) {
        return new RespClient(new RespAddress(false, "127.0.0.1", port, Optional.empty(), Optional.empty(), 0),
                new RespSettings(2_000, 2_000, RespLimits.DEFAULT, Optional.empty()), patienceMillis, System::nanoTime);
    }

    @Test void manyThreadsShareOneConnection() throws Exception {
        try (RedisServer server = RedisServer.start(folder); CutProxy proxy = new CutProxy(server.port());
                RespClient client = client(proxy.port(), 20_000); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Long>> sums = new ArrayList<>();
            for (int thread = 0; thread < 50; thread++) {
                String key = "k" + thread;
                sums.add(threads.submit(() -> {
                    long last = 0;
                    for (int i = 0; i < 100; i++) {
                        last = client.call(RespCommand.of("INCR", key), RespClient.Again.FORBIDDEN).asNumber().orElseThrow();
                    }
                    return last;
                }));
            }
            for (Future<Long> sum : sums) {
                assertEquals(100, sum.get());
            }
            assertEquals(1, proxy.accepted());
        }
    }

    /** A set of members is the same when one is added twice: all are there, however often the answers were cut off. */
    @Test void whatMayBeSentAgainIsSentUntilItIsAnswered() throws Exception {
        try (RedisServer server = RedisServer.start(folder); CutProxy proxy = new CutProxy(server.port());
                RespClient client = client(proxy.port(), 20_000); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                int own = thread;
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 100; i++) {
                        client.call(RespCommand.of("SADD", "s", own + "-" + i), RespClient.Again.ALLOWED);
                    }
                    return null;
                }));
            }
            for (int cut = 0; cut < 10; cut++) {
                proxy.cutAfterAnswerBytes(11 * cut);
                int before = proxy.cuts();
                client.call(RespCommand.of("PING", "x".repeat(200)), RespClient.Again.ALLOWED);
                assertTrue(proxy.cuts() > before, "it was cut");
            }
            for (Future<?> one : all) {
                one.get();
            }
            assertEquals(800, server.call("SCARD", "s").asNumber().orElseThrow());
        }
    }

    @Test void whatMustNotBeSentAgainFailsWhenItsAnswerIsCutOff() throws Exception {
        try (RedisServer server = RedisServer.start(folder); CutProxy proxy = new CutProxy(server.port());
                RespClient client = client(proxy.port(), 20_000)) {
            client.call(RespCommand.of("PING"), RespClient.Again.FORBIDDEN);
            proxy.cutAfterAnswerBytes(2);
            RespException cut = assertThrows(RespException.class, () -> client.call(RespCommand.of("INCR", "n"), RespClient.Again.FORBIDDEN));
            assertTrue(cut.mayHaveRun());
            assertEquals(2, client.call(RespCommand.of("INCR", "n"), RespClient.Again.FORBIDDEN).asNumber().orElseThrow());
        }
    }

    /** With {@code appendfsync always} an answer says that it is on disk: no number comes twice, none that was answered is missing. */
    @Test void aKilledServerLosesNothingThatWasAnswered() throws Exception {
        try (RedisServer server = RedisServer.start(folder); RespClient client = client(server.port(), 20_000);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicInteger answered = new AtomicInteger();
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                int own = thread;
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 300; i++) {
                        client.call(RespCommand.of("SADD", "s", own + "-" + i), RespClient.Again.ALLOWED);
                        answered.incrementAndGet();
                    }
                    return null;
                }));
            }
            for (int kill = 1; kill <= 3; kill++) {
                while (answered.get() < 200 * kill) {
                    Thread.onSpinWait();
                }
                server.kill();
                server.startAgain();
            }
            for (Future<?> one : all) {
                one.get();
            }
            assertEquals(1_200, server.call("SCARD", "s").asNumber().orElseThrow());
        }
    }

    @Test void anOutageThatLastsLongerThanThePatienceIsTold() throws Exception {
        try (RedisServer server = RedisServer.start(folder); RespClient client = client(server.port(), 300)) {
            client.call(RespCommand.of("PING"), RespClient.Again.ALLOWED);
            server.kill();
            RespException gone = assertThrows(RespException.class, () -> {
                // The first one may be answered by the end of the connection.
                client.call(RespCommand.of("PING"), RespClient.Again.ALLOWED);
            });
            assertEquals(RespException.Reason.UNREACHABLE, gone.reason());
            server.startAgain();
            assertEquals(Optional.of("PONG"), client.call(RespCommand.of("PING"), RespClient.Again.ALLOWED).asText());
        }
    }

    @Test void aClosedClientFailsWhatWaits() throws Exception {
        RedisServer server = RedisServer.start(folder);
        try (server; ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            RespClient client = client(server.port(), 20_000);
            client.call(RespCommand.of("PING"), RespClient.Again.ALLOWED);
            Future<RespValue> waits = threads.submit(() -> client.call(RespCommand.of("BLPOP", "nothing", "0"), RespClient.Again.ALLOWED));
            while (server.call("CLIENT", "LIST").asText().orElse("").lines().noneMatch(line -> line.contains("cmd=blpop"))) {
                Thread.onSpinWait();
            }
            client.close();
            assertTrue(assertThrows(ExecutionException.class, waits::get).getCause() instanceof RespException);
            assertThrows(RespException.class, () -> client.call(RespCommand.of("PING"), RespClient.Again.ALLOWED));
            client.close();
        }
    }
}
