package proxymcp.replay.queue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import proxymcp.replay.ReplayId;

/** What the embedded queue does about each call, given all that has happened. Owner: the queue's thread. */
final class Decisions {
    private static final int PAGE_BYTES = 8 << 20;
    private static final long RATE_GRANT_MILLIS = 1_000;
    private static final long RETRY_MILLIS = 25;

    private final KeptBodies bodies;

    Decisions(KeptBodies bodies) {
        this.bodies = bodies;
    }

    /** Begins a run; returns how many of its jobs are there. */
    int begin(LogRound round, RunHeader header) throws QueueException {
        Optional<RunState> known = round.state().run(header.run());
        if (known.isEmpty()) {
            round.note(new Entry.RunBegun(round.state().nextRun(), header));
            return 0;
        }
        RecordOutput wanted = new RecordOutput();
        RecordOutput found = new RecordOutput();
        EntryCodec.write(new Entry.RunBegun(0, header), wanted);
        EntryCodec.write(new Entry.RunBegun(0, known.get().header()), found);
        if (!java.util.Arrays.equals(wanted.toByteArray(), found.toByteArray())) {
            throw QueueException.runDiffers(header.run());
        }
        return known.get().added();
    }

    /**
     * Adds jobs.
     *
     * @return how many are there then; the jobs were not added if it is not what it would be with them
     */
    int add(LogRound round, ReplayId id, Entry.JobsAdded entry) throws QueueException {
        RunState run = round.run(id);
        boolean cancelled = run.isCancelled() || run.isSealed();
        boolean missing = entry.bodies().stream().anyMatch(body -> !bodies.has(body)); // Deleted with a run that had the same, since it was found.
        if (!cancelled && !missing && entry.first() == run.added()) {
            round.note(new Entry.JobsAdded(run.number(), entry.first(), entry.unsafe(), entry.shards(), entry.bodies(), entry.packed()));
        }
        return cancelled ? run.header().jobCount() : run.added();
    }

    void seal(LogRound round, ReplayId id) throws QueueException {
        RunState run = round.run(id);
        if (!run.isSealed() && !run.isCancelled()) {
            round.note(new Entry.RunSealed(run.number()));
        }
    }

    List<Lease> lease(LogRound round, WorkerId worker, int room) throws IOException {
        List<Entry.Held> held = new ArrayList<>();
        List<Lease> leases = new ArrayList<>();
        long fence = round.state().nextFence();
        for (RunState run : round.state().inOrder()) {
            for (int index = run.ready(0); index >= 0 && leases.size() < room; index = run.ready(index + 1)) {
                ShardState shard = run.shard(index);
                if (shard != null && !shard.isFor(worker.text(), round.nowMillis())) {
                    continue;
                }
                Optional<Lease> lease = leaseOf(round, run, index, worker, fence);
                if (lease.isPresent()) {
                    leases.add(lease.get());
                    held.add(new Entry.Held(run.number(), index, fence++, lease.get().attempt(), lease.get().expiresAtMillis()));
                }
            }
        }
        if (!held.isEmpty()) {
            round.note(new Entry.Leased(worker.text(), held));
        }
        return leases;
    }

    /** Empty for a job that cannot be read any more, which is dead. */
    private static Optional<Lease> leaseOf(LogRound round, RunState run, int index, WorkerId worker, long fence) {
        int attempt = run.attempts(index) + 1;
        try {
            long millis = run.header().leaseMillis();
            ShardState shard = run.shard(index);
            Optional<byte[]> carried = Optional.empty();
            if (shard != null && shard.carriedAt() >= 0 && round.read(shard.carriedAt()) instanceof Entry.Committed last) {
                carried = Optional.of(last.carried());
            }
            return Optional.of(new Lease(round.job(run, index), worker, new Fence(fence), attempt, round.nowMillis() + millis, millis, carried));
        } catch (IOException e) {
            round.note(new Entry.Ended(run.number(), index, 0, run.attempts(index), "", Entry.Then.DEAD));
            return Optional.empty();
        }
    }

