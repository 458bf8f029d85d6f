package proxymcp.replay.queue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Tells what still counts, for a log that is written anew: it leads to the same state. Owner: the queue's thread. */
final class LiveState implements QueueLog.Rewriting {
    private final QueueState state;
    private final QueueLog log;

    LiveState(QueueState state, QueueLog log) {
        this.state = state;
        this.log = log;
    }

    @Override
    public void tell(QueueLog.Rewritten to) throws IOException {
        long now = state.timeMillis();
        to.entry(new Entry.Base(state.nextRun(), state.nextFence(), state.nextGrant()), now);
        for (QueueState.HeardOf worker : state.workers()) {
            to.entry(new Entry.WorkerTold(worker.info()), worker.atMillis());
        }
        for (RunState run : state.runs()) {
            run(run, to, now);
        }
    }

    private void run(RunState run, QueueLog.Rewritten to, long now) throws IOException {
        to.entry(new Entry.RunBegun(run.number(), run.header()), run.begunAtMillis());
        for (RunState.Batch batch : run.batches()) {
            to.entry(log.read(batch.place()), now);
        }
        if (run.isSealed()) {
            to.entry(new Entry.RunSealed(run.number()), now);
        }
        for (int at = 0; at < run.endedCount(); at++) {
            ended(run, at, to);
        }
        for (RunState.HeldLease lease : run.leases().values()) {
            to.entry(new Entry.Leased(lease.worker(), List.of(new Entry.Held(run.number(), lease.index(), lease.fence(), lease.attempt(),
                    lease.expiresAtMillis()))), now);
            if (run.phase(lease.index()) == JobPhase.SENDING) {
                to.entry(new Entry.Sending(run.number(), lease.index(), lease.fence()), now);
            }
        }
        for (QueueState.HeldGrant grant : state.grants()) {
            if (grant.run() == run.number()) {
                to.entry(new Entry.Granted(grant.number(), grant.run(), grant.worker(), grant.origin(), grant.count(), grant.expiresAtMillis()), now);
            }
        }
        to.entry(kept(run), now);
    }

    /** Jobs that ended together each get an entry of their own. */
    private void ended(RunState run, int at, QueueLog.Rewritten to) throws IOException {
        long place = run.endedPlace(at);
        int index = run.endedIndex(at);
        Entry entry = log.read(place);
        long time = log.time(place);
        switch (run.phase(index)) {
            case OK, FAILED -> to.entry(entry, time);
            case DEAD -> to.entry(of(run, index, entry, Entry.Then.DEAD), time);
            case CANCELLED -> to.entry(of(run, index, entry, Entry.Then.CANCELLED), time);
            case UNKNOWN -> to.entry(of(run, index, entry, Entry.Then.UNKNOWN), time);
            case ABSENT, WAITING, LEASED, SENDING -> throw new IllegalStateException("a job that ended has an end");
        }
    }

    private static Entry of(RunState run, int index, Entry entry, Entry.Then then) {
        return entry instanceof Entry.Ended ended ? ended : new Entry.Ended(run.number(), index, 0, run.attempts(index), "", then);
    }

    private static Entry kept(RunState run) {
        List<Entry.Tried> tried = new ArrayList<>();
        for (int index = 0; index < run.header().jobCount(); index++) {
            if (run.phase(index) == JobPhase.WAITING && run.attempts(index) > 0) {
                tried.add(new Entry.Tried(index, run.attempts(index)));
            }
        }
        List<Entry.Hold> holds = new ArrayList<>();
        for (ShardState shard : run.shards()) {
            holds.add(new Entry.Hold(shard.text(), shard.holder(), shard.heldUntilMillis()));
        }
        return new Entry.RunKept(run.number(), run.isCancelled(), run.counts().superseded(), run.rate().micros(), run.rate().atMillis(), tried, holds);
    }
}
