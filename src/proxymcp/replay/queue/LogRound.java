package proxymcp.replay.queue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Decisions that are taken while the queue's lock is held once, all at one time. What is noted counts at once for those that follow, and is in the log when
 * the lock is given back. Owner: the queue's thread.
 */
final class LogRound {
    private final QueueLog log;
    private final QueueState state;
    private final KeptJobs jobs;
    private final RecordOutput out;
    private final long nowMillis;

    LogRound(QueueLog log, QueueState state, KeptJobs jobs, RecordOutput out, long nowMillis) {
        this.log = log;
        this.state = state;
        this.jobs = jobs;
        this.out = out;
        this.nowMillis = nowMillis;
    }

    QueueState state() {
        return state;
    }

    long nowMillis() {
        return nowMillis;
    }

    /** The run, which others may have forgotten. */
    RunState run(proxymcp.replay.ReplayId id) throws QueueException {
        return state.run(id).orElseThrow(() -> QueueException.unknownRun(id));
    }

    /** Has an entry happen. */
    void note(Entry entry) {
        int at = out.used();
        long place = log.place(at);
        LogLayout.write(entry, nowMillis, log.mark(), out);
        state.follow(entry, place, nowMillis, out.used() - at);
    }

    /** A job of a run. */
    Job job(RunState run, int index) throws IOException {
        return jobs.job(run, index, this::read);
    }

    /** The entry at a place, which may have been noted in this round. */
    Entry read(long place) throws IOException {
        if (place >= log.place(0)) {
            int at = (int) (place - log.place(0));
            LogLayout.Header header = LogLayout.header(out.bytes(), at);
            int from = at + LogLayout.HEADER_BYTES;
            return EntryCodec.read(header.type(), java.util.Arrays.copyOfRange(out.bytes(), from, from + header.length()));
        }
        return log.read(place);
    }

    /** When the entry at a place was noted. */
    long time(long place) throws IOException {
        return place >= log.place(0) ? nowMillis : log.time(place);
    }

    /** Draws the consequences of damage, and of time that has passed. */
    void settle() {
        if (state.isInDoubt()) {
            note(new Entry.Doubted());
        }
        if (nowMillis < state.earliestEndMillis()) {
            return;
        }
        for (RunState run : state.runs()) {
            List<RunState.HeldLease> over = new ArrayList<>();
            for (RunState.HeldLease lease : run.leases().values()) {
                if (lease.expiresAtMillis() <= nowMillis) {
                    over.add(lease);
                }
            }
            over.sort(java.util.Comparator.comparingLong(RunState.HeldLease::fence));
            over.forEach(lease -> end(run, lease, true));
        }
        state.findEarliestEnd();
    }

    /** Ends a lease without a result. */
    void end(RunState run, RunState.HeldLease lease, boolean ranOut) {
        boolean sending = run.phase(lease.index()) == JobPhase.SENDING;
        Entry.Then then = sending && run.isUnsafe(lease.index()) ? Entry.Then.UNKNOWN
                : run.isCancelled() ? Entry.Then.CANCELLED
                : !ranOut ? Entry.Then.BACK
                : lease.attempt() < run.header().attemptsMax() ? Entry.Then.AGAIN : Entry.Then.DEAD;
        int attempt = then == Entry.Then.BACK ? lease.attempt() - 1 : lease.attempt();
        note(new Entry.Ended(run.number(), lease.index(), lease.fence(), attempt, lease.worker(), then));
    }
}