    List<Lease> renew(LogRound round, List<Lease> leases) {
        List<Entry.Held> held = new ArrayList<>();
        List<Lease> renewed = new ArrayList<>();
        for (Lease lease : leases) {
            Optional<RunState> run = held(round, lease);
            if (run.isPresent()) {
                long end = round.nowMillis() + run.get().header().leaseMillis();
                held.add(new Entry.Held(run.get().number(), lease.id().index(), lease.fence().number(), lease.attempt(), end));
                renewed.add(lease.until(end));
            }
        }
        if (!held.isEmpty()) {
            round.note(new Entry.Renewed(held));
        }
        return renewed;
    }

    boolean sending(LogRound round, Lease lease) {
        Optional<RunState> run = held(round, lease);
        if (run.isPresent() && run.get().phase(lease.id().index()) != JobPhase.SENDING) {
            round.note(new Entry.Sending(run.get().number(), lease.id().index(), lease.fence().number()));
        }
        return run.isPresent();
    }

    /** Empty if a body of the result was deleted, with a run that had the same, since it was kept: the result is packed anew then. */
    Optional<JobQueue.Commit> commit(LogRound round, Lease lease, PackedResult result) throws IOException {
        Optional<RunState> known = round.state().run(lease.id().run());
        if (known.isEmpty() || !known.get().has(lease.id().index())) {
            return Optional.of(JobQueue.Commit.SUPERSEDED); // The run was forgotten, which it only is once all its jobs have ended.
        }
        if (result.bodies().stream().anyMatch(body -> !bodies.has(body))) {
            return Optional.empty();
        }
        RunState run = known.get();
        boolean held = run.holds(lease.id().index(), lease.fence().number());
        if (!held && endedWith(round, run, lease)) {
            return Optional.of(JobQueue.Commit.COUNTED);
        }
        if (held || !run.wasSuperseded(lease.fence().number())) {
            Optional<byte[]> carried = result.result().carried();
            round.note(new Entry.Committed(run.number(), lease.id().index(), lease.fence().number(), lease.attempt(), lease.worker().text(), held,
                    result.result().ok(), carried.isPresent(), carried.orElse(new byte[0]), result.bodies(), result.packed()));
        }
        return Optional.of(held ? JobQueue.Commit.COUNTED : JobQueue.Commit.SUPERSEDED);
    }

    /** Whether a job was ended by a commit of this very lease: its answer did not arrive. */
    private static boolean endedWith(LogRound round, RunState run, Lease lease) throws IOException {
        JobPhase phase = run.phase(lease.id().index());
        if (phase != JobPhase.OK && phase != JobPhase.FAILED) {
            return false;
        }
        for (int at = run.endedCount() - 1; at >= 0; at--) {
            if (run.endedIndex(at) == lease.id().index()) {
                return round.read(run.endedPlace(at)) instanceof Entry.Committed done && done.fence() == lease.fence().number();
            }
        }
        return false;
    }

    void release(LogRound round, Lease lease) {
        held(round, lease).ifPresent(run -> round.end(run, run.leases().get(lease.id().index()), false));
    }

    private static Optional<RunState> held(LogRound round, Lease lease) {
        return round.state().run(lease.id().run()).filter(run -> run.holds(lease.id().index(), lease.fence().number()));
    }

    void cancel(LogRound round, ReplayId id) throws QueueException {
        RunState run = round.run(id);
        if (!run.isCancelled() && !run.hasEnded()) {
            round.note(new Entry.RunCancelled(run.number()));
        }
    }

