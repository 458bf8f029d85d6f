package proxymcp.replay.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import proxymcp.replay.ReplayId;

/** A queue in memory, as plain as the contract allows: the tests of who puts jobs in and takes them out run on it. Its monitor guards everything. */
public final class MemoryQueue implements JobQueue {
    private static final class State {
        Job job;
        JobEnd.State end;
        Lease lease;
        WorkerId last;
        boolean sending;
        int attempts;
        long fence;
    }

    private static final class Run {
        RunHeader header;
        final List<State> jobs = new ArrayList<>();
        final List<JobEnd> ends = new ArrayList<>();
        final Map<ShardKey, byte[]> carried = new HashMap<>();
        final Map<String, Integer> inFlight = new HashMap<>();
        boolean cancelled;
        long superseded;
        double tokens;
        long tokensAt;
    }

    private final LongSupplier millis;
    private final Map<ReplayId, Run> runs = new LinkedHashMap<>();
    private final Map<WorkerId, WorkerSeen> workers = new TreeMap<>((a, b) -> a.text().compareTo(b.text()));
    private long fences;
    private boolean closed;
    /** What counts are told in place of the true ones; for the test that a lie is noticed. */
    volatile Optional<JobCounts> lie = Optional.empty();
    /** Calls that fail before the next one works. */
    volatile int outages;

    /** @param millis the queue's time */
    public MemoryQueue(LongSupplier millis) {
        this.millis = millis;
    }

    private void look() throws QueueException {
        if (closed) {
            throw QueueException.closed();
        }
        if (outages > 0) {
            outages--;
            throw new QueueException("queue_unreachable", "the queue is away", "");
        }
        long now = millis.getAsLong();
        for (Run run : runs.values()) {
            for (State state : run.jobs) {
                if (state.lease != null && state.lease.expiresAtMillis() <= now) {
                    back(run, state, true);
                }
            }
        }
    }

    private void back(Run run, State state, boolean ranOut) {
        boolean unsafe = state.sending && state.job.unsafe();
        state.lease = null;
        state.sending = false;
        if (!ranOut) {
            state.attempts--;
        }
        if (unsafe) {
            end(run, state, JobEnd.State.UNKNOWN, Optional.empty());
        } else if (run.cancelled) {
            end(run, state, JobEnd.State.CANCELLED, Optional.empty());
        } else if (state.attempts >= run.header.attemptsMax()) {
            end(run, state, JobEnd.State.DEAD, Optional.empty());
        }
    }

    private void end(Run run, State state, JobEnd.State how, Optional<JobResult> result) {
        state.end = how;
        state.lease = null;
        run.ends.add(new JobEnd(state.job.id(), how, state.attempts, Optional.ofNullable(state.last), millis.getAsLong(), result));
    }

    private Run known(ReplayId id) throws QueueException {
        Run run = runs.get(id);
        if (run == null) {
            throw QueueException.unknownRun(id);
        }
        return run;
    }

    private Optional<State> of(Lease lease) {
        Run run = runs.get(lease.id().run());
        State state = run == null ? null : run.jobs.get(lease.id().index());
        return Optional.ofNullable(state).filter(known -> known.lease != null && known.fence == lease.fence().number());
    }

    @Override
    public synchronized void enqueue(RunHeader header, Iterable<Job> jobs) throws QueueException {
        look();
        Run run = new Run();
        run.header = header;
        for (Job job : jobs) {
            State state = new State();
            state.job = job;
            run.jobs.add(state);
        }
        Run before = runs.putIfAbsent(header.run(), run);
        if (before != null && !before.header.equals(header)) {
            throw QueueException.runDiffers(header.run());
        }
        run.tokens = header.burst();
        run.tokensAt = millis.getAsLong();
        notifyAll();
    }

