package proxymcp.replay.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import proxymcp.replay.ReplayId;
import proxymcp.replay.queue.resp.RespAddress;
import proxymcp.replay.queue.resp.RespClient;
import proxymcp.replay.queue.resp.RespCommand;
import proxymcp.replay.queue.resp.RespConnection;
import proxymcp.replay.queue.resp.RespException;
import proxymcp.replay.queue.resp.RespSettings;
import proxymcp.replay.queue.resp.RespValue;

/**
 * A queue in a Redis or Valkey server, for workers on any machine that reaches it. A run's jobs are a stream, its group hands them out, and what is pending
 * there are the leases; each operation is one run of the script {@code redis/*.lua}, so that two writes agree whatever dies in between. Time is the server's.
 *
 * <p>What is durable when a call returns is what the server says is: with {@code appendfsync always} all of it.
 *
 * <p>Calls ride out an outage of up to {@value #PATIENCE_MILLIS} ms: the client connects anew, and sends again what was not answered.
 */
public final class RedisQueue implements JobQueue {
    private static final int PATIENCE_MILLIS = 30_000;
    private static final int BATCH_JOBS_MAX = 200;
    private static final long BATCH_BYTES_MAX = 1 << 20;
    private static final int LEASED_AT_ONCE_MAX = 10_000;
    private static final int RENEWED_AT_ONCE_MAX = 1_000;
    private static final int RESULTS_AT_ONCE_MAX = 1_000;
    private static final int FIRST_PAUSE_MILLIS = 2;
    private static final int LAST_PAUSE_MILLIS = 100;

    private final RedisScript script;
    private final RedisBodies bodies;
    private final RedisText text;
    private final LongSupplier nanoTime;
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * For a server that was looked at.
     *
     * @param aheadMillis added to the server's time; 0, but in tests
     */
    RedisQueue(RespAddress address, RespSettings settings, int patienceMillis, LongSupplier nanoTime, LongSupplier aheadMillis) {
        this.script = new RedisScript(new RespClient(address, settings, patienceMillis, nanoTime), aheadMillis);
        this.bodies = new RedisBodies(script);
        this.text = new RedisText(bodies);
        this.nanoTime = nanoTime;
    }

    /**
     * Connects and looks at the server.
     *
     * @param url where it is, and the login there
     * @param settings with the settings of TLS, for {@code rediss}
     * @param allowVolatile whether a server that keeps its data in memory alone will do
     * @throws QueueException {@code queue_unreachable}, {@code queue_auth}, {@code queue_version}, {@code queue_volatile}, {@code queue_eviction},
     *     {@code queue_failed}
     */
    public static RedisQueue open(QueueUrl.Redis url, RespSettings settings, boolean allowVolatile, LongSupplier nanoTime) throws QueueException {
        RespAddress address = new RespAddress(url.tls(), url.host(), url.port(), url.user(), url.password(), url.database());
        try (RespConnection connection = RespConnection.open(address, settings, nanoTime)) {
            RedisCheck.check(connection, allowVolatile);
        } catch (RespException e) {
            throw RedisCheck.explained(e);
        }
        return new RedisQueue(address, settings, PATIENCE_MILLIS, nanoTime, () -> 0);
    }

    @Override
    public void enqueue(RunHeader run, Iterable<Job> jobs) throws QueueException {
        String begun = answer(operation("begin").add(run.run().text()).add(RedisText.bytes(run)).add(run.jobCount()).add(run.leaseMillis())
                .add(run.attemptsMax()).add(run.priority()).add(run.ratePerSecond().isPresent() ? Double.toString(run.ratePerSecond().getAsDouble()) : "")
                .add(run.burst()).add(run.perOrigin().isPresent() ? Integer.toString(run.perOrigin().getAsInt()) : ""), run.run()).asText().orElse("");
        if (begun.equals("differs")) {
            throw QueueException.runDiffers(run.run());
        }
        Batch batch = new Batch(run.run());
        for (Job job : jobs) {
            batch.add(job);
        }
        batch.send();
    }

