package proxymcp.replay.queue;

import java.io.Closeable;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.replay.Answer;
import proxymcp.replay.Changed;
import proxymcp.replay.HttpItemSender;
import proxymcp.replay.ItemChanges;
import proxymcp.replay.OutgoingRequest;
import proxymcp.replay.Plan;
import proxymcp.replay.PlanException;
import proxymcp.replay.PlanItem;
import proxymcp.replay.PlannedChanges;
import proxymcp.replay.ReplaySession;
import proxymcp.replay.RequestMaker;
import proxymcp.replay.Retries;
import proxymcp.replay.RetryAfter;
import proxymcp.replay.SendResult;
import proxymcp.replay.SentAs;
import proxymcp.store.ExchangePack;
import proxymcp.upstream.OwnPorts;

/** Sends the jobs of one run on one worker, over connections that are kept from one to the next. Any thread may call, each for one job at a time. */
final class RunSender implements Closeable {
    /** Octets of each body that go back with a result. */
    private static final int BODY_BYTES_MAX = 8 << 20;

    private final RunWork work;
    private final HttpItemSender sender;
    private final PlannedChanges apart;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@link #lock}. */
    private final Retries retries;
    /** What the calling thread sends: all that the sender asks for is asked for by the thread that sends. */
    private final ThreadLocal<Sending> current = new ThreadLocal<>();

    /** One job on its way. */
    final class Sending implements Closeable {
        private final JobPayload payload;
        private final PlannedChanges changes;
        private final ExchangePack pack = new ExchangePack(BODY_BYTES_MAX);
        private final List<JsonObject> before;
        private final ConcurrentLinkedQueue<JsonObject> learned = new ConcurrentLinkedQueue<>();

        private Sending(JobPayload payload, PlannedChanges changes, List<JsonObject> before) {
            this.payload = payload;
            this.changes = changes;
            this.before = before;
            if (!payload.made()) {
                changes.tell(learned::add);
            }
        }

        /** Sends it once and reads the answer. */
        SendResult send(int attempt) {
            current.set(this);
            try {
                SendResult result = sender.send(payload.item(), attempt);
                Optional<SentAs> sentAs = payload.made() ? payload.changed().sentAs() : result.sentAs();
                return new SendResult(result.status(), result.responseBytes(), result.errorClass(), result.redirectRefused(), result.reason(),
                        result.nothingSent(), result.durationMillis(), Optional.empty(), result.retryAfter(), result.date(), List.of(), sentAs,
                        result.skipped(), result.verdict());
            } finally {
                current.remove();
            }
        }

        /** How long to wait before it is sent again; empty if the result stands. */
        OptionalLong again(int attempt, boolean unsafe, SendResult result) {
            OptionalLong asked = result.retryAfter().isEmpty() ? OptionalLong.empty()
                    : RetryAfter.millis(result.retryAfter().get(), result.date(), clock.millis());
            lock.lock();
            try {
                return retries.again(payload.item().index(), attempt, unsafe, result, asked);
            } finally {
                lock.unlock();
            }
        }

        /** The exchanges so far. */
        byte[] exchanges() {
            return pack.octets();
        }

        /** What the next job of the chain is told; empty to leave it as it was. */
        Optional<byte[]> carried() {
            if (learned.isEmpty()) {
                return Optional.empty();
            }
            List<JsonObject> all = new ArrayList<>(before);
            all.addAll(learned);
            byte[] octets = Json.bytes(new JsonArray(List.copyOf(all)));
            while (octets.length > Job.PAYLOAD_BYTES_MAX) { // The oldest is worth least: most of it has been learned anew since.
                all.subList(0, Math.max(1, all.size() / 4)).clear();
                octets = Json.bytes(new JsonArray(List.copyOf(all)));
            }
            return Optional.of(octets);
        }

        @Override
        public void close() {
            if (payload.made()) {
                apart.ended(payload.item());
            } else {
                changes.close();
            }
        }
    }

    RunSender(RunWork work, OwnPorts ownPorts, Clock clock, LongSupplier nanoTime) throws PlanException {
        this.work = work;
        this.clock = clock;
        this.retries = new Retries(work.retry(), work.seed());
        Plan plan = new Plan(work.sessionId(), Collections.nCopies(work.itemCount(), placeholder()), List.of());
        this.apart = work.changes().begin(placeholder(), List.of());
        Dispatch dispatch = new Dispatch();
        RequestMaker maker = new RequestMaker(plan, item -> new ItemChanges.Outcome.Ready(recorded()), dispatch, work.settings().safety());
        Optional<ReplaySession> session = work.record() ? Optional.of(new ReplaySession(work.sessionId(), start -> current.get().pack.open(start)))
                : Optional.empty();
        this.sender = new HttpItemSender(plan, maker, dispatch, work.way(), ownPorts, work.settings(), session, clock, nanoTime);
    }

    private static PlanItem placeholder() {
        return new PlanItem(0, 0, new UUID(0, 0), 0, "GET", "", "", false, Optional.empty());
    }

    private Changed recorded() {
        return current.get().payload.changed();
    }

    /**
     * Prepares a job.
     *
     * @param carried what the chain learned before it
     * @throws PlanException if its chain cannot be gone on with
     */
    Sending begin(JobPayload payload, Optional<byte[]> carried) throws PlanException {
        lock.lock();
        try {
            retries.begun();
        } finally {
            lock.unlock();
        }
        if (payload.made()) {
            return new Sending(payload, apart, List.of());
        }
        List<JsonObject> before = new ArrayList<>();
        if (carried.isPresent()) {
            try {
                if (Json.parse(carried.get()) instanceof JsonArray array) {
                    for (JsonValue value : array) {
                        if (value instanceof JsonObject learned) {
                            before.add(learned);
                        }
                    }
                }
            } catch (JsonException e) {
                throw new PlanException("what the requests before it learned cannot be read");
            }
        }
        return new Sending(payload, work.changes().begin(payload.item(), before), before);
    }

    /** Ends what is in flight, which then has {@code client_aborted} as its result. */
    @Override
    public void close() {
        apart.close();
        sender.close();
    }

    /** Asks the changes of the job that the calling thread sends. */
    private final class Dispatch implements ItemChanges {
        private ItemChanges changes() {
            return current.get().changes;
        }

        @Override
        public Outcome change(PlanItem item, OutgoingRequest request) {
            return current.get().payload.made() ? new Outcome.Ready(new Changed(request, List.of())) : changes().change(item, request);
        }

        @Override
        public void answered(PlanItem item, OutgoingRequest sent, Answer answer) {
            changes().answered(item, sent, answer);
        }

        @Override
        public Next redirected(PlanItem item, OutgoingRequest sent, Answer answer, int hop) {
            return changes().redirected(item, sent, answer, hop);
        }

        @Override
        public Verdict verdict(PlanItem item, Answer answer) {
            return changes().verdict(item, answer);
        }

        @Override
        public boolean opensWebSockets() {
            return apart.opensWebSockets();
        }
    }
}
