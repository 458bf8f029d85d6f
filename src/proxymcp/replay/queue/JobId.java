package proxymcp.replay.queue;

import proxymcp.replay.ReplayId;

/**
 * Name of a job: the same plan gives the same names.
 *
 * @param run the run that it belongs to
 * @param index its place in the plan, from 0
 */
public record JobId(ReplayId run, int index) {
    /** @throws IllegalArgumentException if {@code index} is negative */
    public JobId {
        if (index < 0) {
            throw new IllegalArgumentException("the index of a job is 0 or more");
        }
    }

    @Override
    public String toString() {
        return run + "/" + index;
    }
}
