package proxymcp.decode.plugin;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import proxymcp.decode.DecodeInput;

/**
 * Runs a jar's decoders in a process of their own. It is killed when its time is over, and started again when it is asked next.
 *
 * <p>One question at a time: {@link #turn} is held meanwhile, so for no longer than the limits say. {@link #close} does not wait for it.
 */
final class ChildHost implements PluginHost {
    /** A process that died as often is not started again. */
    private static final int DEATHS_MAX = 3;

    private final Path jar;
    private final PluginLimits limits;
    private final PluginThreads threads;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile Optional<ChildProcess> child = Optional.empty();
    private volatile boolean closed;
    private int deaths;

    ChildHost(Path jar, PluginLimits limits, PluginThreads threads) {
        this.jar = jar;
        this.limits = limits;
        this.threads = threads;
    }

    private interface Reading<T> {
        T read(DataInputStream in) throws IOException, PluginFault;
    }

    @Override
    public Contents load() throws PluginFault {
        turn.lock();
        try {
            return start();
        } finally {
            turn.unlock();
        }
    }

    @Override
    public double recognise(int decoder, DecodeInput in) throws PluginFault {
        return ask(new PluginWire.Question(false, decoder, 0, in), PluginWire::confidence);
    }

    @Override
    public PluginAnswer decode(int decoder, DecodeInput in, int bytesMax) throws PluginFault {
        return ask(new PluginWire.Question(true, decoder, bytesMax, in), PluginWire::answer);
    }

    private Contents start() throws PluginFault {
        if (closed) {
            throw new PluginFault("the program ends", false);
        }
        ChildProcess started;
        try {
            started = ChildProcess.start(jar, limits.heapMebibytes());
        } catch (IOException e) {
            throw new PluginFault("its process could not be started: " + Reason.message(e), true);
        }
        child = Optional.of(started);
        if (closed) {
            started.kill();
        }
        return within(started, limits.loadMillis(), started::contents);
    }

    private <T> T ask(PluginWire.Question question, Reading<T> reading) throws PluginFault {
        if (question.in().length() > PluginWire.INPUT_BYTES_MAX) {
            throw new PluginFault("the input has more than " + (PluginWire.INPUT_BYTES_MAX >> 20) + " MiB", false);
        }
        byte[] frame = PluginWire.question(question);
        turn.lock();
        try {
            if (!child.map(ChildProcess::isAlive).orElse(false)) {
                countDeath("its process ended between two questions");
                start();
            }
            ChildProcess asked = child.orElseThrow();
            return within(asked, limits.runMillis(), () -> reading.read(asked.ask(frame, question.bytesMax() + PluginWire.ROOM_BYTES)));
        } finally {
            turn.unlock();
        }
    }

    /** Whoever does not answer in time, or not as agreed, is killed. */
    private <T> T within(ChildProcess asked, long millis, Callable<T> work) throws PluginFault {
        boolean answered = false;
        try {
            T answer = threads.within(millis, getClass().getClassLoader(), work);
            answered = true;
            return answer;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PluginFault fault) {
                answered = true;
                throw fault;
            }
            String epitaph = asked.epitaph(e.getCause() instanceof Exception known ? known : e);
            countDeath(epitaph);
            throw new PluginFault(epitaph, false);
        } finally {
            if (!answered) {
                asked.kill();
                child = Optional.empty();
            }
        }
    }

    private void countDeath(String reason) throws PluginFault {
        if (child.isPresent() && !closed && ++deaths >= DEATHS_MAX) {
            throw new PluginFault(reason + ", " + deaths + " times by now", true);
        }
    }

    @Override
    public void close() {
        closed = true;
        child.ifPresent(ChildProcess::kill);
    }
}
