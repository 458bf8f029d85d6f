package proxymcp.tool;

import java.io.Closeable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import proxymcp.replay.queue.JobQueue;
import proxymcp.replay.queue.QueueException;
import proxymcp.replay.queue.QueueUrl;
import proxymcp.replay.queue.QueueWorker;
import proxymcp.replay.queue.RunWork;
import proxymcp.replay.queue.WorkerId;
import proxymcp.upstream.OwnPorts;

/** The queues that this process uses, each opened when it is first needed, and the workers that it has. Any thread may call. */
public final class QueueControl implements Closeable {
    private static final int NAME_CHARS_MAX = 60;

    private final Engines engines;
    private final RunWork.Source works;
    private final OwnPorts ownPorts;
    private final long leaseMillis;
    private final Clock clock;
    private final RandomGenerator random;
    /** Held while a queue is opened, so that each is opened once. */
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@link #lock}. */
    private final Map<Key, JobQueue> open = new LinkedHashMap<>();
    private final ConcurrentLinkedQueue<QueueWorker> workers = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /** Opens queues. */
    public interface Engines {
        /**
         * Opens a queue.
         *
         * @param allowVolatile whether one is taken that may forget what it was told
         */
        JobQueue open(QueueUrl url, boolean allowVolatile) throws QueueException;
    }

    private record Key(QueueUrl url, boolean allowVolatile) {}

    /**
     * @param control the proxy of this process: its ports, which nothing is sent to, and keys of client certificates
     * @param leaseMillis how long a worker has a job without a sign of it
     * @param random where ids of workers come from
     */
    public QueueControl(Engines engines, ProxyControl control, long leaseMillis, Clock clock, RandomGenerator random) {
        this.engines = engines;
        this.works = new QueuedWork(control.origins(), control.rules(), clock);
        this.ownPorts = control.ownPorts();
        this.leaseMillis = leaseMillis;
        this.clock = clock;
        this.random = random;
    }

    long leaseMillis() {
        return leaseMillis;
    }

    /** A queue, which stays open until this is closed. */
    public JobQueue queue(QueueUrl url, boolean allowVolatile) throws QueueException {
        lock.lock();
        try {
            if (closed) {
                throw new QueueException("queue_closed", "the process ends", "");
            }
            Key key = new Key(url, allowVolatile);
            JobQueue known = open.get(key);
            if (known == null) {
                known = engines.open(url, allowVolatile);
                open.put(key, known);
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts a worker of this process.
     *
     * @param name what it is called
     * @param concurrency requests in flight at most
     */
    public QueueWorker work(JobQueue queue, String name, int concurrency) {
        QueueWorker worker = new QueueWorker(queue, new QueueWorker.Identity(id(name), name, host(), ProcessHandle.current().pid(), concurrency), works,
                ownPorts, clock, System::nanoTime);
        workers.add(worker);
        worker.start();
        return worker;
    }

    /** Ends the workers of this process; what they send may still be committed, and collected by who waits for it. */
    public void endWorkers() {
        end(List.copyOf(workers));
    }

    /** Ends workers at once, as many as there are: each lets what is in flight end. Returns when all have. */
    void end(List<QueueWorker> ended) {
        workers.removeAll(ended);
        List<Thread> threads = new ArrayList<>();
        ended.forEach(worker -> threads.add(Thread.ofVirtual().start(worker::close)));
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // What they have goes back when its leases run out.
        }
    }

    private WorkerId id(String name) {
        StringBuilder id = new StringBuilder();
        for (char c : name.substring(0, Math.min(NAME_CHARS_MAX, name.length())).toCharArray()) {
            id.append(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' ? c : '_');
        }
        return new WorkerId(id.append('-').append(String.format("%016x", random.nextLong())).toString());
    }

    /** The name of this machine. */
    public static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** Ends the workers, then closes the queues. */
    @Override
    public void close() {
        endWorkers();
        lock.lock();
        try {
            closed = true;
            open.values().forEach(JobQueue::close);
            open.clear();
        } finally {
            lock.unlock();
        }
    }
}
