package proxymcp.replay.queue.resp;

import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * A server that any number of threads call. One thread owns the connection: it sends all commands that wait at once, reads their answers, and
 * finds those that came meanwhile, so that the more threads call, the fewer round trips, and on the server the fewer forced writes, each costs.
 *
 * <p>When the connection breaks, or the server is starting, it connects anew, at first after {@value #PAUSE_MILLIS} ms, then after twice as long
 * each time up to {@value #PAUSE_MILLIS_MAX} ms. Commands that got no answer are sent again if their caller allows it, until their time is up.
 *
 * <p>{@link #close} fails what waits and ends the thread; calling it again does nothing.
 */
public final class RespClient implements Closeable {
    private static final int PAUSE_MILLIS = 10;
    private static final int PAUSE_MILLIS_MAX = 1_000;
    private static final int BATCH_COMMANDS_MAX = 1_000;
    private static final long BATCH_BYTES_MAX = 4L << 20;

    /** Whether a command may be sent once more when it is not known whether the server did it. */
    public enum Again {
        /** Doing it twice is the same as doing it once. */
        ALLOWED,
        /** It is sent again only if it surely was not done. */
        FORBIDDEN
    }

    private final RespAddress address;
    private final RespSettings settings;
    private final int patienceMillis;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Guarded by {@code lock}. */
    private final Deque<Call> waiting = new ArrayDeque<>();
    /** Guarded by {@code lock}; set by the owner, closed by anyone. */
    private Optional<RespConnection> connection = Optional.empty();
    /** Guarded by {@code lock}. */
    private boolean closed;
    /** Of the owner alone: 0 after an answer came. */
    private int failuresInARow;

    /** A command on its way. */
    private static final class Call {
        private final RespCommand command;
        private final Again again;
        private final long untilNanos;
        private final CountDownLatch done = new CountDownLatch(1);
        private volatile Optional<RespValue> answer = Optional.empty();
        private volatile Optional<RespException> failure = Optional.empty();

        Call(RespCommand command, Again again, long untilNanos) {
            this.command = command;
            this.again = again;
            this.untilNanos = untilNanos;
        }

        void answer(RespValue value) {
            answer = Optional.of(value);
            done.countDown();
        }

        void fail(RespException why) {
            failure = Optional.of(why);
            done.countDown();
        }
    }

    /**
     * Connects at the first call.
     *
     * @param patienceMillis how long a call may take, outages included
     */
    public RespClient(RespAddress address, RespSettings settings, int patienceMillis, LongSupplier nanoTime) {
        this.address = address;
        this.settings = settings;
        this.patienceMillis = patienceMillis;
        this.nanoTime = nanoTime;
        // Looking a host's name up may hold the thread for seconds; a virtual one would hold its carrier with it.
        Thread.ofPlatform().daemon().name("resp-client").start(this::serve);
    }

    /** The server that is called. */
    public RespAddress address() {
        return address;
    }

    /**
     * Sends a command and waits for its answer.
     *
     * @throws RespException if none comes in time, or an error
     */
    public RespValue call(RespCommand command, Again again) throws RespException {
        return callAll(List.of(command), again).get(0);
    }

    /**
     * Sends commands in order and waits for all answers. Others' commands may come between.
     *
     * @throws RespException of the first that failed; the others may have been done
     */
    public List<RespValue> callAll(List<RespCommand> commands, Again again) throws RespException {
        long untilNanos = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        List<Call> calls = new ArrayList<>(commands.size());
        for (RespCommand command : commands) {
            calls.add(new Call(command, again, untilNanos));
        }
        lock.lock();
        try {
            if (closed) {
                throw RespException.unsent(RespException.Reason.CLOSED, "the client of " + address.authority() + " was closed", null);
            }
            waiting.addAll(calls);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        List<RespValue> answers = new ArrayList<>(calls.size());
        for (Call call : calls) {
            answers.add(await(call));
        }
        return answers;
    }

    private RespValue await(Call call) throws RespException {
        try {
            // The owner fails what is late, but it may hang in a write that nobody reads: a socket has no limit for that.
            long patient = call.untilNanos - nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(settings.replyMillis());
            if (!call.done.await(Math.max(1, patient), TimeUnit.NANOSECONDS)) {
                current().ifPresent(RespConnection::close);
                throw RespException.sent(RespException.Reason.TIMEOUT, address.authority() + " does not take " + call.command.name(), null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RespException.sent(RespException.Reason.CLOSED, "interrupted while " + call.command.name() + " was under way", e);
        }
        if (call.failure.isPresent()) {
            throw call.failure.get();
        }
        RespValue answer = call.answer.orElseThrow();
        if (answer instanceof RespValue.Failure failure) {
            throw RespException.refused(address, call.command.name(), failure);
        }
        return answer;
    }

    private Optional<RespConnection> current() {
        lock.lock();
        try {
            return connection;
        } finally {
            lock.unlock();
        }
    }

    private void serve() {
        try {
            while (awaitCalls()) {
                Optional<RespConnection> open = connected();
                if (open.isPresent()) {
                    exchange(open.get(), batch());
                }
            }
        } catch (InterruptedException e) {
            // Nobody interrupts it but the end of the program.
            close();
        } finally {
            current().ifPresent(RespConnection::close);
        }
    }

    /** @return false once this was closed */
    private boolean awaitCalls() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() && !closed) {
                changed.await();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** The connection that is open, or a new one; empty if none could be made yet. */
    private Optional<RespConnection> connected() throws InterruptedException {
        Optional<RespConnection> known = current();
        if (known.isPresent()) {
            return known;
        }
        try {
            RespConnection made = RespConnection.open(address, settings, nanoTime);
            hold(Optional.of(made));
            return Optional.of(made);
        } catch (RespException e) {
            boolean lasting = e.reason() == RespException.Reason.REFUSED || e.reason() == RespException.Reason.TLS;
            failLate(e, lasting && !isStarting(e.code().orElse("")));
            pause();
            return Optional.empty();
        }
    }

    private void hold(Optional<RespConnection> next) {
        lock.lock();
        try {
            connection = next;
            if (closed) {
                next.ifPresent(RespConnection::close);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether an error says that the server will do the command in a while, and has not done it. */
    private static boolean isStarting(String code) {
        return code.equals("LOADING") || code.equals("BUSY");
    }

    private List<Call> batch() {
        List<Call> batch = new ArrayList<>();
        long bytes = 0;
        lock.lock();
        try {
            while (!waiting.isEmpty() && batch.size() < BATCH_COMMANDS_MAX && bytes < BATCH_BYTES_MAX) {
                Call call = waiting.poll();
                bytes += call.command.bytes();
                batch.add(call);
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void exchange(RespConnection open, List<Call> batch) throws InterruptedException {
        List<RespCommand> commands = new ArrayList<>(batch.size());
        for (Call call : batch) {
            commands.add(call.command);
        }
        RespConnection.Answers answers = open.pipeline(commands);
        List<Call> back = new ArrayList<>();
        int answered = answers.values().size();
        for (int i = 0; i < answered; i++) {
            if (answers.values().get(i) instanceof RespValue.Failure failure && isStarting(failure.code()) && !isLate(batch.get(i))) {
                back.add(batch.get(i));
            } else {
                batch.get(i).answer(answers.values().get(i));
            }
        }
        boolean pause = !back.isEmpty();
        if (answers.failure().isPresent()) {
            open.close();
            hold(Optional.empty());
            putBackUnanswered(batch.subList(answered, batch.size()), answers.failure().get(), back);
            pause |= answered == 0;
        }
        putBack(back);
        if (pause) {
            pause();
        } else {
            failuresInARow = 0;
        }
    }

    private void putBackUnanswered(List<Call> calls, RespException failure, List<Call> back) {
        for (Call call : calls) {
            if (call.again == Again.ALLOWED && !isLate(call)) {
                back.add(call);
            } else {
                call.fail(failure);
            }
        }
    }

    private void putBack(List<Call> back) {
        lock.lock();
        try {
            for (int i = back.size() - 1; i >= 0; i--) {
                if (closed) {
                    back.get(i).fail(closedMeanwhile());
                } else {
                    waiting.addFirst(back.get(i));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private RespException closedMeanwhile() {
        return RespException.sent(RespException.Reason.CLOSED, "the client of " + address.authority() + " was closed meanwhile", null);
    }

    private boolean isLate(Call call) {
        return nanoTime.getAsLong() - call.untilNanos >= 0;
    }

    /** Fails the calls whose time is up, or all. */
    private void failLate(RespException why, boolean all) {
        lock.lock();
        try {
            waiting.removeIf(call -> {
                boolean over = all || isLate(call);
                if (over) {
                    call.fail(why);
                }
                return over;
            });
        } finally {
            lock.unlock();
        }
    }

    private void pause() throws InterruptedException {
        long millis = Math.min(PAUSE_MILLIS_MAX, (long) PAUSE_MILLIS << Math.min(failuresInARow, 10));
        failuresInARow++;
        long left = TimeUnit.MILLISECONDS.toNanos(millis);
        lock.lockInterruptibly();
        try {
            while (left > 0 && !closed) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            for (Call call : waiting) {
                call.fail(closedMeanwhile());
            }
            waiting.clear();
            connection.ifPresent(RespConnection::close);
        } finally {
            lock.unlock();
        }
    }
}
