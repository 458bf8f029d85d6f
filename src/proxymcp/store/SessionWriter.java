package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Timings;
import proxymcp.json.JsonObject;

/**
 * Records one session. What producers hand over is written by one thread and forced to the disk by another; both are platform threads, and
 * neither is ever interrupted.
 *
 * <p>What survives: a killed process loses nothing up to {@link SessionStatus#writtenThrough}, a lost machine nothing up to
 * {@link SessionStatus#forcedThrough}. A segment whose {@code force} failed is abandoned, not forced again.
 */
public final class SessionWriter implements Closeable {
    private static final long TAKE_MILLIS = 10;
    private static final long SETTLE_MILLIS = 1_000;
    private static final long TRY_AGAIN_MILLIS = 500;
    private static final long CLOSE_SECONDS = 60;
    private static final long CHECKPOINT_SECONDS = 30;
    /** After failures to force, the time between two tries doubles up to this power of two: each try costs a segment. */
    private static final int FORCE_PAUSE_POWER_MAX = 7;

    /**
     * A checkpoint that survives a lost machine.
     *
     * @param checkpoint where it stands
     * @param durationNanos how long it took
     * @param forcedThrough seq up to which everything that had begun or ended is on the disk
     */
    public record Taken(CheckpointInfo checkpoint, long durationNanos, long forcedThrough) {}

    private record Done(CheckpointInfo checkpoint, long forcedThrough) {}

    private record Wanted(Optional<String> label, CompletableFuture<Done> done) {}

    private final Path folder;
    private final StoreLimits limits;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final SessionLock lock;
    private final Handover handover;
    private final SessionRecorder recorder;
    private final LogWriter log;
    private final IndexWriter index;
    private final OpenExchanges open;
    private final CheckpointMaker checkpoints;
    private final ConcurrentLinkedQueue<Wanted> wanted = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> written = new CompletableFuture<>();
    private final ReentrantLock closing = new ReentrantLock();
    /** Guarded by {@link #closing}. */
    private boolean closed;
    private final Thread writer;
    private final Thread forcer;
    private final ManifestFile manifest;
    private long checkpointBytes;
    private long checkpointNanos;
    private long triedNanos;
    private volatile boolean stopping;
    private volatile boolean writerDone;
    private volatile boolean forceFailed;
    private volatile long forcedAtMillis;
    private volatile Optional<String> lastError = Optional.empty();
    private volatile Losses losses = Losses.NONE;
    private volatile long bytes;
    private volatile long exchanges;
    private volatile int inFlight;
    private volatile StreamCounts streams = StreamCounts.NONE;
    private volatile Optional<Checkpoint> toWrite = Optional.empty();
    private volatile long end;

    SessionWriter(StoreFiles files, Path folder, Manifest manifest, StoreLimits limits, Clock clock, LongSupplier nanoTime, SessionLock lock)
            throws IOException {
        this.folder = folder;
        this.limits = limits;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.lock = lock;
        this.open = new OpenExchanges();
        this.index = new IndexWriter(IndexFiles.create(files, folder, manifest.id(), limits), 0);
        ConnectionKeys keys = new ConnectionKeys();
        this.handover = new Handover(limits.queueBytes(), 0);
        this.recorder = new SessionRecorder(handover, limits, manifest.profile(), keys, nanoTime);
        this.log = new LogWriter(files, folder, manifest.id(), limits, manifest.maxDiskMb() << 20, index, open, keys, LogState.NEW);
        this.checkpoints = new CheckpointMaker(files, folder, manifest.id(), index, open, 0);
        this.checkpointNanos = nanoTime.getAsLong();
        this.manifest = new ManifestFile(files, folder, manifest);
        this.end = log.position();
        this.writer = Thread.ofPlatform().daemon().name("store-writer").unstarted(this::write);
        this.forcer = Thread.ofPlatform().daemon().name("store-forcer").unstarted(this::force);
        writer.start();
        forcer.start();
    }

