package proxymcp.replay.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.Endpoint;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.json.JsonObject;
import proxymcp.replay.Captures;
import proxymcp.replay.Changed;
import proxymcp.replay.OutgoingRequest;
import proxymcp.replay.PlanItem;
import proxymcp.replay.ReplayBody;
import proxymcp.replay.ReplayId;
import proxymcp.replay.RequestChanges;
import proxymcp.replay.RunChanges;
import proxymcp.replay.RunCookies;
import proxymcp.replay.RunSettings;
import proxymcp.replay.Safety;
import proxymcp.replay.SendResult;
import proxymcp.replay.SendSettings;
import proxymcp.replay.SendWay;
import proxymcp.replay.Values;
import proxymcp.text.TimeLimit;
import proxymcp.tls.OriginTlsSettings;
import proxymcp.upstream.OwnPorts;
import proxymcp.upstream.UpstreamProxies;

/** Workers and collectors over a queue in memory whose time a test steps, and a real origin that counts. */
@Timeout(30)
final class QueueWorkerTest {
    private static final ReplayId RUN = new ReplayId("replay_20260101000000_aaaaaaaa");
    private static final long LEASE_MILLIS = 5_000;

    private final AtomicLong queueMillis = new AtomicLong(1_000);
    private final MemoryQueue queue = new MemoryQueue(queueMillis::get);
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch held = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server;

    @BeforeEach
    void begin() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    @AfterEach
    void end() {
        held.countDown();
        queue.close();
        server.stop(0);
        threads.close();
    }