    /** Returns bodies that nothing refers to any more. */
    java.util.Set<String> forget(LogRound round, ReplayId id) throws QueueException {
        Optional<RunState> run = round.state().run(id);
        if (run.isEmpty()) {
            return java.util.Set.of();
        }
        if (!run.get().hasEnded()) {
            throw QueueException.runActive(id);
        }
        java.util.Set<String> bodies = new java.util.HashSet<>(run.get().bodies());
        round.note(new Entry.RunForgotten(run.get().number()));
        bodies.removeAll(round.state().bodies());
        return bodies;
    }

    ResultPage results(LogRound round, ReplayId id, long cursor, int limit) throws IOException {
        RunState run = round.run(id);
        List<JobEnd> ends = new ArrayList<>();
        long bytes = 0;
        int at = Math.clamp(cursor, 0, run.endedCount());
        for (; at < run.endedCount() && ends.size() < limit && bytes < PAGE_BYTES; at++) {
            Entry entry = round.read(run.endedPlace(at));
            ends.add(end(round, run, run.endedIndex(at), entry, run.endedPlace(at)));
            bytes += entry instanceof Entry.Committed done ? done.packed().length * 4L : 0;
        }
        return new ResultPage(ends, at);
    }

    private JobEnd end(LogRound round, RunState run, int index, Entry entry, long place) throws IOException {
        JobEnd.State state = run.phase(index).end().orElseThrow(() -> new IllegalStateException("a job that ended has an end"));
        Optional<WorkerId> worker = Optional.empty();
        Optional<JobResult> result = Optional.empty();
        if (entry instanceof Entry.Committed done) {
            worker = Optional.of(new WorkerId(done.worker()));
            result = Optional.of(PackedResult.read(done, bodies));
        } else if (entry instanceof Entry.Ended ended && !ended.worker().isEmpty()) {
            worker = Optional.of(new WorkerId(ended.worker()));
        }
        return new JobEnd(new JobId(run.header().run(), index), state, run.attempts(index), worker, round.time(place), result);
    }

    TokenGrant tokens(LogRound round, WorkerId worker, ReplayId id, Optional<String> origin, int wanted) throws QueueException {
        RunState run = round.run(id);
        RunHeader header = run.header();
        boolean bounded = origin.isPresent() ? header.perOrigin().isPresent() : header.ratePerSecond().isPresent();
        long millis = origin.isPresent() ? header.leaseMillis() : RATE_GRANT_MILLIS;
        if (!bounded) {
            return new TokenGrant(0, id, worker, origin, wanted, millis, 0);
        }
        long now = round.nowMillis();
        int available = origin.isPresent() ? header.perOrigin().getAsInt() - round.state().inFlight(run.number(), origin.get(), now) : run.rate().available(now);
        int count = Math.max(0, Math.min(wanted, available));
        if (count == 0) {
            return new TokenGrant(0, id, worker, origin, 0, millis, origin.isPresent() ? RETRY_MILLIS : run.rate().waitMillis(now));
        }
        long number = round.state().nextGrant();
        round.note(new Entry.Granted(number, run.number(), worker.text(), origin.orElse(""), count, now + millis));
        return new TokenGrant(number, id, worker, origin, count, millis, count == wanted ? 0 : origin.isPresent() ? RETRY_MILLIS : run.rate().waitMillis(now));
    }

    void giveBack(LogRound round, TokenGrant grant, int count) {
        if (round.state().grant(grant.number(), round.nowMillis()).isPresent()) {
            round.note(new Entry.Returned(grant.number(), count));
        }
    }

    List<WorkerSeen> workers(LogRound round) {
        List<WorkerSeen> seen = new ArrayList<>();
        for (QueueState.HeardOf heard : round.state().workers()) {
            seen.add(new WorkerSeen(heard.info(), heard.atMillis(), round.nowMillis() - heard.atMillis()));
        }
        seen.removeIf(worker -> worker.silentMillis() > QueueState.WORKER_MILLIS);
        seen.sort(Comparator.comparing((WorkerSeen worker) -> worker.info().name()).thenComparing(worker -> worker.info().id().text()));
        return seen;
    }
}
