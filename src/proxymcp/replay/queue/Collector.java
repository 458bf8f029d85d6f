package proxymcp.replay.queue;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import proxymcp.exchange.ErrorClass;
import proxymcp.replay.ItemSender;
import proxymcp.replay.PlanItem;
import proxymcp.replay.RecordedAs;
import proxymcp.replay.ReplayId;
import proxymcp.replay.ReplaySession;
import proxymcp.replay.SendResult;
import proxymcp.replay.Skip;
import proxymcp.store.ExchangeUnpack;

/**
 * Sends a run by way of a queue: {@link #send} waits until some worker has committed the item's job. One thread reads what has ended, in its order, records
 * the exchanges, and checks in the end that every job was counted once. A run that is interrupted goes on in its queue, and another collector reads all of
 * it again: what its items have as results by then is passed over.
 */
public final class Collector implements ItemSender {
    private static final System.Logger LOG = System.getLogger("proxymcp.replay.queue");
    private static final int PAGE_JOBS = 256;
    private static final long LOOK_MILLIS_MIN = 20;
    private static final long LOOK_MILLIS_MAX = 250;
    private static final long AWAY_MILLIS = 1_000;
    private static final int WRITTEN_MILLIS_MAX = 2_000;

    private final JobQueue queue;
    private final ReplayId run;
    private final JobMaker.Selected selected;
    private final Optional<Recorder> recorder;
    private final Closeable after;
    private final Map<Integer, CompletableFuture<JobOutcome>> awaited = new ConcurrentHashMap<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean finished = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CountDownLatch concluded = new CountDownLatch(1);
    private volatile boolean withdrawn;
    private volatile String complaint = "";
    private volatile Optional<String> objection = Optional.empty();
    /** The reading thread's alone. */
    private final Map<JobEnd.State, Long> seen = new EnumMap<>(JobEnd.State.class);
    private final List<Taken> taken = new ArrayList<>();
    private boolean cancelled;

    /**
     * Where exchanges are recorded.
     *
     * @param writtenThrough seq of the session up to which this process loses nothing when it is killed
     * @param earlier exchanges of the run that other processes, which died, had recorded whole
     */
    public record Recorder(ReplaySession session, LongSupplier writtenThrough, Map<UUID, RecordedAs> earlier) {
        /** Copies the map. */
        public Recorder {
            earlier = Map.copyOf(earlier);
        }
    }

    /** A job that has ended, and whose item is told so once its exchange is written. */
    private record Taken(CompletableFuture<JobOutcome> item, JobOutcome outcome) {}

    /**
     * A collector of a run that is in the queue.
     *
     * @param selected which items are jobs, and why others are not
     * @param recorder where exchanges are recorded; empty for nowhere
     * @param after closed when nothing more is recorded and the run is left
     */
    public Collector(JobQueue queue, ReplayId run, JobMaker.Selected selected, Optional<Recorder> recorder, Closeable after) {
        this.queue = queue;
        this.run = run;
        this.selected = selected;
        this.recorder = recorder;
        this.after = after;
        for (int job = 0; job < selected.jobs().count(); job++) {
            awaited.put(selected.jobs().itemOf(job), new CompletableFuture<>());
        }
    }