    /** Jobs that go to the server at once. */
    private final class Batch {
        private final ReplayId run;
        private RespCommand command;
        private int count;
        private long bytes;

        Batch(ReplayId run) {
            this.run = run;
            begin();
        }

        private void begin() {
            command = operation("jobs").add(run.text());
            count = 0;
            bytes = 0;
        }

        void add(Job job) throws QueueException {
            RedisBodies.Kept body = bodies.keep(run.text(), job.body());
            command.add(job.id().index()).add(job.unsafe() ? 1 : 0).add(job.shard().map(ShardKey::text).orElse("")).add(job.payload())
                    .add(body.inline()).add(body.name()).add(body.size());
            bytes += job.payload().length + body.inline().length;
            if (++count == BATCH_JOBS_MAX || bytes > BATCH_BYTES_MAX) {
                send();
            }
        }

        void send() throws QueueException {
            if (count > 0) {
                answer(command, run);
                begin();
            }
        }
    }

    @Override
    public List<Lease> lease(WorkerId worker, int room, Duration wait) throws QueueException {
        long untilNanos = nanoTime.getAsLong() + wait.toNanos();
        long pauseMillis = FIRST_PAUSE_MILLIS;
        while (true) {
            List<Lease> leases = text.leases(worker, script.call(operation("lease").add(worker.text()).add(Math.min(room, LEASED_AT_ONCE_MAX))
                    .add(question())));
            long leftNanos = untilNanos - nanoTime.getAsLong();
            if (!leases.isEmpty() || leftNanos <= 0) {
                return leases;
            }
            pause(Math.min(leftNanos, TimeUnit.MILLISECONDS.toNanos(pauseMillis)));
            pauseMillis = Math.min(LAST_PAUSE_MILLIS, 2 * pauseMillis);
        }
    }

