package proxymcp.replay.queue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.replay.ReplayId;

/** What the log comes to: the fold of its entries. Equal logs give equal states, whoever reads them. Owner: the queue's thread. */
final class QueueState implements QueueLog.Follower {
    static final long WORKER_MILLIS = 86_400_000;

    /** Tokens that a worker has. */
    record HeldGrant(long number, int run, String worker, String origin, int count, long expiresAtMillis) {
        HeldGrant with(int newCount, long newExpiresAtMillis) {
            return new HeldGrant(number, run, worker, origin, newCount, newExpiresAtMillis);
        }
    }

    /** A worker and when it was last heard of. */
    record HeardOf(WorkerInfo info, long atMillis) {}

    private final Map<Integer, RunState> runs = new LinkedHashMap<>();
    private final Map<ReplayId, RunState> byId = new HashMap<>();
    private List<RunState> inOrder = List.of();
    private final Map<Long, HeldGrant> grants = new LinkedHashMap<>();
    private final Map<String, HeardOf> workers = new HashMap<>();
    private int nextRun;
    private long nextFence;
    private long nextGrant;
    private long timeMillis;
    private boolean inDoubt;
    /** No lease ends before. */
    private long earliestEndMillis;

    QueueState() {
        reset();
    }

    @Override
    public void reset() {
        runs.clear();
        byId.clear();
        inOrder = List.of();
        grants.clear();
        workers.clear();
        nextRun = 1;
        nextFence = 1;
        nextGrant = 1;
        timeMillis = 0;
        inDoubt = false;
        earliestEndMillis = Long.MAX_VALUE;
    }

    @Override
    public void damaged() {
        inDoubt = true;
    }

    /** Whether something before cannot be read, and nobody has drawn the consequences yet. */
    boolean isInDoubt() {
        return inDoubt;
    }

    /** Time of the newest entry. */
    long timeMillis() {
        return timeMillis;
    }

    int nextRun() {
        return nextRun;
    }

    long nextFence() {
        return nextFence;
    }

    long nextGrant() {
        return nextGrant;
    }

    Optional<RunState> run(ReplayId id) {
        return Optional.ofNullable(byId.get(id));
    }

    Optional<RunState> run(int number) {
        return Optional.ofNullable(runs.get(number));
    }

    /** All runs, oldest first. */
    Collection<RunState> runs() {
        return runs.values();
    }

    /** All runs in the order that they are served in. */
    List<RunState> inOrder() {
        return inOrder;
    }

    Collection<HeardOf> workers() {
        return workers.values();
    }

    Collection<HeldGrant> grants() {
        return grants.values();
    }

    long earliestEndMillis() {
        return earliestEndMillis;
    }

    /** Looks anew when the first lease ends. */
    void findEarliestEnd() {
        earliestEndMillis = Long.MAX_VALUE;
        for (RunState run : runs.values()) {
            for (RunState.HeldLease lease : run.leases().values()) {
                earliestEndMillis = Math.min(earliestEndMillis, lease.expiresAtMillis());
            }
        }
    }

    /** Requests in flight to an origin, of all workers that are heard of. */
    int inFlight(int run, String origin, long nowMillis) {
        int count = 0;
        for (HeldGrant grant : grants.values()) {
            if (grant.run() == run && grant.origin().equals(origin) && grant.expiresAtMillis() > nowMillis) {
                count += grant.count();
            }
        }
        return count;
    }

    Optional<HeldGrant> grant(long number, long nowMillis) {
        return Optional.ofNullable(grants.get(number)).filter(grant -> grant.expiresAtMillis() > nowMillis);
    }

    /** Bodies of all runs. */
    Set<String> bodies() {
        Set<String> all = new HashSet<>();
        runs.values().forEach(run -> all.addAll(run.bodies()));
        return all;
    }

