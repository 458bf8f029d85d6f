package proxymcp.replay;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import proxymcp.http.Deadlines;
import proxymcp.rule.RuleEngine;
import proxymcp.rule.RuleThreads;
import proxymcp.upstream.Affinity;
import proxymcp.upstream.OwnPorts;
import proxymcp.upstream.UpstreamClient;
import proxymcp.upstream.UpstreamLimits;
import proxymcp.upstream.UpstreamSettings;

/**
 * Sends requests to their origins, on connections that are kept from one item to the next, and records each exchange.
 *
 * <p>Any thread may call. Whoever ends a run closes this, also after its last item: it holds connections and a thread.
 */
public final class HttpItemSender implements ItemSender {
    private static final long LATER_MILLIS = 5_000;

    private final Plan plan;
    private final RequestMaker maker;
    private final ItemChanges changes;
    private final SendServices services;
    private final RuleThreads ruleThreads;
    private final Deadlines deadlines;
    private final UpstreamClient client;
    private final Set<InFlight> inFlight = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * @param maker has the requests
     * @param changes is told of the answers
     * @param way how origins are reached
     * @param ownPorts ports of this process, which are not
     * @param settings bounds
     * @param session where exchanges are recorded; empty for nowhere
     * @param clock wall clock
     * @param nanoTime monotonic clock
     */
    public HttpItemSender(Plan plan, RequestMaker maker, ItemChanges changes, SendWay way, OwnPorts ownPorts, SendSettings settings,
            Optional<ReplaySession> session, Clock clock, LongSupplier nanoTime) {
        this.plan = plan;
        this.maker = maker;
        this.changes = changes;
        this.ruleThreads = new RuleThreads();
        this.services = new SendServices(session, way.rules().map(rules -> new RunRules(new RuleEngine(rules, ruleThreads), settings.safety())),
                changes != ItemChanges.NONE, changes.opensWebSockets(), settings.timeoutMillis(), clock, nanoTime);
        this.deadlines = new Deadlines(nanoTime);
        this.client = new UpstreamClient(new UpstreamSettings(way.insecure(), way.caFile(), limits(settings.timeoutMillis()), way.origins()),
                ownPorts, deadlines, nanoTime);
        client.use(way.proxies());
    }

    /** The bound of the whole item ends what these do not; those that are no shorter come later, so that it is always the item's that is told. */
    private static UpstreamLimits limits(long timeoutMillis) {
        UpstreamLimits usual = UpstreamLimits.DEFAULT;
        long later = timeoutMillis + LATER_MILLIS;
        return new UpstreamLimits(usual.connectMillis() < timeoutMillis ? usual.connectMillis() : later,
                usual.handshakeMillis() < timeoutMillis ? usual.handshakeMillis() : later, later, usual.idleMillis(), usual.idleConnectionsMax(), usual.head());
    }

    @Override
    public SendResult send(PlanItem item, int attempt) {
        long begun = services.nanoTime().getAsLong();
        return switch (maker.make(item)) {
            case ItemChanges.Outcome.Skipped(Skip skip) -> SendResult.skipped(skip);
            case ItemChanges.Outcome.Ready(Changed changed) -> result(item, hops(item, attempt, changed), changed, begun);
        };
    }

    @Override
    public void ended(PlanItem item) {
        changes.ended(item);
    }

    private Hop hops(PlanItem item, int attempt, Changed changed) {
        InFlight running = new InFlight();
        inFlight.add(running);
        if (closed) {
            running.close(); // close() may have looked before this one was there.
        }
        try (Deadlines.Deadline limit = deadlines.watch(running::expire); Affinity affinity = new Affinity(client)) {
            limit.arm(services.timeoutMillis());
            OutgoingRequest request = changed.request();
            boolean nothingSent = true;
            String way = "";
            for (int hop = 1; ; hop++) {
                Hop done = new HopRun(services, request, notes(item, attempt, hop == 1 || !way.isEmpty() ? way : "redirect " + (hop - 1) + " was followed to here", changed)).run(affinity, running);
                switch (next(item, request, done, hop)) {
                    case ItemChanges.Next.Nothing() -> {
                        return done.last(nothingSent);
                    }
                    case ItemChanges.Next.Refused(String sentence) -> {
                        return done.last(nothingSent).refused(sentence);
                    }
                    case ItemChanges.Next.Follow(OutgoingRequest next) -> request = next;
                    case ItemChanges.Next.Page(OutgoingRequest next) -> {
                        request = next;
                        way = "page " + (hop + 1);
                        limit.arm(services.timeoutMillis());
                    }
                }
                nothingSent &= done.nothingSent();
            }
        } finally {
            inFlight.remove(running);
        }
    }

    private ItemChanges.Next next(PlanItem item, OutgoingRequest request, Hop done, int hop) {
        if (done.answer().isEmpty() || done.errorClass().isPresent()) {
            return new ItemChanges.Next.Nothing();
        }
        changes.answered(item, request, done.answer().get());
        return changes.redirected(item, request, done.answer().get(), hop);
    }

    private List<String> notes(PlanItem item, int attempt, String way, Changed changed) {
        List<String> notes = new ArrayList<>(2 + changed.changes().size());
        notes.add(new ReplayOf(plan.sessionId(), item.seq(), item.exchangeId()).note());
        if (attempt > 1) {
            notes.add("attempt " + attempt);
        }
        if (!way.isEmpty()) {
            notes.add(way);
        }
        notes.addAll(changed.changes());
        return List.copyOf(notes);
    }

    private SendResult result(PlanItem item, Hop hop, Changed changed, long begun) {
        long millis = TimeUnit.NANOSECONDS.toMillis(services.nanoTime().getAsLong() - begun);
        Optional<Answer> answer = hop.answer();
        OptionalInt status = answer.isPresent() ? OptionalInt.of(answer.get().head().status()) : OptionalInt.empty();
        ItemChanges.Verdict verdict = answer.isPresent() && hop.errorClass().isEmpty() ? changes.verdict(item, answer.get()) : new ItemChanges.Verdict.Usual();
        String reason = hop.reason().isEmpty() && verdict instanceof ItemChanges.Verdict.Failed(String sentence) ? sentence : hop.reason();
        return new SendResult(status, hop.responseBytes(), hop.errorClass(), hop.redirectRefused(), reason, hop.nothingSent(), millis, hop.recorded(),
                answer.flatMap(known -> known.head().fields().first("Retry-After")), answer.flatMap(known -> known.head().fields().first("Date")),
                changed.changes(), changed.sentAs(), Optional.empty(), verdict);
    }

    @Override
    public void close() {
        closed = true;
        inFlight.forEach(InFlight::close);
        client.close();
        deadlines.close();
        ruleThreads.close();
    }
}
