package proxymcp.replay.queue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import proxymcp.store.StoreFiles;

/**
 * The thread that owns the log. It takes all decisions that wait, holds the lock {@code queue.lock} once for them, reads what others appended, decides,
 * appends, gives the lock back, forces if one of them asked for that, and only then answers. So the more callers there are, the fewer rounds each needs;
 * and no caller, who may be interrupted, ever touches a file that stays open.
 */
final class LogThread implements Closeable {
    private static final int ROUND_MAX = 4_096;
    /** Dead octets that make it worth to write the log anew, if they are also more than those that live. */
    private static final long DEAD_BYTES = 1 << 20;
    /**
     * File locks are a process's, not a channel's: two queues of one process on one folder, wherever its classes were loaded, must not meet there, and
     * closing any channel of the file would give back the lock of another. So each waits here first.
     */
    private static final Map<Path, ReentrantLock> IN_PROCESS = new ConcurrentHashMap<>();

    private final Path folder;
    private final QueueLog log;
    private final QueueState state = new QueueState();
    private final KeptBodies bodies;
    private final KeptJobs jobs;
    private final LongSupplier epochMillis;
    private final ReentrantLock inProcess;
    private final FileChannel lockChannel;
    private final LinkedBlockingQueue<Waiting<?>> waiting = new LinkedBlockingQueue<>();
    private final RecordOutput out = new RecordOutput();
    private final Set<String> garbage = new HashSet<>();
    private final Runnable afterRound;
    private final Thread thread;
    private long rewriteAgainBytes;
    private volatile boolean closing;

    /** Something to decide. */
    interface Decision<T> {
        T decide(LogRound round) throws IOException;
    }

    private static final class Waiting<T> {
        private final boolean forced;
        private final Decision<T> decision;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private T decided;
        private QueueException refused;

        Waiting(boolean forced, Decision<T> decision) {
            this.forced = forced;
            this.decision = decision;
        }

        void decide(LogRound round) throws IOException {
            try {
                decided = decision.decide(round);
            } catch (QueueException e) {
                refused = e;
            }
        }

        void answer() {
            if (refused != null) {
                answer.completeExceptionally(refused);
            } else {
                answer.complete(decided);
            }
        }
    }

    /** @param afterRound called behind each round that noted something */
    LogThread(Path folder, StoreFiles files, QueueLog log, KeptBodies bodies, LongSupplier epochMillis, Runnable afterRound) throws IOException {
        this.folder = folder.toRealPath();
        this.log = log;
        this.bodies = bodies;
        this.jobs = new KeptJobs(bodies);
        this.epochMillis = epochMillis;
        this.afterRound = afterRound;
        this.inProcess = IN_PROCESS.computeIfAbsent(this.folder, path -> new ReentrantLock());
        Path lockFile = this.folder.resolve("queue.lock");
        this.lockChannel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        StoreFiles.restrictFile(lockFile);
        this.thread = Thread.ofPlatform().name("queue-log").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /**
     * Has something decided, and waits for it.
     *
     * @param forced whether it must survive the machine before it is answered
     */
    <T> T decide(boolean forced, Decision<T> decision) throws QueueException {
        Waiting<T> call = new Waiting<>(forced, decision);
        waiting.add(call);
        if (closing && !thread.isAlive() && waiting.remove(call)) {
            throw QueueException.closed();
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return call.answer.get();
                } catch (InterruptedException e) {
                    interrupted = true; // What was decided counts: it is waited for.
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof QueueException known ? known : new QueueException("queue_failed", "the queue failed: " + e.getCause(), "");
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Has bodies deleted that nothing refers to once this round is in the log; called by decisions. */
    void delete(Set<String> names) {
        garbage.addAll(names);
    }

    private void run() {
        List<Waiting<?>> round = new ArrayList<>();
        try {
            while (!closing) {
                round.add(waiting.take());
                waiting.drainTo(round, ROUND_MAX);
                serve(round);
                round.clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // Nobody does that; it ends as a close would.
        } finally {
            round.clear();
            waiting.drainTo(round);
            round.forEach(call -> call.answer.completeExceptionally(QueueException.closed()));
        }
    }

    private void serve(List<Waiting<?>> round) {
        try {
            boolean noted = decideAll(round);
            if (noted && round.stream().anyMatch(call -> call.forced)) {
                log.force();
            }
            round.forEach(Waiting::answer);
            if (noted) {
                afterRound.run();
            }
        } catch (IOException e) {
            fail(round, e instanceof QueueException known ? known : failed(e));
        } catch (RuntimeException | Error e) {
            fail(round, new QueueException("queue_failed", "the queue failed: " + e, ""));
        }
    }

    /** What was noted may be in the log or not: it is read anew. */
    private void fail(List<Waiting<?>> round, QueueException why) {
        log.lose();
        out.clear();
        garbage.clear();
        round.forEach(call -> call.answer.completeExceptionally(why));
    }

    private QueueException failed(IOException e) {
        boolean full = String.valueOf(e.getMessage()).contains("No space left");
        return new QueueException(full ? "queue_full" : "queue_failed", "the queue in " + folder + " cannot be written: " + e.getMessage(),
                full ? "make room on the disk; what was answered before is kept" : "look at the disk and at the rights of the folder", e);
    }

    private boolean decideAll(List<Waiting<?>> round) throws IOException {
        inProcess.lock();
        try (FileLock lock = lockChannel.lock()) {
            log.catchUp(this.follower());
            log.prepare(state);
            out.clear();
            LogRound decided = new LogRound(log, state, jobs, out, Math.max(state.timeMillis(), epochMillis.getAsLong()));
            decided.settle();
            for (Waiting<?> call : round) {
                call.decide(decided);
            }
            boolean noted = out.used() > 0;
            if (noted) {
                log.append(out);
            }
            if (!garbage.isEmpty() || isWasteful()) {
                clean(decided.nowMillis());
            }
            return noted && lock.isValid();
        } finally {
            inProcess.unlock();
        }
    }

    private QueueLog.Follower follower() {
        return new QueueLog.Follower() {
            @Override
            public void reset() {
                jobs.clear();
                state.reset();
            }

            @Override
            public void follow(Entry entry, long place, long timeMillis, int bytes) {
                state.follow(entry, place, timeMillis, bytes);
            }

            @Override
            public void damaged() {
                state.damaged();
            }
        };
    }

    private boolean isWasteful() {
        long live = 0;
        for (RunState run : state.runs()) {
            live += run.liveBytes();
        }
        return log.bytes() - live > Math.max(DEAD_BYTES, live) && log.bytes() > rewriteAgainBytes;
    }

    /** What was forgotten must be so after a loss of the machine too, before its bodies go. */
    private void clean(long nowMillis) throws IOException {
        log.force();
        bodies.delete(garbage);
        garbage.clear();
        if (isWasteful()) {
            try {
                log.rewrite(new LiveState(state, log));
                bodies.deleteOrphans(state.bodies(), nowMillis);
            } catch (IOException e) {
                log.lose(); // The log is as good as it was, only longer than it need be. A disk without room is not asked each time.
                rewriteAgainBytes = log.bytes() + 8 * DEAD_BYTES;
            }
        }
    }

    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        waiting.add(new Waiting<>(false, round -> true));
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        inProcess.lock();
        try {
            log.close();
            lockChannel.close();
        } catch (IOException e) {
            return; // All that was answered is in the log.
        } finally {
            inProcess.unlock();
        }
    }
}