    /** The session's id. */
    public SessionId id() {
        return manifest.current().id();
    }

    /** Its manifest: as it was at the start, with the labelled checkpoints and settings since; the last one once it has ended. */
    public Manifest manifest() {
        return manifest.current();
    }

    /**
     * Replaces the settings in the manifest: how the proxy is set from now on.
     *
     * @throws IOException if they could not be written, or the session has ended
     */
    public void settings(JsonObject settings) throws IOException {
        manifest.keep(settings);
    }

    /** Where exchanges go. */
    public ExchangeSink sink() {
        return recorder;
    }

    /** Begins exchange {@code seq}, which must follow the last one, perhaps after a gap. For a single producer. */
    public Recording openAt(long seq, ExchangeStart start) {
        handover.continueAt(seq);
        return recorder.open(start);
    }

    /** Waits, for a second at most, until everything handed over so far can be read. */
    void settle() {
        handover.awaitWritten(SETTLE_MILLIS);
    }

    /** The index, which others may read while it grows. */
    IndexFiles index() {
        return index.files();
    }

    /** How it goes. */
    public SessionStatus status() {
        Losses lost = losses.plus(recorder.pendingLosses());
        // Losses are counted a moment before the writer says why.
        Optional<String> error = lastError.or(() -> lost.isNone() ? Optional.empty() : Optional.of(reasonOfLosses()));
        return new SessionStatus(bytes, exchanges, inFlight, handover.writtenThrough(), handover.forcedThrough(), forcedAtMillis, lost, error, streams);
    }

    private String reasonOfLosses() {
        return "the session's limit of " + manifest.current().maxDiskMb() + " MiB was reached, or the disk was too slow";
    }