    private void pause(long nanos) throws QueueException {
        try {
            if (closed.await(nanos, TimeUnit.NANOSECONDS)) {
                throw QueueException.closed();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueueException("queue_closed", "interrupted while waiting for jobs", "");
        }
    }

    @Override
    public List<Lease> renew(List<Lease> leases) throws QueueException {
        List<Lease> held = new ArrayList<>();
        for (int from = 0; from < leases.size(); from += RENEWED_AT_ONCE_MAX) {
            List<Lease> some = leases.subList(from, Math.min(leases.size(), from + RENEWED_AT_ONCE_MAX));
            RespCommand command = operation("renew").add(some.get(0).worker().text());
            for (Lease lease : some) {
                command.add(lease.id().run().text()).add(lease.id().index()).add(lease.fence().number());
            }
            List<RespValue> ends = RedisText.cells(script.call(command), some.size());
            for (int i = 0; i < some.size(); i++) {
                long end = RedisText.number(ends.get(i));
                if (end > 0) {
                    held.add(some.get(i).until(end));
                }
            }
        }
        return held;
    }

    @Override
    public boolean sending(Lease lease) throws QueueException {
        return RedisText.number(script.call(under("sending", lease))) == 1;
    }

    private RespCommand under(String operation, Lease lease) {
        return operation(operation).add(lease.id().run().text()).add(lease.id().index()).add(lease.fence().number());
    }

    @Override
    public Commit commit(Lease lease, JobResult result) throws QueueException {
        RedisBodies.Kept exchange;
        try {
            exchange = bodies.keep(lease.id().run().text(), result.exchange());
        } catch (QueueException e) {
            if (e.code().equals("unknown_run")) {
                return Commit.SUPERSEDED;
            }
            throw e;
        }
        RespCommand command = under("commit", lease).add(result.ok() ? "ok" : "failed").add(result.carried().isPresent() ? 1 : 0)
                .add(result.carried().orElse(new byte[0])).add(RedisText.bytes(result)).add(exchange.inline()).add(exchange.name()).add(exchange.size());
        return script.call(command).asText().equals(Optional.of("counted")) ? Commit.COUNTED : Commit.SUPERSEDED;
    }

    @Override
    public void release(Lease lease) throws QueueException {
        script.call(under("release", lease));
    }

    @Override
    public void cancel(ReplayId run) throws QueueException {
        while (RedisText.number(answer(operation("cancel").add(run.text()), run)) > 0) {
            // It is done in pieces, so that other callers are not held up by a million jobs.
        }
    }

    @Override
    public ResultPage results(ReplayId run, long cursor, int limit) throws QueueException {
        return text.page(run, cursor, answer(operation("results").add(run.text()).add(cursor).add(Math.min(limit, RESULTS_AT_ONCE_MAX)), run));
    }

    @Override
    public JobCounts stats(ReplayId run) throws QueueException {
        return run(run).orElseThrow(() -> QueueException.unknownRun(run)).counts();
    }

    @Override
    public Optional<RunStatus> run(ReplayId run) throws QueueException {
        RespValue row = script.call(operation("run").add(run.text()));
        return isNone(row) ? Optional.empty() : Optional.of(RedisText.status(row));
    }

    @Override
    public List<RunStatus> runs() throws QueueException {
        List<RunStatus> runs = new ArrayList<>();
        for (RespValue id : script.plain(RespCommand.of("ZRANGE", RedisScript.ROOT + "runs", "0", "-1")).elements()) {
            run(RedisText.run(RedisText.text(id))).ifPresent(runs::add);
        }
        return runs;
    }

    @Override
    public void forget(ReplayId run) throws QueueException {
        if (script.call(operation("forget").add(run.text())).asText().equals(Optional.of("active"))) {
            throw QueueException.runActive(run);
        }
    }

    @Override
    public TokenGrant tokens(WorkerId worker, ReplayId run, Optional<String> origin, int wanted) throws QueueException {
        List<RespValue> cells = RedisText.cells(answer(operation("tokens").add(run.text()).add(worker.text()).add(wanted).add(question())
                .add(origin.orElse("")), run), 4);
        return new TokenGrant(RedisText.number(cells.get(0)), run, worker, origin, (int) RedisText.number(cells.get(1)),
                RedisText.number(cells.get(2)), RedisText.number(cells.get(3)));
    }

    @Override
    public void giveBack(TokenGrant grant, int count) throws QueueException {
        if (grant.number() == 0) {
            return;
        }
        script.call(operation("giveback").add(grant.run().text()).add(grant.number()).add(count).add(question()).add(grant.origin().isPresent() ? 1 : 0));
    }

    @Override
    public void heartbeat(WorkerInfo worker) throws QueueException {
        script.call(operation("heartbeat").add(worker.id().text()).add(RedisText.bytes(worker)).add(worker.state() == WorkerInfo.State.STOPPED ? 1 : 0));
    }

    @Override
    public List<WorkerSeen> workers() throws QueueException {
        List<WorkerSeen> workers = new ArrayList<>();
        for (RespValue row : script.call(operation("workers")).elements()) {
            workers.add(RedisText.worker(row));
        }
        workers.sort(Comparator.comparing((WorkerSeen seen) -> seen.info().name()).thenComparing(seen -> seen.info().id().text()));
        return workers;
    }

    private RespCommand operation(String name) {
        return script.operation(name);
    }

    /** A name for a question, by which the server knows that it is asked again. */
    private static String question() {
        return UUID.randomUUID().toString();
    }

    private RespValue answer(RespCommand command, ReplayId run) throws QueueException {
        RespValue answer = script.call(command);
        if (isNone(answer)) {
            throw QueueException.unknownRun(run);
        }
        return answer;
    }

    private static boolean isNone(RespValue answer) {
        return answer.asText().equals(Optional.of("none"));
    }

    @Override
    public void close() {
        closed.countDown();
        script.close();
    }
}
