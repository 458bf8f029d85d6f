package proxymcp.cli;

import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import proxymcp.exchange.LiveBuffer;
import proxymcp.exchange.SwitchSink;
import proxymcp.replay.queue.JobQueue;
import proxymcp.replay.queue.QueueException;
import proxymcp.tool.ProxyControl;
import proxymcp.tool.QueueControl;

/** A worker: takes jobs out of a queue until the process is told to end, then lets what is in flight end. */
final class WorkerCommand {
    private WorkerCommand() {}

    static ExitCode run(Options options, Command.Worker command, Terminal terminal, Closing closing) throws CouldNotStart, InterruptedException {
        Wiring.openHome(options, closing);
        LiveBuffer unused = new LiveBuffer(new LiveBuffer.Limits(1, 0, 0));
        ProxyControl control = closing.add(new ProxyControl(options.home(), unused, new SwitchSink(unused), Wiring.rules(options), Clock.systemUTC()));
        // Before all else and as patiently as a session: what is in flight must be committed.
        QueueControl queues = closing.addTargets(Wiring.queues(options, control));
        String name = command.name().orElseGet(() -> QueueControl.host() + "-" + ProcessHandle.current().pid());
        try {
            JobQueue queue = queues.queue(command.queue(), true); // Whoever enqueued a run decided that the queue will do.
            queues.work(queue, name, command.concurrency());
        } catch (QueueException e) {
            throw new CouldNotStart(e.getMessage() + (e.hint().isEmpty() ? "" : "; " + e.hint()));
        }
        terminal.line("proxy-mcp " + Version.text() + ": worker " + Terminal.clean(name) + " takes jobs from " + command.queue() + ", "
                + command.concurrency() + " at a time; Ctrl-C ends it");
        new CountDownLatch(1).await();
        return ExitCode.FINE;
    }
}
