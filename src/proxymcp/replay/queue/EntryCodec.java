package proxymcp.replay.queue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.replay.ReplayId;

/** Entries as octets, in the order of their members; the type stands in the record's header. A type never changes its number or its members. */
final class EntryCodec {
    private EntryCodec() {}

    /** The number of its type; 0 is none. */
    static int type(Entry entry) {
        return switch (entry) {
            case Entry.Base base -> 1;
            case Entry.RunBegun begun -> 2;
            case Entry.JobsAdded added -> 3;
            case Entry.RunSealed sealed -> 4;
            case Entry.Leased leased -> 5;
            case Entry.Sending sending -> 6;
            case Entry.Renewed renewed -> 7;
            case Entry.Committed committed -> 8;
            case Entry.Ended ended -> 9;
            case Entry.RunCancelled cancelled -> 10;
            case Entry.RunForgotten forgotten -> 11;
            case Entry.WorkerTold told -> 12;
            case Entry.Granted granted -> 13;
            case Entry.Returned returned -> 14;
            case Entry.Doubted doubted -> 15;
            case Entry.RunKept kept -> 16;
        };
    }

    static void write(Entry entry, RecordOutput out) {
        switch (entry) {
            case Entry.Base base -> out.number(base.nextRun()).number(base.nextFence()).number(base.nextGrant());
            case Entry.RunBegun begun -> header(begun.header(), out.number(begun.run()));
            case Entry.JobsAdded added -> jobs(added, out);
            case Entry.RunSealed sealed -> out.number(sealed.run());
            case Entry.Leased leased -> held(leased.jobs(), out.text(leased.worker()));
            case Entry.Sending sending -> out.number(sending.run()).number(sending.index()).number(sending.fence());
            case Entry.Renewed renewed -> held(renewed.jobs(), out);
            case Entry.Committed done -> set(done.bodies(), out.number(done.run()).number(done.index()).number(done.fence()).number(done.attempt())
                    .text(done.worker()).flag(done.counted()).flag(done.ok()).flag(done.carries()).octets(done.carried())).octets(done.packed());
            case Entry.Ended ended -> out.number(ended.run()).number(ended.index()).number(ended.fence()).number(ended.attempt()).text(ended.worker())
                    .number(ended.then().ordinal());
            case Entry.RunCancelled cancelled -> out.number(cancelled.run());
            case Entry.RunForgotten forgotten -> out.number(forgotten.run());
            case Entry.WorkerTold told -> worker(told.info(), out);
            case Entry.Granted grant -> out.number(grant.number()).number(grant.run()).text(grant.worker()).text(grant.origin()).number(grant.count())
                    .number(grant.expiresAtMillis());
            case Entry.Returned returned -> out.number(returned.number()).number(returned.count());
            case Entry.Doubted doubted -> out.number(0);
            case Entry.RunKept kept -> kept(kept, out);
        }
    }

    /** @throws IOException if it is of no known type, or not whole */
    static Entry read(int type, byte[] payload) throws IOException {
        RecordInput in = new RecordInput(payload);
        return switch (type) {
            case 1 -> new Entry.Base(in.count(), in.number(), in.number());
            case 2 -> new Entry.RunBegun(in.count(), header(in));
            case 3 -> jobs(in);
            case 4 -> new Entry.RunSealed(in.count());
            case 5 -> new Entry.Leased(in.text(), held(in));
            case 6 -> new Entry.Sending(in.count(), in.count(), in.number());
            case 7 -> new Entry.Renewed(held(in));
            case 8 -> new Entry.Committed(in.count(), in.count(), in.number(), in.count(), in.text(), in.flag(), in.flag(), in.flag(), in.octets(), set(in),
                    in.octets());
            case 9 -> new Entry.Ended(in.count(), in.count(), in.number(), in.count(), in.text(), then(in.count()));
            case 10 -> new Entry.RunCancelled(in.count());
            case 11 -> new Entry.RunForgotten(in.count());
            case 12 -> new Entry.WorkerTold(worker(in));
            case 13 -> new Entry.Granted(in.number(), in.count(), in.text(), in.text(), in.count(), in.number());
            case 14 -> new Entry.Returned(in.number(), in.count());
            case 15 -> new Entry.Doubted();
            case 16 -> kept(in);
            default -> throw new IOException("the queue has a record of type " + type + ", which this program does not know");
        };
    }

    private static void header(RunHeader header, RecordOutput out) {
        out.text(header.run().text()).number(header.jobCount()).number(header.priority() + 100).number(header.attemptsMax()).number(header.leaseMillis())
                .number(Double.doubleToLongBits(header.ratePerSecond().orElse(0))).number(header.burst()).number(header.perOrigin().orElse(0))
                .octets(Json.bytes(header.settings()));
    }

