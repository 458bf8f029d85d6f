package proxymcp.replay;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import proxymcp.json.JsonObject;

/** A Java process of its own that sends a run: says its id, {@code seq/attempt;} of each unsafe request before it goes out, and in the end how it ended. */
final class RunChild {
    private RunChild() {
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void hangAfter(long seq) {
        while (seq > 500) {
            LockSupport.park();
        }
    }

    /** Arguments: folder of the runs, method, items, concurrency. */
    public static void main(String[] args) throws Exception {
        RunTime time = RunTime.of(Clock.systemUTC());
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
        CountDownLatch named = new CountDownLatch(1);
        ItemSender sender = new ItemSender() {
            @Override
            public SendResult send(PlanItem item, int attempt) {
                await(named); // The id is the first line, however soon a worker begins.
                if (args[1].equals("POST")) {
                    out.println(item.seq() + "/" + attempt + ";");
                    hangAfter(item.seq());
                }
                return ScriptedSender.status(200);
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
        RunSettings settings = new RunSettings(Integer.parseInt(args[3]), OptionalInt.empty(), OptionalDouble.empty(), 1, new RunSettings.Pacing.None(),
                RunSettings.RetryPolicy.NONE, Optional.empty(), Optional.empty());
        try (ReplayRuns runs = new ReplayRuns(Path.of(args[0]), time, new Random())) {
            JsonObject request = JsonObject.builder().put("token", "secret").build();
            Plan plan = ScriptedSender.plan(ScriptedSender.items(Integer.parseInt(args[2]), args[1], "a", "b", "c"));
            ReplayRun run = runs.start(request, plan, new PreparedRun(settings, sender));
            out.println(run.id());
            named.countDown();
            while (!run.await(1_000)) {
                continue; // It goes on.
            }
            out.println(run.report().state().id() + " " + run.report().successCount());
        }
    }
}