    @Override
    public SendResult send(PlanItem item, int attempt) {
        Skip skip = selected.skips().get(item.index());
        if (skip != null) {
            return SendResult.skipped(skip);
        }
        CompletableFuture<JobOutcome> outcome = awaited.get(item.index());
        if (outcome == null) {
            return JobOutcome.missing("it is no job of the run").result();
        }
        begin();
        try {
            return outcome.get().result();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return cutOff().result();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int attempts(PlanItem item, int attempt) {
        CompletableFuture<JobOutcome> outcome = awaited.get(item.index());
        return outcome == null || !outcome.isDone() ? attempt : outcome.join().attempts();
    }

    @Override
    public void ended(PlanItem item) {
        awaited.remove(item.index());
    }

    @Override
    public Optional<String> recordsTo() {
        return recorder.map(to -> to.session().id());
    }

    @Override
    public Optional<String> waitingFor() {
        return Optional.of(complaint).filter(sentence -> !sentence.isEmpty()).map(sentence -> "its queue: " + sentence);
    }

    private void begin() {
        if (started.compareAndSet(false, true)) {
            Thread.ofVirtual().name("collector-" + run).start(this::collect);
        }
    }

    @Override
    public void withdraw() {
        withdrawn = true;
        begin();
    }

    @Override
    public void cancel() {
        withdraw();
    }

    /** Waits until every job has ended. */
    @Override
    public Optional<String> objection() {
        if (closed.getCount() > 0) {
            begin();
            try {
                concluded.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return objection;
    }

    private void collect() {
        long cursor = 0;
        long pause = LOOK_MILLIS_MIN;
        try {
            while (closed.getCount() > 0) {
                try {
                    cancelIfWithdrawn();
                    Optional<RunStatus> status = queue.run(run);
                    ResultPage page = queue.results(run, cursor, PAGE_JOBS);
                    for (JobEnd end : page.ends()) {
                        if (closed.getCount() == 0) {
                            break;
                        }
                        take(end);
                    }
                    tellTaken();
                    if (closed.getCount() == 0) {
                        return;
                    }
                    cursor = page.nextCursor();
                    if (page.ends().isEmpty() && status.isPresent() && status.get().state().hasEnded()) {
                        conclude(status.get().counts());
                        return;
                    }
                    pause = page.ends().isEmpty() ? Math.min(LOOK_MILLIS_MAX, 2 * pause) : LOOK_MILLIS_MIN;
                    complaint = "";
                    if (page.ends().isEmpty()) {
                        closed.await(pause, TimeUnit.MILLISECONDS);
                    }
                } catch (QueueException e) {
                    if (e.code().equals("unknown_run")) {
                        give("the queue has no such run any more");
                        return;
                    }
                    complain(e);
                    closed.await(AWAY_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // Nobody interrupts it but who wants it gone.
        } finally {
            cutAll();
            concluded.countDown();
            if (closed.getCount() == 0) {
                endAfter();
            }
        }
    }

    private void complain(QueueException e) {
        if (!complaint.equals(e.getMessage()) && closed.getCount() > 0) {
            complaint = e.getMessage();
            LOG.log(System.Logger.Level.WARNING, "the results of {0} cannot be read: {1}", run, e.getMessage());
        }
    }

    private void cancelIfWithdrawn() throws QueueException {
        if (withdrawn && !cancelled) {
            queue.cancel(run);
            cancelled = true;
        }
    }

    private void take(JobEnd end) {
        seen.merge(end.state(), 1L, Long::sum);
        if (end.id().index() >= selected.jobs().count()) {
            return; // The sum in the end says so.
        }
        CompletableFuture<JobOutcome> outcome = awaited.get(selected.jobs().itemOf(end.id().index()));
        if (outcome != null && !outcome.isDone()) {
            taken.add(new Taken(outcome, JobOutcome.of(end, end.result().flatMap(this::record))));
        }
    }

    /** Items are told of their exchanges when these have been written: a run that names one that a killed process took with it would never get it. */
    private void tellTaken() throws InterruptedException {
        long last = 0;
        for (Taken one : taken) {
            last = Math.max(last, one.outcome().result().recorded().filter(as -> recordsTo().equals(Optional.of(as.sessionId()))).map(RecordedAs::seq).orElse(0L));
        }
        for (int millis = 0; recorder.isPresent() && recorder.get().writtenThrough().getAsLong() < last && millis < WRITTEN_MILLIS_MAX; millis++) {
            Thread.sleep(1); // One that is not written in all that time is among the session's losses, which it tells.
        }
        taken.forEach(one -> one.item().complete(one.outcome()));
        taken.clear();
    }

    private Optional<RecordedAs> record(JobResult result) {
        if (recorder.isEmpty() || result.exchange().size() == 0) {
            return Optional.empty();
        }
        ReplaySession session = recorder.get().session();
        Map<UUID, RecordedAs> earlier = recorder.get().earlier();
        try {
            Optional<RecordedAs> known = earlier.isEmpty() ? Optional.empty() : ExchangeUnpack.lastId(result.exchange().open()).map(earlier::get);
            if (known.isPresent()) {
                return known;
            }
            List<ExchangeUnpack.Recorded> recorded = ExchangeUnpack.record(result.exchange().open(), session.sink());
            return recorded.isEmpty() ? Optional.empty() : Optional.of(new RecordedAs(session.id(), recorded.getLast().id(), recorded.getLast().seq()));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "an exchange of {0} is not recorded: {1}", run, e.getMessage());
            return Optional.empty();
        }
    }

    private void conclude(JobCounts counts) {
        List<String> wrong = new ArrayList<>();
        if (counts.enqueued() != selected.jobs().count()) {
            wrong.add(selected.jobs().count() + " were enqueued");
        }
        if (!counts.balanced() || counts.leased() != 0 || counts.waiting() != 0) {
            wrong.add("they do not add up");
        }
        long[] told = {counts.ok(), counts.failed(), counts.dead(), counts.cancelled(), counts.unknown()};
        for (JobEnd.State state : JobEnd.State.values()) {
            if (seen.getOrDefault(state, 0L) != told[state.ordinal()]) {
                wrong.add(seen.getOrDefault(state, 0L) + " are " + state.id());
            }
        }
        if (!wrong.isEmpty()) {
            give("the queue says " + counts.enqueued() + " jobs = " + counts.ok() + " ok + " + counts.failed() + " failed + " + counts.dead() + " dead + "
                    + counts.cancelled() + " cancelled + " + counts.unknown() + " unknown, but " + String.join(", ", wrong));
        } else {
            finished.set(true);
        }
    }

    /** What has no end will not have one. */
    private void give(String sentence) {
        objection = Optional.of(sentence);
        finished.set(true);
        awaited.values().forEach(outcome -> outcome.complete(JobOutcome.missing(sentence)));
    }

    private static JobOutcome cutOff() {
        return new JobOutcome(JobOutcome.failed(Optional.of(ErrorClass.CLIENT_ABORTED), "this process ended; the run goes on in its queue", true), 0);
    }

    private void cutAll() {
        awaited.values().forEach(outcome -> outcome.complete(cutOff()));
    }

    /** Whether all jobs have ended and were read. */
    public boolean isFinished() {
        return finished.get();
    }

    /** Reads no more. The run goes on in its queue. */
    @Override
    public void close() {
        closed.countDown();
        if (!started.get()) {
            cutAll();
        }
        if (!started.get() || concluded.getCount() == 0) {
            endAfter();
        }
    }

    /** Once nothing more is recorded. */
    private void endAfter() {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        try {
            after.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the end of {0}: {1}", run, e.getMessage());
        }
    }
}
