package proxymcp.selftest;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.tls.CaException;

/**
 * The main job end to end, on loopback: a shop with TLS is captured, queried, decoded, compared, run again and kept, by tools alone and with a
 * server, a home and an authority of its own. Each step is proved by facts. Nothing of the home but the folder {@code selftest} is touched, and
 * that is removed.
 *
 * <p>Any thread may call; one self-test of an instance runs at a time, on the caller's thread.
 */
public final class SelfTest implements Closeable {
    private final Path home;
    private final ServerMaker servers;
    private final Clock clock;
    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final Fault fault;
    private final AtomicBoolean runs = new AtomicBoolean();
    private volatile boolean ended;
    private volatile Optional<Closeable> running = Optional.empty();

    /**
     * Nothing is made yet.
     *
     * @param home where the temporary folder is made
     * @param servers makes the server that is tried
     * @param clock wall clock
     * @param nanos monotonic time in nanoseconds
     * @param random makes tokens and the folder's name
     */
    public SelfTest(Path home, ServerMaker servers, Clock clock, LongSupplier nanos, RandomGenerator random) {
        this(home, servers, clock, nanos, random, Fault.NONE);
    }

    SelfTest(Path home, ServerMaker servers, Clock clock, LongSupplier nanos, RandomGenerator random, Fault fault) {
        this.home = home;
        this.servers = servers;
        this.clock = clock;
        this.nanos = nanos;
        this.random = random;
        this.fault = fault;
    }

    /**
     * Runs all steps.
     *
     * @param context of the call that asked for it
     * @param narration hears of each step
     * @return what came of them; empty if another self-test of this instance runs
     * @throws IOException if the temporary folder cannot be made or used
     * @throws CancellationException if the call was cancelled, or this was closed
     */
    public Optional<SelfTestReport> run(CallContext context, Narration narration) throws IOException {
        if (!runs.compareAndSet(false, true)) {
            return Optional.empty();
        }
        // Files of the own folder alone are named, so the steps may name files whoever asked; and how far a tool got is not how far the test is.
        CallContext ofSteps = CallContext.detached(CallOrigin.STDIO);
        CallContext.Registration cancelling = context.onCancel(ofSteps::cancel);
        try (Scratch scratch = Scratch.make(home, random)) {
            Path own = scratch.path().resolve("home");
            try (Bench bench = new Bench(own, scratch.path().resolve("origin"), servers.open(own), clock, random, fault, ofSteps)) {
                running = Optional.of(both(bench, scratch));
                return Optional.of(steps(bench, context, narration));
            }
        } catch (CaException e) {
            throw new IOException("no authority can be made there: " + e.getMessage(), e);
        } finally {
            cancelling.remove();
            running = Optional.empty();
            runs.set(false);
        }
    }

    private static Closeable both(Closeable first, Closeable second) {
        return () -> {
            try (second) {
                first.close();
            }
        };
    }

    private SelfTestReport steps(Bench bench, CallContext context, Narration narration) {
        List<Plan> plans = Plan.all();
        List<StepResult> results = new ArrayList<>();
        for (Plan plan : plans) {
            if (context.cancelled()) {
                throw new CancellationException("cancelled before " + plan.step());
            }
            int number = results.size() + 1;
            context.progress(number - 1, plans.size(), plan.step());
            narration.begins(number, plans.size(), plan.what());
            StepResult result = missing(plan, results).orElseGet(() -> step(plan, bench));
            if (ended) {
                throw new CancellationException("the process ends");
            }
            results.add(result);
            narration.ended(number, result);
        }
        return new SelfTestReport(results);
    }

    /** The step is left out where one that it builds on has not proved itself. */
    private static Optional<StepResult> missing(Plan plan, List<StepResult> before) {
        for (StepResult result : before) {
            if (plan.needs().contains(result.step()) && result.verdict() != StepResult.Verdict.OK) {
                return Optional.of(new StepResult(plan.step(), plan.what(), StepResult.Verdict.SKIPPED, "needs step " + result.step(), 0, List.of()));
            }
        }
        return Optional.empty();
    }

    private StepResult step(Plan plan, Bench bench) {
        long begun = nanos.getAsLong();
        StepResult.Verdict verdict;
        String detail;
        try {
            detail = plan.proof().prove(bench);
            verdict = StepResult.Verdict.OK;
        } catch (NotProved otherwise) {
            verdict = StepResult.Verdict.FAILED;
            detail = otherwise.getMessage();
        } catch (NotTried reason) {
            verdict = StepResult.Verdict.SKIPPED;
            detail = reason.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            verdict = StepResult.Verdict.FAILED;
            detail = "interrupted";
        } catch (CancellationException cancelled) {
            throw cancelled;
        } catch (Exception fault) {
            verdict = StepResult.Verdict.FAILED;
            detail = fault.toString();
        }
        return new StepResult(plan.step(), plan.what(), verdict, detail, (nanos.getAsLong() - begun) / 1_000_000, bench.takeCalls());
    }

    /** Ends what runs and removes its folder: for the end of the process. */
    @Override
    public void close() throws IOException {
        ended = true;
        Optional<Closeable> now = running;
        if (now.isPresent()) {
            now.get().close();
        }
    }
}
