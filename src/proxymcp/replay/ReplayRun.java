package proxymcp.replay;

import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import proxymcp.exchange.ErrorClass;

/**
 * A run that is sent by this process: one virtual thread a place in flight, each takes the next item that may begin, sends it, and says what came.
 *
 * <p>What may begin when is decided by {@link RunSchedule}, whether something is tried again by {@link Retries}, what an expired authorisation leads to by
 * {@link AuthRenewal}, all under one lock, which is never held while anything is sent or written. Of the workers that have nothing to do one waits for
 * the time and the others for it, so that a slow rate does not wake them all for each request.
 *
 * <p>What ended is counted first and journalled right after it; an unsafe request is journalled, and that forced, before its first octet.
 */
public final class ReplayRun implements RunView {
    /** Longest time that an origin is left alone because connections to it fail, 1 s: a dead target slows a run down, and does not hold it for hours. */
    static final long DEAD_TARGET_MILLIS_MAX = 1_000;

    private final ReplayId id;
    private final Plan plan;
    private final PreparedRun prepared;
    private final RunTime time;
    private final RunJournal journal;
    private final Closeable held;
    private final long startedAtMillis;
    private final long elapsedBeforeMillis;
    private final long beginNanos;
    /** Whether no earlier process sent part of it. */
    private final boolean sendsAll;
    private final CountDownLatch ended = new CountDownLatch(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** All below guarded by {@link #lock}. */
    private final RunLedger ledger;
    private final RunSchedule schedule;
    private final Retries retries;
    private final AuthRenewal renewal;
    private final Optional<ErrorWindow> window;
    private Optional<Thread> leader = Optional.empty();
    private long leaderUntil;
    private int workersLeft;
    private RunReport.State state = RunReport.State.RUNNING;
    private Optional<RunReport.State> stopping = Optional.empty();
    private String reason = "";
    /** Origin that asked to be left alone the longest, and until when. */
    private String heldOrigin = "";
    private long heldUntil;
    private boolean gaveUpTold;
    private Optional<Long> endedAtMillis = Optional.empty();
    private long elapsedAtEnd;

    /** A request that a worker is about to send. */
    private record Job(PlanItem item, int attempt, boolean refresh, int generation, long begunAt) {}

    /**
     * A run whose begin is up to {@link #begin}.
     *
     * @param ledger what is known of its items already
     * @param held closed when the run has ended
     */
    ReplayRun(RunFolder.Header header, Plan plan, PreparedRun prepared, RunTime time, RunJournal journal, Closeable held, RunLedger ledger,
            long elapsedBeforeMillis) {
        this.id = header.replayId();
        this.startedAtMillis = header.startedAtMillis();
        this.plan = plan;
        this.prepared = prepared;
        this.time = time;
        this.journal = journal;
        this.held = held;
        this.ledger = ledger;
        this.elapsedBeforeMillis = elapsedBeforeMillis;
        this.beginNanos = time.nanoTime();
        this.schedule = new RunSchedule(plan.items(), ledger::isPending, prepared.settings());
        this.retries = new Retries(prepared.settings().retry(), header.seed());
        this.renewal = new AuthRenewal(prepared.settings(), plan);
        this.sendsAll = ledger.count(RunItem.State.SUCCESS) + ledger.count(RunItem.State.ERROR) == 0;
        this.window = prepared.settings().stopOn().map(ErrorWindow::new);
    }

    /** Starts its workers. */
    void begin() {
        prepared.memory().tell(journal::learned);
        for (PlanItem item : plan.items()) {
            if (!ledger.isPending(item.index())) {
                prepared.sender().ended(item); // Skipped, or ended before the run was interrupted: nothing is to wait for it.
            }
        }
        int pending = ledger.count(RunItem.State.PENDING);
        workersLeft = Math.max(1, Math.min(prepared.settings().concurrency(), pending));
        int workers = workersLeft;
        for (int number = 1; number <= workers; number++) {
            Thread.ofVirtual().name(id + "-" + number).start(this::work);
        }
    }

    /** Its name. */
    public ReplayId id() {
        return id;
    }

    /** Ends it: nothing more is sent, and what is in flight is cut off. Returns at once; does nothing once it has ended. */
    public void cancel() {
        stop(RunReport.State.CANCELLED, "");
        prepared.sender().cancel();
    }

    /** Ends it so that it can be resumed: requests in flight are cut off, and safe ones among them sent again then. */
    void interrupt() {
        stop(RunReport.State.INTERRUPTED, "");
        prepared.sender().close();
    }

    /** Waits for its end; whether it has ended. */
    public boolean await(long millis) throws InterruptedException {
        return ended.await(millis, TimeUnit.MILLISECONDS);
    }

    /** Whether it has ended, and all of it is kept. */
    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /** Whether it reads or records to a session, and has not ended. */
    boolean uses(String sessionId) {
        return !hasEnded() && (plan.sessionId().equals(sessionId) || prepared.sender().recordsTo().equals(Optional.of(sessionId)));
    }

    @Override
    public RunReport report() {
        lock.lock();
        try {
            return ledger.report(state, new RunLedger.RunFacts(id, plan.sessionId(), reason, startedAtMillis, endedAtMillis,
                    endedAtMillis.isPresent() ? elapsedAtEnd : elapsedMillis(), plan.notes(), journal.remark(), waitingFor()));
        } finally {
            lock.unlock();
        }
    }

    /** Called with the lock held. */
    private Optional<String> waitingFor() {
        long left = heldUntil - now();
        return state != RunReport.State.RUNNING ? Optional.empty() : heldOrigin.isEmpty() || left <= 0 ? prepared.sender().waitingFor()
                : Optional.of("Retry-After of " + heldOrigin + ", until " + Instant.ofEpochMilli(time.epochMillis() + TimeUnit.NANOSECONDS.toMillis(left)));
    }

    @Override
    public int total(RunItem.Only only) {
        lock.lock();
        try {
            return ledger.total(only);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<RunItem> items(RunItem.Only only, int offset, int limit) {
        lock.lock();
        try {
            return ledger.items(only, offset, limit);
        } finally {
            lock.unlock();
        }
    }

    private long now() {
        return time.nanoTime() - beginNanos;
    }

    private long elapsedMillis() {
        return elapsedBeforeMillis + TimeUnit.NANOSECONDS.toMillis(now());
    }

    private void work() {
        try {
            for (Optional<Job> job = take(); job.isPresent(); job = take()) {
                if (mayBeSent(job.get())) {
                    finish(job.get(), send(job.get()));
                }
            }
        } catch (InterruptedException e) {
            stop(RunReport.State.CANCELLED, ""); // Nobody interrupts workers but who wants them gone.
        } finally {
            leave();
        }
    }

    /** The next request, once it may begin; empty if there is none any more. */
    private Optional<Job> take() throws InterruptedException {
        lock.lock();
        try {
            while (stopping.isEmpty()) {
                long now = now();
                long until = RunSchedule.NEVER;
                if (renewal.isRunning()) {
                    Optional<PlanItem> next = renewal.next().filter(item -> schedule.hasRoom(item.origin()));
                    until = next.isEmpty() ? RunSchedule.NEVER : Math.max(renewal.dueAt(), schedule.tokenAt(now));
                    if (until <= now) {
                        schedule.beginExtra(next.orElseThrow().origin(), now);
                        return Optional.of(new Job(next.orElseThrow(), renewal.take(), true, renewal.generation(), now));
                    }
                } else {
                    switch (schedule.next(now)) {
                        case RunSchedule.Step.Send(PlanItem item, int attempt) -> {
                            changed.signal();
                            if (attempt == 1) {
                                retries.begun();
                            }
                            return Optional.of(new Job(item, attempt, false, renewal.generation(), now));
                        }
                        case RunSchedule.Step.Wait(long time) -> until = time;
                        case RunSchedule.Step.End() -> {
                            changed.signalAll();
                            return Optional.empty();
                        }
                    }
                }
                waitUntil(until, now);
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private void waitUntil(long until, long now) throws InterruptedException {
        if (until == RunSchedule.NEVER || leader.isPresent() && leaderUntil <= until) {
            time.await(changed, Long.MAX_VALUE);
            return;
        }
        Optional<Thread> self = Optional.of(Thread.currentThread());
        leader = self;
        leaderUntil = until;
        try {
            time.await(changed, until - now);
        } finally {
            if (leader.equals(self)) {
                leader = Optional.empty();
            }
        }
    }

    /** Journals an unsafe request before it is sent. One that cannot be journalled is not sent, and the run ends. */
    private boolean mayBeSent(Job job) {
        boolean unsafe = prepared.isUnsafe().test(job.item());
        try {
            if (job.refresh()) {
                journal.refreshing(refreshNumber(job), job.attempt(), unsafe);
            } else if (unsafe) {
                journal.sending(job.item().index(), job.attempt());
            }
            return true;
        } catch (IOException e) {
            lock.lock();
            try {
                if (job.refresh()) {
                    schedule.extraEnded(job.item().origin());
                } else {
                    schedule.ended(job.item());
                }
                if (!job.refresh() && job.attempt() > 1) {
                    ledger.put(job.item().index(), new ItemResult(RunItem.State.ERROR, job.attempt() - 1, OptionalInt.empty(), 0, 0,
                            ErrorClass.INTERNAL.id(), "it was to be sent again, which could not be journalled", Optional.empty(), Optional.empty()));
                }
            } finally {
                lock.unlock();
            }
            stop(RunReport.State.ABORTED, "the journal cannot be written, without which no unsafe request is sent: " + e.getMessage());
            return false;
        }
    }

    private int refreshNumber(Job job) {
        return plan.refreshItems().indexOf(job.item());
    }

    private SendResult send(Job job) {
        try {
            return prepared.sender().send(job.item(), job.attempt());
        } catch (RuntimeException e) {
            return new SendResult(OptionalInt.empty(), 0, Optional.of(ErrorClass.INTERNAL), false, String.valueOf(e), false, 0, Optional.empty(),
                    Optional.empty(), Optional.empty(), List.of(), Optional.empty(), Optional.empty());
        }
    }

    private void finish(Job job, SendResult result) {
        Optional<ItemResult> end = Optional.empty();
        Optional<String> abort = Optional.empty();
        Optional<String> note = Optional.empty();
        boolean unsafe = prepared.isUnsafe().test(job.item());
        if (job.refresh() && !wasCutOff(result)) {
            journal.refreshed(refreshNumber(job)); // Before it is counted: after that the next one may begin.
        }
        lock.lock();
        try {
            long now = now();
            OptionalLong asked = result.retryAfter().isEmpty() ? OptionalLong.empty()
                    : RetryAfter.millis(result.retryAfter().get(), result.date(), time.epochMillis());
            if (job.refresh()) {
                abort = finishRefresh(job, result, asked, now);
            } else {
                schedule.ended(job.item());
                leaveAlone(job, result, asked, now);
                if (!goesOn(job, result, asked, unsafe, now)) {
                    end = Optional.of(ItemResult.of(result, prepared.sender().attempts(job.item(), job.attempt())));
                    ledger.put(job.item().index(), end.get());
                    boolean tooMany = window.isPresent() && end.get().state() != RunItem.State.SKIPPED
                            && window.get().add(end.get().state() == RunItem.State.ERROR);
                    abort = tooMany ? window.map(ErrorWindow::reason) : Optional.empty();
                }
                note = renewalNote();
            }
        } finally {
            lock.unlock();
        }
        note.ifPresent(journal::noted);
        abort.ifPresent(why -> stop(RunReport.State.ABORTED, why));
        if (end.isPresent()) {
            journal.done(job.item().index(), end.get(), elapsedMillis());
            prepared.sender().ended(job.item());
        } else if (unsafe && !job.refresh() && !wasCutOff(result)) {
            journal.cleared(job.item().index(), job.attempt());
        }
    }

    /** Said once. */
    private Optional<String> renewalNote() {
        if (gaveUpTold || !renewal.hasGivenUp()) {
            return Optional.empty();
        }
        gaveUpTold = true;
        return Optional.of(AuthRenewal.GIVEN_UP);
    }

    private static boolean wasCutOff(SendResult result) {
        return result.errorClass().equals(Optional.of(ErrorClass.CLIENT_ABORTED)) && !result.nothingSent();
    }

    /** Whether the item has not ended with this result: it is sent again, now or when the run is resumed. */
    private boolean goesOn(Job job, SendResult result, OptionalLong asked, boolean unsafe, long now) {
        if (stopping.isPresent()) {
            boolean cut = result.errorClass().equals(Optional.of(ErrorClass.CLIENT_ABORTED));
            return stopping.get() == RunReport.State.INTERRUPTED && cut && (!unsafe || result.nothingSent());
        }
        if (renewal.expired(job.item(), job.generation(), result, now)) {
            schedule.again(job.item(), job.attempt() + 1, now, result);
            return true;
        }
        OptionalLong wait = retries.again(job.item().index(), job.attempt(), unsafe, result, asked);
        if (wait.isPresent()) {
            schedule.again(job.item(), job.attempt() + 1, now + RunTime.nanos(wait.getAsLong()), result);
        }
        return wait.isPresent();
    }

    /** Why the run ends, if the refresh failed. */
    private Optional<String> finishRefresh(Job job, SendResult result, OptionalLong asked, long now) {
        schedule.extraEnded(job.item().origin());
        if (result.isSuccess()) {
            if (renewal.succeeded(now)) {
                changed.signalAll();
            }
            return Optional.empty();
        }
        OptionalLong wait = retries.again(job.item().index(), job.attempt(), prepared.isUnsafe().test(job.item()), result, asked);
        if (wait.isPresent()) {
            renewal.again(now + RunTime.nanos(wait.getAsLong()));
            return Optional.empty();
        }
        String what = result.skipped().map(Skip::sentence)
                .orElse(result.reason().isEmpty() ? "status " + result.status().orElse(0) : result.reason());
        return Optional.of("the authorisation expired, and its refresh failed at seq " + job.item().seq() + ": " + what);
    }

    /** Slows all workers down that send to an origin which asks for it, or which cannot be reached. */
    private void leaveAlone(Job job, SendResult result, OptionalLong asked, long now) {
        int status = result.status().orElse(0);
        boolean unreachable = result.errorClass().isPresent() && switch (result.errorClass().get()) {
            case DNS, CONNECT_REFUSED, CONNECT_TIMEOUT, CONNECT_FAILED, UPSTREAM_PROXY -> true;
            case TLS, RESET, CLOSED, TIMEOUT, PROTOCOL, CLIENT_ABORTED, BLOCKED_BY_RULE, LOOP, PROXY_STOPPED, INTERNAL -> false;
        };
        if (status == 429 || status == 503 && asked.isPresent()) {
            schedule.close(job.item(), job.begunAt(), now, (lane, times) -> RunTime.nanos(asked.isPresent()
                    ? Math.min(asked.getAsLong(), Retries.RETRY_AFTER_MILLIS_MAX) : retries.backOffMillis(lane, times, Long.MAX_VALUE)));
            long until = now + RunTime.nanos(Math.min(asked.orElse(0), Retries.RETRY_AFTER_MILLIS_MAX));
            if (until > Math.max(now, heldUntil)) {
                heldUntil = until;
                heldOrigin = job.item().origin();
            }
        } else if (unreachable) {
            schedule.close(job.item(), job.begunAt(), now, (lane, times) -> RunTime.nanos(retries.backOffMillis(lane, times, DEAD_TARGET_MILLIS_MAX)));
        } else if (status != 0) {
            schedule.open(job.item());
        }
    }

    private void stop(RunReport.State as, String why) {
        lock.lock();
        try {
            if (stopping.isEmpty() && state == RunReport.State.RUNNING) {
                stopping = Optional.of(as);
                reason = why;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (as != RunReport.State.INTERRUPTED) {
            prepared.sender().withdraw();
        }
    }

    private void leave() {
        lock.lock();
        try {
            workersLeft--;
            if (workersLeft > 0) {
                changed.signal(); // It may have been the one that waits for the time.
                return;
            }
        } finally {
            lock.unlock();
        }
        try {
            conclude();
        } finally {
            ended.countDown();
        }
    }

    /** The last worker has gone. */
    private void conclude() {
        List<RunSchedule.Again> tried = new ArrayList<>();
        Optional<String> objection = prepared.sender().objection();
        RunReport.State as;
        lock.lock();
        try {
            as = stopping.orElse(RunReport.State.DONE);
            if (objection.isPresent() && as != RunReport.State.INTERRUPTED) {
                as = RunReport.State.ABORTED;
                reason = objection.get();
            }
            schedule.stop(tried::add);
            if (as != RunReport.State.INTERRUPTED) {
                tried.forEach(waiting -> ledger.put(waiting.item().index(), ItemResult.of(waiting.last(), waiting.attempt() - 1)));
                skipRest(as);
            }
            elapsedAtEnd = elapsedMillis();
        } finally {
            lock.unlock();
        }
        if (as == RunReport.State.DONE && sendsAll) {
            prepared.sender().unfound().forEach(journal::noted);
        }
        if (as != RunReport.State.INTERRUPTED) {
            tried.forEach(waiting -> journal.done(waiting.item().index(), ItemResult.of(waiting.last(), waiting.attempt() - 1), elapsedAtEnd));
            journal.ended(as, reason, time.epochMillis(), elapsedAtEnd);
        }
        prepared.sender().close();
        journal.close();
        try {
            held.close();
        } catch (IOException e) {
            journal.note("the lock could not be given back: " + e.getMessage());
        }
        lock.lock();
        try {
            state = as;
            endedAtMillis = Optional.of(time.epochMillis());
        } finally {
            lock.unlock();
        }
    }

    private void skipRest(RunReport.State as) {
        for (PlanItem item : plan.items()) {
            if (ledger.isPending(item.index())) {
                ledger.put(item.index(), ItemResult.skipped(RunFolder.skipOf(as, reason)));
            }
        }
    }
}