    private static RunHeader header(RecordInput in) throws IOException {
        String run = in.text();
        int jobCount = in.count();
        int priority = in.count() - 100;
        int attemptsMax = in.count();
        long leaseMillis = in.number();
        double rate = Double.longBitsToDouble(in.number());
        int burst = in.count();
        int perOrigin = in.count();
        JsonObject settings = json(in.octets());
        return new RunHeader(new ReplayId(run), jobCount, priority, attemptsMax, leaseMillis, rate > 0 ? OptionalDouble.of(rate) : OptionalDouble.empty(), burst,
                perOrigin > 0 ? OptionalInt.of(perOrigin) : OptionalInt.empty(), settings);
    }

    /** An object that was written by {@link Json#bytes}. */
    static JsonObject json(byte[] bytes) throws IOException {
        try {
            if (Json.parse(bytes) instanceof JsonObject object) {
                return object;
            }
        } catch (JsonException e) {
            throw new IOException("a record of the queue holds no JSON", e);
        }
        throw new IOException("a record of the queue holds no JSON object");
    }

    private static void jobs(Entry.JobsAdded added, RecordOutput out) {
        out.number(added.run()).number(added.first()).number(added.unsafe().length);
        for (int i = 0; i < added.unsafe().length; i++) {
            out.number((added.unsafe()[i] ? 1 : 0) | (added.shards()[i].isEmpty() ? 0 : 2));
            if (!added.shards()[i].isEmpty()) {
                out.text(added.shards()[i]);
            }
        }
        set(added.bodies(), out).octets(added.packed());
    }

    private static Entry jobs(RecordInput in) throws IOException {
        int run = in.count();
        int first = in.count();
        int count = in.count();
        if (count > JobBatch.JOBS_MAX) {
            throw new IOException("a record of the queue holds too many jobs");
        }
        boolean[] unsafe = new boolean[count];
        String[] shards = new String[count];
        for (int i = 0; i < count; i++) {
            int flags = in.count();
            unsafe[i] = (flags & 1) != 0;
            shards[i] = (flags & 2) != 0 ? in.text() : "";
        }
        return new Entry.JobsAdded(run, first, unsafe, shards, set(in), in.octets());
    }

    private static void held(List<Entry.Held> jobs, RecordOutput out) {
        out.number(jobs.size());
        for (Entry.Held job : jobs) {
            out.number(job.run()).number(job.index()).number(job.fence()).number(job.attempt()).number(job.expiresAtMillis());
        }
    }

    private static List<Entry.Held> held(RecordInput in) throws IOException {
        int count = in.count();
        List<Entry.Held> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            jobs.add(new Entry.Held(in.count(), in.count(), in.number(), in.count(), in.number()));
        }
        return jobs;
    }

    private static RecordOutput set(Set<String> texts, RecordOutput out) {
        out.number(texts.size());
        texts.forEach(out::text);
        return out;
    }

    private static Set<String> set(RecordInput in) throws IOException {
        int count = in.count();
        Set<String> texts = new LinkedHashSet<>();
        for (int i = 0; i < count; i++) {
            texts.add(in.text());
        }
        return texts;
    }

    private static Entry.Then then(int ordinal) throws IOException {
        Entry.Then[] all = Entry.Then.values();
        if (ordinal >= all.length) {
            throw new IOException("a record of the queue has an unknown end");
        }
        return all[ordinal];
    }

    private static void worker(WorkerInfo info, RecordOutput out) {
        out.text(info.id().text()).text(info.name()).text(info.host()).number(info.pid()).number(info.concurrency()).number(info.state().ordinal())
                .number(info.done()).number(info.failed()).number(info.inFlight());
    }

    private static WorkerInfo worker(RecordInput in) throws IOException {
        String id = in.text();
        String name = in.text();
        String host = in.text();
        long pid = in.number();
        int concurrency = in.count();
        int state = in.count();
        if (state >= WorkerInfo.State.values().length) {
            throw new IOException("a record of the queue has an unknown state of a worker");
        }
        return new WorkerInfo(new WorkerId(id), name, host, pid, concurrency, WorkerInfo.State.values()[state], in.number(), in.number(), in.count());
    }

    private static void kept(Entry.RunKept kept, RecordOutput out) {
        out.number(kept.run()).flag(kept.cancelled()).number(kept.superseded()).number(kept.rateMicros()).number(kept.rateAtMillis())
                .number(kept.tried().size());
        kept.tried().forEach(tried -> out.number(tried.index()).number(tried.attempts()));
        out.number(kept.holds().size());
        kept.holds().forEach(hold -> out.text(hold.shard()).text(hold.worker()).number(hold.untilMillis()));
    }

    private static Entry kept(RecordInput in) throws IOException {
        int run = in.count();
        boolean cancelled = in.flag();
        long superseded = in.number();
        long rateMicros = in.number();
        long rateAtMillis = in.number();
        List<Entry.Tried> tried = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            tried.add(new Entry.Tried(in.count(), in.count()));
        }
        List<Entry.Hold> holds = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            holds.add(new Entry.Hold(in.text(), in.text(), in.number()));
        }
        return new Entry.RunKept(run, cancelled, superseded, rateMicros, rateAtMillis, tried, holds);
    }
}