    @Override
    public void follow(Entry entry, long place, long atMillis, int bytes) {
        timeMillis = Math.max(timeMillis, atMillis);
        switch (entry) {
            case Entry.Base base -> {
                nextRun = base.nextRun();
                nextFence = base.nextFence();
                nextGrant = base.nextGrant();
            }
            case Entry.RunBegun begun -> begin(begun, atMillis);
            case Entry.JobsAdded jobs -> in(jobs.run(), bytes, run -> run.add(jobs, place));
            case Entry.RunSealed sealed -> in(sealed.run(), bytes, RunState::seal);
            case Entry.Leased leased -> leased.jobs().forEach(held -> {
                nextFence = Math.max(nextFence, held.fence() + 1);
                earliestEndMillis = Math.min(earliestEndMillis, held.expiresAtMillis());
                in(held.run(), 0, run -> run.lease(held, leased.worker()));
            });
            case Entry.Sending sending -> in(sending.run(), 0, run -> run.sending(sending.index(), sending.fence()));
            case Entry.Renewed renewed -> renewed.jobs().forEach(held -> {
                earliestEndMillis = Math.min(earliestEndMillis, held.expiresAtMillis());
                in(held.run(), 0, run -> run.renew(held.index(), held.fence(), held.expiresAtMillis()));
            });
            case Entry.Committed done -> in(done.run(), bytes, run -> run.commit(done, place, atMillis));
            case Entry.Ended ended -> in(ended.run(), bytes, run -> run.end(ended, place));
            case Entry.RunCancelled cancelled -> in(cancelled.run(), bytes, run -> run.cancel(place));
            case Entry.RunForgotten forgotten -> forget(forgotten.run());
            case Entry.WorkerTold told -> hear(told.info(), atMillis);
            case Entry.Granted grant -> grant(grant, atMillis);
            case Entry.Returned returned -> giveBack(returned, atMillis);
            case Entry.Doubted doubted -> {
                runs.values().forEach(run -> run.doubt(place));
                inDoubt = false;
            }
            case Entry.RunKept kept -> in(kept.run(), bytes, run -> run.keep(kept));
        }
    }

    /** What is done about a run. */
    private interface Change {
        void to(RunState run);
    }

    private void in(int number, int bytes, Change change) {
        RunState run = runs.get(number);
        if (run != null) {
            run.addBytes(bytes);
            change.to(run);
        }
    }

    private void begin(Entry.RunBegun begun, long atMillis) {
        RunState run = new RunState(begun.run(), begun.header(), atMillis);
        nextRun = Math.max(nextRun, begun.run() + 1);
        runs.put(begun.run(), run);
        byId.put(begun.header().run(), run);
        sort();
    }

    private void forget(int number) {
        RunState run = runs.remove(number);
        if (run != null) {
            byId.remove(run.header().run());
            grants.values().removeIf(grant -> grant.run() == number);
            sort();
        }
    }

    private void sort() {
        List<RunState> sorted = new ArrayList<>(runs.values());
        sorted.sort(Comparator.comparingInt((RunState run) -> -run.header().priority()).thenComparingInt(RunState::number));
        inOrder = sorted;
    }

    private void hear(WorkerInfo info, long atMillis) {
        String worker = info.id().text();
        workers.values().removeIf(heard -> atMillis - heard.atMillis() > WORKER_MILLIS);
        workers.put(worker, new HeardOf(info, atMillis));
        grants.values().removeIf(grant -> grant.expiresAtMillis() <= atMillis);
        if (info.state() == WorkerInfo.State.STOPPED) {
            grants.values().removeIf(grant -> grant.worker().equals(worker));
            runs.values().forEach(run -> run.leave(worker));
            return;
        }
        grants.replaceAll((number, grant) -> grant.worker().equals(worker) && !grant.origin().isEmpty()
                && runs.containsKey(grant.run())
                ? grant.with(grant.count(), atMillis + runs.get(grant.run()).header().leaseMillis()) : grant);
    }

    private void grant(Entry.Granted grant, long atMillis) {
        nextGrant = Math.max(nextGrant, grant.number() + 1);
        grants.values().removeIf(held -> held.expiresAtMillis() <= atMillis);
        RunState run = runs.get(grant.run());
        if (run != null) {
            grants.put(grant.number(), new HeldGrant(grant.number(), grant.run(), grant.worker(), grant.origin(), grant.count(), grant.expiresAtMillis()));
            if (grant.origin().isEmpty()) {
                run.rate().take(grant.count(), atMillis);
            }
        }
    }

    private void giveBack(Entry.Returned returned, long atMillis) {
        HeldGrant grant = grants.get(returned.number());
        if (grant == null || grant.expiresAtMillis() <= atMillis) {
            return;
        }
        int count = Math.min(returned.count(), grant.count());
        if (grant.origin().isEmpty() && runs.containsKey(grant.run())) {
            runs.get(grant.run()).rate().giveBack(count);
        }
        if (count == grant.count()) {
            grants.remove(returned.number());
        } else {
            grants.put(returned.number(), grant.with(grant.count() - count, grant.expiresAtMillis()));
        }
    }
}