    private void serve(HttpExchange exchange) throws java.io.IOException {
        requests.incrementAndGet();
        arrived.countDown();
        try (exchange) {
            if (exchange.getRequestURI().getPath().equals("/hold")) {
                held.await();
            }
            exchange.sendResponseHeaders(200, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private PlanItem item(int index, String method, String path) {
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + path;
        return new PlanItem(index, index + 1L, new UUID(1, index), 0, method, url, url, false, Optional.empty());
    }

    private Job job(int index, String method, String path) {
        PlanItem item = item(index, method, path);
        OutgoingRequest request = new OutgoingRequest(new Endpoint("http", "127.0.0.1", server.getAddress().getPort()),
                RequestHead.of(method, path, new Fields.Builder().add("Host", "a").build()), new ReplayBody.None(), Fields.EMPTY);
        return new Job(new JobId(RUN, index), Optional.empty(), !Safety.isSafe(method), new JobPayload(item, true, new Changed(request, List.of())).octets(),
                KeptOctets.NONE);
    }

    private void enqueue(Job... jobs) throws QueueException {
        queue.enqueue(new RunHeader(RUN, jobs.length, 0, 3, LEASE_MILLIS, OptionalDouble.empty(), 1, OptionalInt.empty(), JsonObject.EMPTY), List.of(jobs));
    }

    private static RunWork work(JsonObject settings) {
        RequestChanges changes;
        try {
            changes = RequestChanges.parse(List.of());
        } catch (proxymcp.json.BadArgument e) {
            throw new IllegalStateException(e);
        }
        SendSettings sending = new SendSettings(new Safety(true, Set.of()), Optional.empty(), 20_000, Optional.empty(), Optional.empty(), Optional.empty(), false);
        return new RunWork("20260101000000_aaaaaaaa", 10, new SendWay(false, Optional.empty(), new OriginTlsSettings(), UpstreamProxies.NONE, Optional.empty()),
                sending, RunSettings.RetryPolicy.NONE, 1, true, (item, learned) -> RunChanges.apart(changes, Captures.NONE,
                new Values(1, Clock.systemUTC(), Map.of(), Map.of()), new RunCookies(RunCookies.Mode.RECORDED, Clock.systemUTC()), false,
                TimeLimit.ofMillis(100, 100)));
    }

    private QueueWorker worker(String name) {
        QueueWorker worker = new QueueWorker(queue, new QueueWorker.Identity(new WorkerId(name), name, "here", 1, 4), QueueWorkerTest::work, new OwnPorts(),
                Clock.systemUTC(), System::nanoTime);
        worker.start();
        return worker;
    }

    private static void awaitDone(QueueWorker worker, int jobs) {
        while (worker.done() < jobs) {
            Thread.onSpinWait();
        }
    }

    private String counts() throws QueueException {
        JobCounts counts = queue.stats(RUN);
        assertTrue(counts.balanced());
        return counts.ok() + " ok " + counts.failed() + " failed " + counts.dead() + " dead " + counts.cancelled() + " cancelled " + counts.unknown()
                + " unknown " + counts.superseded() + " superseded";
    }

    @Test
    void aResultThatComesAfterItsLeaseDoesNotCountAndAnUnsafeJobIsNotSentAgain() throws Exception {
        enqueue(job(0, "POST", "/hold"));
        try (QueueWorker slow = worker("slow")) {
            arrived.await();
            queueMillis.addAndGet(LEASE_MILLIS); // The queue's time alone: the worker did not notice that it was stopped.
            assertEquals("0 ok 0 failed 0 dead 0 cancelled 1 unknown 0 superseded", counts());
            held.countDown();
            while (queue.stats(RUN).superseded() == 0) {
                Thread.onSpinWait();
            }
            assertEquals("0 ok 0 failed 0 dead 0 cancelled 1 unknown 1 superseded", counts());
            assertEquals(0, slow.done());
        }
        assertEquals(1, requests.get());
    }

    @Test
    void aSafeJobOfALostWorkerIsSentByAnotherOne() throws Exception {
        enqueue(job(0, "GET", "/a"));
        List<Lease> dead = queue.lease(new WorkerId("dead"), 1, Duration.ZERO);
        assertTrue(queue.sending(dead.get(0)));
        queueMillis.addAndGet(LEASE_MILLIS);
        try (QueueWorker other = worker("other")) {
            awaitDone(other, 1);
        }
        assertEquals("1 ok 0 failed 0 dead 0 cancelled 0 unknown 0 superseded", counts());
        assertEquals(2, queue.results(RUN, 0, 1).ends().get(0).attempts());
    }

    @Test
    void aQueueThatIsAwayForAWhileLosesNothing() throws Exception {
        enqueue(job(0, "GET", "/hold"), job(1, "GET", "/b"));
        try (QueueWorker worker = worker("patient")) {
            arrived.await();
            queue.outages = 5;
            held.countDown();
            while (queue.outages > 0) {
                Thread.onSpinWait();
            }
            awaitDone(worker, 2);
        }
        assertEquals("2 ok 0 failed 0 dead 0 cancelled 0 unknown 0 superseded", counts());
        assertEquals(2, requests.get());
    }

    @Test
    void aWorkerThatIsClosedLetsWhatIsInFlightEndAndTakesNothingMore() throws Exception {
        enqueue(job(0, "POST", "/hold"));
        QueueWorker worker = worker("closing");
        arrived.await();
        Thread closing = Thread.ofVirtual().start(worker::close);
        held.countDown();
        closing.join();
        assertEquals("1 ok 0 failed 0 dead 0 cancelled 0 unknown 0 superseded", counts());
        assertEquals(WorkerInfo.State.STOPPED, queue.workers().get(0).info().state());
        assertEquals(List.of(), queue.lease(new WorkerId("after"), 1, Duration.ZERO));
    }

    @Test
    void aCollectorGivesEachResultAndASecondOneReadsThemAgain() throws Exception {
        enqueue(job(0, "GET", "/a"), job(1, "GET", "/b"));
        try (QueueWorker worker = worker("one")) {
            for (int time = 0; time < 2; time++) {
                Collector collector = collector();
                SendResult first = collector.send(item(0, "GET", "/a"), 1);
                SendResult second = collector.send(item(1, "GET", "/b"), 1);
                assertEquals(List.of(200, 200), List.of(first.status().getAsInt(), second.status().getAsInt()));
                assertEquals(Optional.empty(), collector.objection());
                assertTrue(collector.isFinished());
                collector.close();
            }
            awaitDone(worker, 2);
        }
        assertEquals(2, requests.get());
    }

    @Test
    void countsThatDoNotAddUpAreObjectedTo() throws Exception {
        enqueue(job(0, "GET", "/a"), job(1, "GET", "/b"));
        try (QueueWorker worker = worker("one")) {
            awaitDone(worker, 2);
            queue.lie = Optional.of(new JobCounts(2, 1, 0, 0, 0, 0, 0, 0, 0));
            Collector collector = collector();
            collector.send(item(0, "GET", "/a"), 1);
            assertEquals(Optional.of("the queue says 2 jobs = 1 ok + 0 failed + 0 dead + 0 cancelled + 0 unknown, but they do not add up, 2 are ok"),
                    collector.objection());
            collector.close();
        }
    }

    @Test
    void whoWaitsForAResultIsLetGoWhenItsProcessEndsAndTheRunGoesOn() throws Exception {
        enqueue(job(0, "GET", "/a"));
        Collector collector = collector();
        List<SendResult> results = new ArrayList<>();
        Thread waiting = Thread.ofVirtual().start(() -> results.add(collector.send(item(0, "GET", "/a"), 1)));
        collector.close();
        waiting.join();
        assertEquals(Optional.of(proxymcp.exchange.ErrorClass.CLIENT_ABORTED), results.get(0).errorClass());
        assertTrue(results.get(0).nothingSent());
        assertEquals(RunStatus.State.RUNNING, queue.run(RUN).orElseThrow().state());
    }

    private Collector collector() {
        java.util.BitSet all = new java.util.BitSet();
        all.set(0, queue(RUN));
        return new Collector(queue, RUN, new JobMaker.Selected(JobIndex.of(all), Map.of()), Optional.empty(), () -> { });
    }

    private int queue(ReplayId run) {
        try {
            return queue.run(run).orElseThrow().header().jobCount();
        } catch (QueueException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anIndexOfJobsIsReadAsItIsWritten() {
        java.util.BitSet items = new java.util.BitSet();
        items.set(0, 3);
        items.set(5);
        items.set(7, 9);
        JobIndex index = JobIndex.parse(JobIndex.of(items).text()).orElseThrow();
        assertEquals("0-2,5,7-8", index.text());
        assertEquals(List.of(0, 1, 2, 5, 7, 8), java.util.stream.IntStream.range(0, index.count()).mapToObj(index::itemOf).toList());
        assertEquals(Optional.empty(), JobIndex.parse("3-1,x"));
    }
}
