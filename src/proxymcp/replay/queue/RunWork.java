package proxymcp.replay.queue;

import java.io.IOException;
import java.util.List;
import proxymcp.json.JsonObject;
import proxymcp.replay.PlanException;
import proxymcp.replay.PlanItem;
import proxymcp.replay.PlannedChanges;
import proxymcp.replay.RunSettings;
import proxymcp.replay.SendSettings;
import proxymcp.replay.SendWay;

/**
 * What a worker needs to know of a run beside its jobs.
 *
 * @param sessionId where the requests were recorded
 * @param itemCount items of the plan
 * @param way how origins are reached
 * @param settings bounds of single requests
 * @param retry what is tried again under one lease
 * @param seed what waits before that are drawn from
 * @param record whether exchanges go with the results
 * @param changes what is done to requests
 */
public record RunWork(String sessionId, int itemCount, SendWay way, SendSettings settings, RunSettings.RetryPolicy retry, long seed, boolean record,
        ChangesMaker changes) {
    /** Makes what a worker needs of the settings that a run was enqueued with. */
    public interface Source {
        /**
         * Prepares the work for a run.
         *
         * @param settings those of its {@link RunHeader}
         * @throws PlanException if this machine cannot do it, a sentence
         */
        RunWork prepare(JsonObject settings) throws PlanException, IOException;
    }

    /** Makes the changes of single requests. Any thread may call. */
    public interface ChangesMaker {
        /**
         * Changes for one request of a chain, and its answer.
         *
         * @param learned what the requests of its chain before it learned, in order; all of these have ended
         */
        PlannedChanges begin(PlanItem item, List<JsonObject> learned) throws PlanException;
    }
}