    /**
     * Takes a checkpoint now: whatever was handed over before the call is on the disk after it, and survives a lost machine.
     *
     * @param label what to call it; labelled ones are kept in the manifest
     * @throws IOException if it cannot be written, the session ends, or part of the log could not be forced before
     */
    public Taken checkpoint(Optional<String> label) throws IOException {
        long begin = nanoTime.getAsLong();
        Wanted checkpoint = new Wanted(label, new CompletableFuture<>());
        wanted.add(checkpoint);
        handover.wake();
        if (writerDone) {
            refuseWanted();
        }
        try {
            Done done = checkpoint.done().get(CHECKPOINT_SECONDS, TimeUnit.SECONDS);
            return new Taken(done.checkpoint(), nanoTime.getAsLong() - begin, done.forcedThrough());
        } catch (ExecutionException e) {
            throw new IOException("the checkpoint could not be written: " + e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("the disk took longer than " + CHECKPOINT_SECONDS + " s to write the checkpoint", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a checkpoint was written", e);
        }
    }

    /** Nobody takes checkpoints any more. */
    private void refuseWanted() {
        for (Wanted left = wanted.poll(); left != null; left = wanted.poll()) {
            left.done().completeExceptionally(new IOException("the session has ended"));
        }
    }

    private void write() {
        try {
            boolean more = true;
            while (more) {
                boolean last = stopping;
                // Before the batch is taken, so that what was handed over before it was asked for is in this batch or an earlier one.
                Wanted labelled = wanted.peek();
                // Before the batch is taken: what began before its end was lost is in this batch or an earlier one.
                List<Long> lostEnds = recorder.takeLostEnds();
                List<Long> lostParts = recorder.takeLostParts();
                Handover.Batch batch = handover.take(TAKE_MILLIS);
                log.lost(recorder.takeLosses());
                if (batch.used > 0) {
                    log.write(batch);
                }
                lostEnds.forEach(log::loseEnd);
                lostParts.forEach(log::losePart);
                log.recordLosses(isTimeToTryAgain());
                recorder.handOverOld();
                abandonIfUnforced();
                if (labelled == null) {
                    checkpointIfDue();
                } else {
                    checkpoint(labelled);
                }
                publish();
                more = !last || batch.used > 0;
            }
            finish();
            written.complete(null);
        } catch (InterruptedException | IOException | RuntimeException | InternalError e) {
            // An InternalError is what a mapped file gives that somebody made shorter.
            lastError = Optional.of("the store's writer ended: " + e.getMessage());
            written.completeExceptionally(e);
        } finally {
            handover.end();
            writerDone = true;
            refuseWanted();
            LockSupport.unpark(forcer);
        }
    }

    /** Position behind the last record that was written and is in the index. */
    long end() {
        return end;
    }

    private void abandonIfUnforced() {
        if (forceFailed) {
            forceFailed = false;
            log.abandonSegment();
        }
    }

    private void publish() throws IOException {
        end = log.position();
        losses = log.losses();
        bytes = log.bytes() + index.files().bytes();
        exchanges = index.exchanges();
        inFlight = log.inFlight();
        streams = StreamCounts.of(index.files());
        log.failure().ifPresent(failure -> lastError = Optional.of("writing failed: " + failure.getMessage()));
        if (!losses.isNone() && lastError.isEmpty()) {
            lastError = Optional.of(reasonOfLosses());
        }
    }

    /** Whether the last failed write was long enough ago to ask the disk again without being asked to. */
    private boolean isTimeToTryAgain() {
        long now = nanoTime.getAsLong();
        boolean due = now - triedNanos >= TimeUnit.MILLISECONDS.toNanos(TRY_AGAIN_MILLIS);
        triedNanos = due ? now : triedNanos;
        return due;
    }

    private void checkpointIfDue() {
        long now = nanoTime.getAsLong();
        boolean grown = log.bytes() - checkpointBytes >= limits.checkpointBytes();
        boolean old = now - checkpointNanos >= TimeUnit.MILLISECONDS.toNanos(limits.checkpointMillis()) && log.bytes() > checkpointBytes;
        if (!grown && !old || toWrite.isPresent()) {
            return;
        }
        try {
            toWrite = Optional.of(takeCheckpoint(Optional.empty()));
            LockSupport.unpark(forcer);
        } catch (IOException e) {
            // Checkpoints only shorten recovery: without one, more of the log is read.
            lastError = Optional.of("a checkpoint failed: " + e.getMessage());
        }
    }

    /** Takes the checkpoint that a caller waits for: log, index, checkpoint and manifest are forced one after the other. */
    private void checkpoint(Wanted asked) {
        try {
            Checkpoint checkpoint = takeCheckpoint(asked.label());
            forceOrAbandon();
            if (log.isUnforced()) {
                throw new IOException("a part of the log could not be forced to the disk");
            }
            long through = handover.writerForced();
            checkpoints.write(checkpoint);
            CheckpointInfo info = CheckpointInfo.of(checkpoint);
            if (asked.label().isPresent()) {
                manifest.keep(info);
            }
            asked.done().complete(new Done(info, through));
        } catch (IOException e) {
            lastError = Optional.of("a checkpoint failed: " + e.getMessage());
            asked.done().completeExceptionally(e);
        }
        // Not where the writer ends by a fault: then all that is wanted is refused.
        wanted.remove(asked);
    }

    private void forceOrAbandon() throws IOException {
        try {
            log.force();
        } catch (IOException e) {
            log.abandonSegment();
            throw e;
        }
    }

    private Checkpoint takeCheckpoint(Optional<String> label) throws IOException {
        checkpointBytes = log.bytes();
        checkpointNanos = nanoTime.getAsLong();
        if (log.indexLacks()) {
            throw new IOException("the index could not take all records; it is made anew when the session is opened");
        }
        long number = checkpoints.nextNumber();
        long now = clock.millis();
        log.append(RecordType.CHECKPOINT, out -> out.array(4).integer(number).textOrNil(label).integer(index.lastSeq()).integer(now));
        return checkpoints.take(label, now, log.position(), log.nextNumber(), log.bytes(), log.losses());
    }

    /** The last records: exchanges that still run end here, for this session. */
    private void finish() throws IOException {
        abandonIfUnforced();
        log.lost(recorder.takeLosses());
        log.recordLosses(true);
        log.endOpen(new ExchangeEnd(new Outcome.Incomplete(ErrorClass.PROXY_STOPPED, "the session was ended while the exchange ran"),
                Timings.NONE, List.of(), List.of()));
        log.recordLosses(true);
        Optional<Checkpoint> checkpoint = log.indexLacks() ? Optional.empty() : Optional.of(takeCheckpoint(Optional.empty()));
        log.append(RecordType.SESSION_END, out -> out.array(2).integer(clock.millis()).integer(index.lastSeq()));
        log.seal();
        if (checkpoint.isPresent()) {
            checkpoints.write(checkpoint.get());
        } else {
            checkpoints.deleteAll();
        }
        publish();
    }

    private void force() {
        int failures = 0;
        while (!writerDone) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(limits.forceMillis()) << Math.min(failures, FORCE_PAUSE_POWER_MAX));
            if (!handover.beginForce() && toWrite.isEmpty()) {
                continue;
            }
            boolean forced = false;
            // Before the log is forced: one that is taken meanwhile tells of records that may not be.
            Optional<Checkpoint> covered = toWrite;
            try {
                if (!Files.isDirectory(folder)) {
                    throw new IOException("the session's folder is gone");
                }
                log.force();
                forced = true;
                failures = 0;
                forcedAtMillis = clock.millis();
            } catch (ClosedChannelException e) {
                continue; // The segment was sealed meanwhile, which forced it; the next one is forced in the next round.
            } catch (IOException e) {
                failures++;
                forceFailed = true;
                lastError = Optional.of("forcing to disk failed: " + e.getMessage());
            } finally {
                handover.endForce(forced && !log.isUnforced());
            }
            if (forced) {
                covered.ifPresent(this::writeCheckpoint);
            }
        }
    }