    @Override
    public synchronized List<Lease> lease(WorkerId worker, int room, Duration wait) throws QueueException {
        long until = System.nanoTime() + wait.toNanos();
        while (true) {
            look();
            List<Lease> leases = new ArrayList<>();
            for (Run run : runs.values()) {
                for (State state : run.jobs) {
                    if (leases.size() < room && state.end == null && state.lease == null && mayGo(run, state)) {
                        leases.add(leased(run, state, worker));
                    }
                }
            }
            if (!leases.isEmpty() || System.nanoTime() - until >= 0) {
                return leases;
            }
            try {
                wait(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return leases;
            }
        }
    }

    private static boolean mayGo(Run run, State state) {
        if (state.job.shard().isEmpty()) {
            return true;
        }
        for (State other : run.jobs) {
            if (other == state) {
                return true;
            }
            if (other.end == null && other.job.shard().equals(state.job.shard())) {
                return false;
            }
        }
        return true;
    }

    private Lease leased(Run run, State state, WorkerId worker) {
        state.fence = ++fences;
        state.attempts++;
        state.last = worker;
        state.lease = new Lease(state.job, worker, new Fence(state.fence), state.attempts, millis.getAsLong() + run.header.leaseMillis(),
                run.header.leaseMillis(), state.job.shard().map(run.carried::get));
        return state.lease;
    }

    @Override
    public synchronized List<Lease> renew(List<Lease> leases) throws QueueException {
        look();
        List<Lease> still = new ArrayList<>();
        for (Lease lease : leases) {
            of(lease).ifPresent(state -> {
                state.lease = state.lease.until(millis.getAsLong() + lease.validMillis());
                still.add(state.lease);
            });
        }
        return still;
    }

    @Override
    public synchronized boolean sending(Lease lease) throws QueueException {
        look();
        of(lease).ifPresent(state -> state.sending = true);
        return of(lease).isPresent();
    }

    @Override
    public synchronized Commit commit(Lease lease, JobResult result) throws QueueException {
        look();
        Run run = known(lease.id().run());
        Optional<State> state = of(lease);
        if (state.isEmpty()) {
            run.superseded++;
            return Commit.SUPERSEDED;
        }
        result.carried().ifPresent(carried -> lease.job().shard().ifPresent(shard -> run.carried.put(shard, carried)));
        end(run, state.get(), result.ok() ? JobEnd.State.OK : JobEnd.State.FAILED, Optional.of(result));
        notifyAll();
        return Commit.COUNTED;
    }

    @Override
    public synchronized void release(Lease lease) throws QueueException {
        look();
        of(lease).ifPresent(state -> back(runs.get(lease.id().run()), state, false));
        notifyAll();
    }

    @Override
    public synchronized void cancel(ReplayId id) throws QueueException {
        look();
        Run run = known(id);
        run.cancelled = true;
        for (State state : run.jobs) {
            if (state.end == null && (state.lease == null || !state.sending)) {
                end(run, state, JobEnd.State.CANCELLED, Optional.empty());
            }
        }
    }

    @Override
    public synchronized ResultPage results(ReplayId id, long cursor, int limit) throws QueueException {
        look();
        List<JobEnd> ends = known(id).ends;
        int from = (int) Math.min(cursor, ends.size());
        int to = Math.min(from + limit, ends.size());
        return new ResultPage(ends.subList(from, to), to);
    }

    @Override
    public synchronized JobCounts stats(ReplayId id) throws QueueException {
        look();
        if (lie.isPresent()) {
            return lie.get();
        }
        long[] counts = new long[JobEnd.State.values().length];
        long leased = 0;
        long waiting = 0;
        for (State state : known(id).jobs) {
            if (state.end != null) {
                counts[state.end.ordinal()]++;
            } else if (state.lease != null) {
                leased++;
            } else {
                waiting++;
            }
        }
        Run run = known(id);
        return new JobCounts(run.jobs.size(), counts[0], counts[1], counts[2], counts[3], counts[4], leased, waiting, run.superseded);
    }

    @Override
    public synchronized Optional<RunStatus> run(ReplayId id) throws QueueException {
        look();
        Run run = runs.get(id);
        return run == null ? Optional.empty() : Optional.of(status(run));
    }

    private RunStatus status(Run run) throws QueueException {
        JobCounts counts = stats(run.header.run());
        boolean over = run.jobs.stream().allMatch(state -> state.end != null);
        return new RunStatus(run.header, 0, over ? run.cancelled ? RunStatus.State.CANCELLED : RunStatus.State.ENDED
                : run.cancelled ? RunStatus.State.CANCELLING : RunStatus.State.RUNNING, counts);
    }

    @Override
    public synchronized List<RunStatus> runs() throws QueueException {
        look();
        List<RunStatus> all = new ArrayList<>();
        for (Run run : runs.values()) {
            all.add(status(run));
        }
        return all;
    }

    @Override
    public synchronized void forget(ReplayId id) throws QueueException {
        look();
        if (runs.containsKey(id) && !status(runs.get(id)).state().hasEnded()) {
            throw QueueException.runActive(id);
        }
        runs.remove(id);
    }

    @Override
    public synchronized TokenGrant tokens(WorkerId worker, ReplayId id, Optional<String> origin, int wanted) throws QueueException {
        look();
        Run run = known(id);
        if (origin.isPresent()) {
            int busy = run.inFlight.getOrDefault(origin.get(), 0);
            int given = Math.min(wanted, run.header.perOrigin().orElse(Integer.MAX_VALUE) - busy);
            run.inFlight.put(origin.get(), busy + given);
            return new TokenGrant(++fences, id, worker, origin, given, run.header.leaseMillis(), given < wanted ? 5 : 0);
        }
        if (run.header.ratePerSecond().isEmpty()) {
            return new TokenGrant(0, id, worker, origin, wanted, run.header.leaseMillis(), 0);
        }
        long now = millis.getAsLong();
        double rate = run.header.ratePerSecond().getAsDouble();
        run.tokens = Math.min(run.header.burst(), run.tokens + (now - run.tokensAt) * rate / 1e3);
        run.tokensAt = now;
        int given = (int) Math.min(wanted, run.tokens);
        run.tokens -= given;
        return new TokenGrant(++fences, id, worker, origin, given, run.header.leaseMillis(), given < wanted ? (long) Math.ceil(1e3 / rate) : 0);
    }

    @Override
    public synchronized void giveBack(TokenGrant grant, int count) throws QueueException {
        look();
        Run run = runs.get(grant.run());
        if (run != null && grant.origin().isPresent()) {
            run.inFlight.merge(grant.origin().get(), -count, Integer::sum);
        } else if (run != null) {
            run.tokens += count;
        }
    }

    @Override
    public synchronized void heartbeat(WorkerInfo worker) throws QueueException {
        look();
        workers.put(worker.id(), new WorkerSeen(worker, millis.getAsLong(), 0));
    }

    @Override
    public synchronized List<WorkerSeen> workers() throws QueueException {
        look();
        return List.copyOf(workers.values());
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
