package proxymcp.replay.queue;

import java.util.Optional;
import java.util.OptionalInt;
import proxymcp.json.JsonObject;

/**
 * What came of a job.
 *
 * @param ok whether it was a success, as in replay
 * @param status status code of the final answer; empty without one
 * @param responseBytes octets of its body that came
 * @param durationMillis how long the last attempt took
 * @param errorClass bucket of one that failed, or reason of one that could not be sent; empty for a success
 * @param reason a sentence for it; empty for a success
 * @param carried what the shard's next job is told; empty to leave it as it was. At most {@link Job#PAYLOAD_BYTES_MAX} octets; may hold secrets
 * @param details what else the collector needs; not looked at by the queue
 * @param exchange request and answer as they are to be recorded; not looked at by the queue
 */
public record JobResult(boolean ok, OptionalInt status, long responseBytes, long durationMillis, String errorClass, String reason,
        Optional<byte[]> carried, JsonObject details, KeptOctets exchange) {
    /** Without what may be secret. */
    @Override
    public String toString() {
        return (ok ? "ok" : "failed " + errorClass) + (status.isPresent() ? " " + status.getAsInt() : "");
    }
}
