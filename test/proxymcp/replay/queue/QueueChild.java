package proxymcp.replay.queue;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import proxymcp.Programs;
import proxymcp.replay.ReplayId;
import proxymcp.store.StoreFiles;

/**
 * A worker in a Java process of its own, that says {@code sent index;} of each unsafe job before it would send it, {@code done index;} once a commit was counted,
 * and {@code end;} when its run has ended. {@link #main} is the child's side.
 */
final class QueueChild implements Closeable {
    private final Process process;
    private final BufferedReader said;

    private QueueChild(Process process) {
        this.process = process;
        this.said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    static QueueChild start(Path folder, ReplayId run, String worker) throws IOException {
        return new QueueChild(new ProcessBuilder(Programs.java().toString(), "-Xmx64m", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), QueueChild.class.getName(), folder.toString(), run.text(), worker)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    /** Takes in so many lines at most, and fewer where it ends before; a kill may cut the last one, which is left out. */
    void listen(int linesMax, List<String> lines) throws IOException {
        for (int left = linesMax; left > 0; left--) {
            String line = said.readLine();
            if (line == null || !line.endsWith(";")) {
                return;
            }
            lines.add(line.substring(0, line.length() - 1));
        }
    }

    /** Kills it as it stands; what it said can still be read. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new AssertionError("the child does not die");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** Arguments: folder, run, id of the worker. */
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
        ReplayId run = new ReplayId(args[1]);
        WorkerId worker = new WorkerId(args[2]);
        try (JobQueue queue = EmbeddedQueue.open(Path.of(args[0]), StoreFiles.DISK, System::currentTimeMillis, new Random())) {
            while (!queue.run(run).orElseThrow().state().hasEnded()) {
                queue.heartbeat(Jobs.worker(worker, WorkerInfo.State.ACTIVE));
                for (Lease lease : queue.lease(worker, 3, Duration.ofMillis(50))) {
                    if (queue.sending(lease) && lease.job().unsafe()) {
                        out.println("sent " + lease.id().index() + ";");
                    }
                    if (queue.commit(lease, Jobs.ok()) == JobQueue.Commit.COUNTED) {
                        out.println("done " + lease.id().index() + ";");
                    }
                }
            }
        }
        out.println("end;");
    }
}
