package proxymcp.decode.plugin;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import proxymcp.decode.DecodeException;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeSink;
import proxymcp.decode.DecodedLayer;

/**
 * Runs the decoders of a jar in a process of their own, one call at a time. A child that dies is started again at the next call, until it has died
 * too often; one that is late is killed. The lock is held for a call, which is bounded in time.
 */
final class ChildRunner implements PluginRunner {
    /** Memory of a child, as its JVM takes it. */
    private static final String HEAP = "-Xmx256m";
    private static final int DEATHS_MAX = 5;

    private final Path jar;
    private final TimedCalls calls;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Optional<Child> child = Optional.empty();
    private volatile boolean closed;
    private int deaths;

    private record Child(Process process, DataOutputStream out, DataInputStream in) {}

    /** What is said to a child, and what it answers. */
    private interface Talk<T> {
        T with(Child child) throws IOException, DecodeException, PluginFailure;
    }

    ChildRunner(Path jar, TimedCalls calls) {
        this.jar = jar;
        this.calls = calls;
    }

    @Override
    public PluginInfo.All load() throws PluginFailure {
        lock.lock();
        try {
            return bounded(true, this::greeted);
        } catch (DecodeException e) {
            throw new IllegalStateException("nothing is decoded yet", e);
        } finally {
            lock.unlock();
        }
    }

    private PluginInfo.All greeted(Child started) throws IOException, PluginFailure {
        started.out().writeInt(Wire.LOAD);
        started.out().flush();
        if (started.in().readInt() != Wire.DONE) {
            throw new PluginFailure(Wire.text(started.in()), PluginFailure.Weight.DISABLING);
        }
        return Wire.infos(started.in());
    }

    @Override
    public double recognise(String id, DecodeInput in) throws PluginFailure {
        try {
            return ask(running -> {
                running.out().writeInt(Wire.RECOGNISE);
                Wire.text(running.out(), id);
                Wire.input(running.out(), in, DecodeInput.LOOK_BYTES);
                running.out().flush();
                refuseFailure(running.in().readInt(), running);
                return running.in().readDouble();
            });
        } catch (DecodeException e) {
            throw new IllegalStateException("nothing is decoded", e);
        }
    }

    @Override
    public DecodedLayer decode(String id, DecodeInput in, DecodeSink sink) throws DecodeException, PluginFailure {
        DecodeSink own = new DecodeSink(sink.bytesMax());
        try {
            DecodedLayer layer = ask(running -> {
                running.out().writeInt(Wire.DECODE);
                Wire.text(running.out(), id);
                running.out().writeInt(sink.bytesMax());
                Wire.input(running.out(), in, Integer.MAX_VALUE);
                running.out().flush();
                int answer = running.in().readInt();
                refuseFailure(answer, running);
                if (answer == Wire.UNREADABLE) {
                    throw Wire.failure(running.in(), own);
                }
                return Answers.checked(in, Wire.layer(running.in(), own));
            });
            sink.write(own.bytes());
            return layer;
        } catch (DecodeException e) {
            if (own.size() > 0 && sink.size() == 0) {
                sink.write(own.bytes());
            }
            throw e;
        }
    }

    private static void refuseFailure(int answer, Child running) throws IOException, PluginFailure {
        if (answer == Wire.FAILED) {
            throw new PluginFailure(Wire.text(running.in()), PluginFailure.Weight.COUNTED);
        }
    }

    private <T> T ask(Talk<T> talk) throws DecodeException, PluginFailure {
        lock.lock();
        try {
            if (child.isEmpty() || !child.get().process().isAlive()) {
                bounded(true, this::greeted);
            }
            return bounded(false, talk);
        } finally {
            lock.unlock();
        }
    }

    /** Talks to the child, which is started before if {@code anew}. One that does not keep to what was agreed is ended. */
    private <T> T bounded(boolean anew, Talk<T> talk) throws DecodeException, PluginFailure {
        boolean kept = false;
        try {
            T answer = anew ? calls.load(() -> talk.with(start()), this::kill) : calls.run(() -> talk.with(child.orElseThrow()), this::kill);
            kept = true;
            return answer;
        } catch (DecodeException e) {
            kept = true;
            throw e;
        } catch (PluginFailure e) {
            kept = e.weight() == PluginFailure.Weight.COUNTED;
            throw e;
        } catch (Exception e) {
            deaths++;
            throw new PluginFailure("its process ended or spoke out of turn" + (deaths < DEATHS_MAX ? "" : ", " + deaths + " times, and it was disabled"),
                    deaths < DEATHS_MAX ? PluginFailure.Weight.COUNTED : PluginFailure.Weight.DISABLING);
        } finally {
            if (!kept) {
                kill();
            }
        }
    }

    private Child start() throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        Process process = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), HEAP, "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), PluginChild.class.getName(), jar.toString()))
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        Child started = new Child(process, new DataOutputStream(new BufferedOutputStream(process.getOutputStream(), 1 << 16)),
                new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16)));
        child = Optional.of(started);
        if (closed) {
            kill();
        }
        return started;
    }

    private void kill() {
        child.ifPresent(running -> running.process().destroyForcibly());
        child = Optional.empty();
    }

    @Override
    public void close() {
        closed = true;
        child.ifPresent(running -> running.process().destroyForcibly());
    }
}
