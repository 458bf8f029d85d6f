package proxymcp.replay.queue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import proxymcp.replay.Changed;
import proxymcp.replay.ItemChanges;
import proxymcp.replay.ItemSource;
import proxymcp.replay.Plan;
import proxymcp.replay.PlanItem;
import proxymcp.replay.PlannedChanges;
import proxymcp.replay.ReplayBody;
import proxymcp.replay.ReplayId;
import proxymcp.replay.RequestMaker;
import proxymcp.replay.Safety;
import proxymcp.replay.Skip;

/**
 * Makes jobs of a plan. A request that stands alone is made as it goes out, once, so that every attempt sends the same; one that needs what answers give
 * is kept as recorded, and shares a shard key with those that it needs. One thread.
 */
public final class JobMaker {
    /** Key of what must be sent one after the other. One a run: what is captured from one answer may be used by any request. */
    private static final ShardKey CHAIN = new ShardKey("chain");

    private final Plan plan;
    private final RequestMaker maker;
    private final ItemSource source;
    private final PlannedChanges changes;
    private final Predicate<PlanItem> unsafe;
    private final boolean ordered;

    /**
     * What can be sent of a plan.
     *
     * @param jobs the items that can
     * @param skips why others cannot, by index
     */
    public record Selected(JobIndex jobs, Map<Integer, Skip> skips) {
        /** Copies the map. */
        public Selected {
            skips = Map.copyOf(skips);
        }
    }

    /**
     * @param maker makes the requests that stand alone
     * @param source has the recorded ones
     * @param changes tells which ones are part of a chain
     * @param unsafe whether an item's request may change something
     * @param ordered whether all jobs go out strictly in order
     */
    public JobMaker(Plan plan, RequestMaker maker, ItemSource source, PlannedChanges changes, Predicate<PlanItem> unsafe, boolean ordered) {
        this.plan = plan;
        this.maker = maker;
        this.source = source;
        this.changes = changes;
        this.unsafe = unsafe;
        this.ordered = ordered;
    }

    /** Looks which requests can be sent. */
    public Selected select() {
        BitSet sendable = new BitSet();
        Map<Integer, Skip> skips = new HashMap<>();
        for (PlanItem item : plan.items()) {
            switch (request(item)) {
                case ItemChanges.Outcome.Ready ready -> sendable.set(item.index());
                case ItemChanges.Outcome.Skipped(Skip skip) -> skips.put(item.index(), skip);
            }
        }
        return new Selected(JobIndex.of(sendable), skips);
    }

    /** Whether all requests are made here, so that what had no effect on them is known. */
    public boolean makesAll() {
        for (PlanItem item : plan.items()) {
            if (item.skipped().isEmpty() && changes.isChained(item)) {
                return false;
            }
        }
        return true;
    }

    private ItemChanges.Outcome request(PlanItem item) {
        if (item.skipped().isPresent()) {
            return new ItemChanges.Outcome.Skipped(item.skipped().get());
        }
        return changes.isChained(item) ? source.request(item) : maker.make(item);
    }

    /** The jobs of a run, made one after the other while they are asked for. The iterator throws {@link UncheckedIOException} for one that can no longer be made. */
    public Iterable<Job> jobs(ReplayId run, JobIndex index) {
        return () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < index.count();
            }

            @Override
            public Job next() {
                int number = next++;
                return job(new JobId(run, number), plan.items().get(index.itemOf(number)));
            }
        };
    }

    private Job job(JobId id, PlanItem item) {
        boolean chained = changes.isChained(item);
        return switch (request(item)) {
            case ItemChanges.Outcome.Skipped(Skip skip) -> throw new UncheckedIOException(new IOException("seq " + item.seq() + ": " + skip.sentence()));
            case ItemChanges.Outcome.Ready(Changed changed) -> new Job(id, chained || ordered ? Optional.of(CHAIN) : Optional.empty(),
                    unsafe.test(item) || !Safety.isSafe(changed.request().head().method()), new JobPayload(item, !chained, changed).octets(),
                    octets(changed.request().body()));
        };
    }

    private static KeptOctets octets(ReplayBody body) {
        return new KeptOctets() {
            @Override
            public long size() {
                return body.size();
            }

            @Override
            public InputStream open() throws IOException {
                return body.open();
            }
        };
    }
}