    private void writeCheckpoint(Checkpoint checkpoint) {
        try {
            checkpoints.write(checkpoint);
        } catch (IOException e) {
            lastError = Optional.of("a checkpoint failed: " + e.getMessage());
        }
        toWrite = Optional.empty();
    }

    /**
     * Ends the session: what was handed over is written, forced and sealed.
     *
     * @throws IOException if that failed; what was written before can still be read
     */
    @Override
    public void close() throws IOException {
        recorder.stop();
        stopping = true;
        handover.wake();
        // An interrupt would close the files for good on the way: it is seen to afterwards.
        boolean interrupted = Thread.interrupted();
        closing.lock();
        try {
            while (!closed) {
                try {
                    awaitWriter();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            closing.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void awaitWriter() throws IOException, InterruptedException {
        try {
            written.get(CLOSE_SECONDS, TimeUnit.SECONDS);
            LockSupport.unpark(forcer);
            forcer.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
            closed = true;
        } catch (ExecutionException e) {
            closed = true;
            throw new IOException("the session could not be ended: " + e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            closed = true;
            throw new IOException("the disk took longer than " + CLOSE_SECONDS + " s to end the session", e);
        } finally {
            if (closed) {
                LockSupport.unpark(forcer);
                release();
            }
        }
    }

    private void release() throws IOException {
        String state = losses.isNone() && lastError.isEmpty() ? Manifest.CLEAN : Manifest.ERROR;
        long last = index.lastSeq();
        try {
            manifest.end(before -> before.with(OptionalLong.of(clock.millis()), state, exchanges, last, bytes, losses, lastError, streams));
        } finally {
            closeAll(log, index.files(), lock);
        }
    }

    /** Closes all, in this order, and keeps later failures as suppressed ones. */
    private static void closeAll(Closeable... resources) throws IOException {
        IOException first = null;
        for (Closeable resource : resources) {
            try {
                resource.close();
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
