package proxymcp.replay.queue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A run as the log has it so far: some ten octets a job. One thread. */
final class RunState {
    /** A lease that holds. */
    record HeldLease(int index, String worker, long fence, int attempt, long expiresAtMillis) {
        HeldLease until(long newExpiresAtMillis) {
            return new HeldLease(index, worker, fence, attempt, newExpiresAtMillis);
        }
    }

    /** An entry with jobs: indexes {@code first} to one below {@code end}. */
    record Batch(int first, int end, long place) {}

    private final int number;
    private final RunHeader header;
    private final long begunAtMillis;
    private final byte[] phases;
    private final byte[] attempts;
    private final BitSet unsafe = new BitSet();
    private final BitSet ready = new BitSet();
    private final long[] counts = new long[JobPhase.values().length];
    private final List<Batch> batches = new ArrayList<>();
    private final Map<Integer, HeldLease> leases = new HashMap<>();
    private final Map<String, ShardState> shards = new HashMap<>();
    private final Map<Integer, ShardState> shardOf = new HashMap<>();
    private final LongList endedIndexes = new LongList();
    private final LongList endedPlaces = new LongList();
    private final Set<String> bodies = new HashSet<>();
    private final Set<Long> superseded = new HashSet<>();
    private final RateState rate;
    private int added;
    private long enqueued;
    private long supersededCount;
    private boolean sealed;
    private boolean cancelled;
    private long liveBytes;

    RunState(int number, RunHeader header, long begunAtMillis) {
        this.number = number;
        this.header = header;
        this.begunAtMillis = begunAtMillis;
        this.phases = new byte[header.jobCount()];
        this.attempts = new byte[header.jobCount()];
        this.rate = new RateState(header, begunAtMillis);
        counts[JobPhase.ABSENT.ordinal()] = header.jobCount();
    }

    int number() {
        return number;
    }

    RunHeader header() {
        return header;
    }

    long begunAtMillis() {
        return begunAtMillis;
    }

    RateState rate() {
        return rate;
    }

