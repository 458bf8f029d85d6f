package proxymcp.replay.queue;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import proxymcp.replay.ReplayId;

/** Jobs that follow one another, as one entry of the log: requests of a run are much alike, and packed together they need little room. One thread. */
final class JobBatch {
    /** Most jobs of an entry. */
    static final int JOBS_MAX = 1_000;
    private static final int BYTES_FULL = 1 << 18;

    private final KeptBodies bodies;
    private final List<Job> jobs = new ArrayList<>();
    private long bytes;

    JobBatch(KeptBodies bodies) {
        this.bodies = bodies;
    }

    void add(Job job) {
        jobs.add(job);
        bytes += job.payload().length + (KeptBodies.isLong(job.body()) ? 0 : job.body().size());
    }

    boolean isFull() {
        return jobs.size() >= JOBS_MAX || bytes >= BYTES_FULL;
    }

    int size() {
        return jobs.size();
    }

    int first() {
        return jobs.getFirst().id().index();
    }

    void clear() {
        jobs.clear();
        bytes = 0;
    }

    /** Takes out those with a lower index: somebody else has put them in. */
    void dropBelow(int index) {
        jobs.removeIf(job -> job.id().index() < index);
    }

    /** The entry; long bodies are kept first. */
    Entry.JobsAdded entry(int run) throws IOException {
        boolean[] unsafe = new boolean[jobs.size()];
        String[] shards = new String[jobs.size()];
        Set<String> hashes = new LinkedHashSet<>();
        RecordOutput plain = new RecordOutput();
        for (int i = 0; i < jobs.size(); i++) {
            Job job = jobs.get(i);
            unsafe[i] = job.unsafe();
            shards[i] = job.shard().map(ShardKey::text).orElse("");
            plain.octets(job.payload());
            octets(job.body(), bodies, hashes, plain);
        }
        return new Entry.JobsAdded(run, first(), unsafe, shards, hashes, Packed.pack(plain));
    }

    /** Writes octets where they are short, their name and length where they are kept apart. */
    static void octets(KeptOctets octets, KeptBodies bodies, Set<String> hashes, RecordOutput out) throws IOException {
        boolean apart = KeptBodies.isLong(octets);
        out.flag(apart);
        if (apart) {
            String hash = bodies.keep(octets);
            hashes.add(hash);
            out.text(hash).number(octets.size());
        } else {
            try (InputStream in = octets.open()) {
                out.octets(in.readAllBytes());
            }
        }
    }

    static KeptOctets octets(RecordInput in, KeptBodies bodies) throws IOException {
        return in.flag() ? bodies.get(in.text(), in.number()) : KeptOctets.of(in.octets());
    }

    /** The jobs of an entry. */
    static List<Job> jobs(Entry.JobsAdded added, ReplayId run, KeptBodies bodies) throws IOException {
        RecordInput in = Packed.unpack(added.packed());
        List<Job> jobs = new ArrayList<>(added.unsafe().length);
        for (int i = 0; i < added.unsafe().length; i++) {
            Optional<ShardKey> shard = added.shards()[i].isEmpty() ? Optional.empty() : Optional.of(new ShardKey(added.shards()[i]));
            jobs.add(new Job(new JobId(run, added.first() + i), shard, added.unsafe()[i], in.octets(), octets(in, bodies)));
        }
        return jobs;
    }
}
