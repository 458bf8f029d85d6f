package proxymcp.replay.queue;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Jobs as the log has them, read when they are leased. The entries that were read last are kept, since neighbours are leased one after the other. */
final class KeptJobs {
    private static final int BATCHES_MAX = 8;

    private final KeptBodies bodies;
    private final Map<Long, List<Job>> recent = new LinkedHashMap<>(16, 0.75f, true);

    KeptJobs(KeptBodies bodies) {
        this.bodies = bodies;
    }

    /** Reads entries. */
    interface Reading {
        Entry at(long place) throws IOException;
    }

    /** Forgets what was read: places mean something else now. */
    void clear() {
        recent.clear();
    }

    /** @throws IOException if it cannot be read any more */
    Job job(RunState run, int index, Reading reading) throws IOException {
        RunState.Batch batch = batchOf(run, index);
        List<Job> jobs = recent.get(batch.place());
        if (jobs == null) {
            if (!(reading.at(batch.place()) instanceof Entry.JobsAdded added)) {
                throw new IOException("there are no jobs where the queue has those of " + run.header().run());
            }
            jobs = JobBatch.jobs(added, run.header().run(), bodies);
            recent.put(batch.place(), jobs);
            if (recent.size() > BATCHES_MAX) {
                recent.remove(recent.keySet().iterator().next());
            }
        }
        return jobs.get(index - batch.first());
    }

    private static RunState.Batch batchOf(RunState run, int index) throws IOException {
        List<RunState.Batch> batches = run.batches();
        int low = 0;
        int high = batches.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (index < batches.get(middle).end()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        if (low > high || index < batches.get(low).first() || index >= batches.get(low).end()) {
            throw new IOException("the queue has no job " + index + " of " + run.header().run());
        }
        return batches.get(low);
    }
}