    boolean isSealed() {
        return sealed;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Jobs that were put in, by index. */
    int added() {
        return added;
    }

    Set<String> bodies() {
        return bodies;
    }

    List<Batch> batches() {
        return batches;
    }

    Map<Integer, HeldLease> leases() {
        return leases;
    }

    Iterable<ShardState> shards() {
        return shards.values();
    }

    /** Octets of the log that are about this run. */
    long liveBytes() {
        return liveBytes;
    }

    void addBytes(int bytes) {
        liveBytes += bytes;
    }

    /** Whether the log knows of a job of this index. */
    boolean has(int index) {
        return index >= 0 && index < phases.length;
    }

    JobPhase phase(int index) {
        return JobPhase.of(phases[index]);
    }

    boolean isUnsafe(int index) {
        return unsafe.get(index);
    }

    int attempts(int index) {
        return attempts[index] & 0xFF;
    }

    void setAttempts(int index, int count) {
        attempts[index] = (byte) Math.min(255, count);
    }

    ShardState shard(int index) {
        return shardOf.get(index);
    }

    /** Index of the next job from {@code from} on that could be leased, whoever's shard it is; -1 if there is none. */
    int ready(int from) {
        return sealed && !cancelled ? ready.nextSetBit(from) : -1;
    }

    int endedCount() {
        return endedIndexes.size();
    }

    int endedIndex(int at) {
        return (int) endedIndexes.get(at);
    }

    /** Place of the entry that ended it. */
    long endedPlace(int at) {
        return endedPlaces.get(at);
    }

    boolean wasSuperseded(long fence) {
        return superseded.contains(fence);
    }

    JobCounts counts() {
        return new JobCounts(enqueued, count(JobPhase.OK), count(JobPhase.FAILED), count(JobPhase.DEAD), count(JobPhase.CANCELLED), count(JobPhase.UNKNOWN),
                count(JobPhase.LEASED) + count(JobPhase.SENDING), count(JobPhase.WAITING), supersededCount);
    }

    private long count(JobPhase phase) {
        return counts[phase.ordinal()];
    }

    boolean hasEnded() {
        return (sealed || cancelled) && count(JobPhase.LEASED) + count(JobPhase.SENDING) + count(JobPhase.WAITING) == 0;
    }

    RunStatus status() {
        RunStatus.State state = hasEnded() ? cancelled ? RunStatus.State.CANCELLED : RunStatus.State.ENDED
                : cancelled ? RunStatus.State.CANCELLING : sealed ? RunStatus.State.RUNNING : RunStatus.State.ENQUEUING;
        return new RunStatus(header, begunAtMillis, state, counts());
    }

    void add(Entry.JobsAdded jobs, long place) {
        if (jobs.first() < added || jobs.first() + jobs.unsafe().length > phases.length) {
            return;
        }
        batches.add(new Batch(jobs.first(), jobs.first() + jobs.unsafe().length, place));
        bodies.addAll(jobs.bodies());
        for (int i = 0; i < jobs.unsafe().length; i++) {
            int index = jobs.first() + i;
            unsafe.set(index, jobs.unsafe()[i]);
            if (!jobs.shards()[i].isEmpty()) {
                ShardState shard = shards.computeIfAbsent(jobs.shards()[i], ShardState::new);
                shard.add(index);
                shardOf.put(index, shard);
            }
            move(index, JobPhase.WAITING);
        }
        added = jobs.first() + jobs.unsafe().length;
    }

    void seal() {
        sealed = true;
    }

    /** Whether it is there and has not ended; in a damaged log the entry that it was in may be missing. */
    private boolean canChange(int index) {
        return has(index) && phase(index) != JobPhase.ABSENT && phase(index).end().isEmpty();
    }

    void lease(Entry.Held held, String worker) {
        int index = held.index();
        if (!canChange(index)) {
            return;
        }
        leases.put(index, new HeldLease(index, worker, held.fence(), held.attempt(), held.expiresAtMillis()));
        setAttempts(index, held.attempt());
        move(index, JobPhase.LEASED);
        hold(index, worker, held.expiresAtMillis());
    }

    /** Whether a lease of this fence holds. */
    boolean holds(int index, long fence) {
        HeldLease lease = leases.get(index);
        return lease != null && lease.fence() == fence;
    }

    void sending(int index, long fence) {
        if (holds(index, fence)) {
            move(index, JobPhase.SENDING);
        }
    }

    void renew(int index, long fence, long expiresAtMillis) {
        if (holds(index, fence)) {
            HeldLease lease = leases.get(index).until(expiresAtMillis);
            leases.put(index, lease);
            hold(index, lease.worker(), expiresAtMillis);
        }
    }

    void commit(Entry.Committed done, long place, long timeMillis) {
        bodies.addAll(done.bodies());
        if (!done.counted()) {
            supersededCount += superseded.add(done.fence()) ? 1 : 0;
        } else if (end(done.index(), done.ok() ? JobPhase.OK : JobPhase.FAILED, place)) {
            setAttempts(done.index(), done.attempt());
            hold(done.index(), done.worker(), timeMillis + header.leaseMillis());
            ShardState shard = shardOf.get(done.index());
            if (shard != null && done.carries()) {
                shard.carry(place);
            }
        }
    }

    /** A lease ended without a result. */
    void end(Entry.Ended ended, long place) {
        int index = ended.index();
        if (!has(index) || phase(index).end().isPresent()) {
            return;
        }
        setAttempts(index, ended.attempt());
        hold(index, "", 0);
        switch (ended.then()) {
            case AGAIN, BACK -> {
                leases.remove(index);
                if (canChange(index)) {
                    move(index, JobPhase.WAITING);
                }
            }
            case DEAD -> end(index, JobPhase.DEAD, place);
            case CANCELLED -> end(index, JobPhase.CANCELLED, place);
            case UNKNOWN -> end(index, JobPhase.UNKNOWN, place);
        }
    }

    void cancel(long place) {
        cancelled = true;
        for (int index = 0; index < phases.length; index++) {
            if (phase(index) == JobPhase.WAITING || phase(index) == JobPhase.LEASED) {
                end(index, JobPhase.CANCELLED, place);
            }
        }
    }

    /** After damage: what may have been sent, and what cannot be read, is not sent. */
    void doubt(long place) {
        sealed |= added == phases.length;
        for (int index = 0; index < phases.length; index++) {
            JobPhase phase = phase(index);
            if (phase == JobPhase.ABSENT && (index < added || sealed)) {
                end(index, JobPhase.UNKNOWN, place);
            } else if (unsafe.get(index) && phase != JobPhase.ABSENT && phase.end().isEmpty()) {
                end(index, JobPhase.UNKNOWN, place);
            }
        }
    }

    void keep(Entry.RunKept kept) {
        cancelled = kept.cancelled();
        supersededCount = kept.superseded();
        kept.tried().forEach(tried -> setAttempts(tried.index(), tried.attempts()));
        for (Entry.Hold hold : kept.holds()) {
            if (shards.containsKey(hold.shard())) {
                shards.get(hold.shard()).hold(hold.worker(), hold.untilMillis());
            }
        }
        rate.keep(kept.rateMicros(), kept.rateAtMillis());
    }

    /** A worker that left holds no shard. */
    void leave(String worker) {
        for (ShardState shard : shards.values()) {
            if (shard.holder().equals(worker)) {
                shard.hold("", 0);
            }
        }
    }

    private void hold(int index, String worker, long untilMillis) {
        ShardState shard = shardOf.get(index);
        if (shard != null) {
            shard.hold(worker, untilMillis);
        }
    }

    private boolean end(int index, JobPhase phase, long place) {
        if (!has(index) || phase(index).end().isPresent()) {
            return false;
        }
        leases.remove(index);
        move(index, phase);
        endedIndexes.add(index);
        endedPlaces.add(place);
        return true;
    }

    private void move(int index, JobPhase to) {
        enqueued += phase(index) == JobPhase.ABSENT ? 1 : 0;
        counts[phases[index]]--;
        phases[index] = (byte) to.ordinal();
        counts[phases[index]]++;
        ShardState shard = shardOf.get(index);
        if (shard == null) {
            ready.set(index, to == JobPhase.WAITING);
            return;
        }
        ready.clear(index);
        int head = shard.head(this);
        if (head >= 0) {
            ready.set(head, phase(head) == JobPhase.WAITING);
        }
    }
}
