package proxymcp.replay.queue;

import java.util.Optional;

/**
 * One request that waits to be sent.
 *
 * @param id its name
 * @param shard what it shares with jobs that it must keep the order with; empty if it stands alone
 * @param unsafe whether it must not be sent twice
 * @param payload all that a worker needs beside body and run, at most {@value #PAYLOAD_BYTES_MAX} octets; may hold secrets, and is not looked at by the queue
 * @param body octets of the request's body
 */
public record Job(JobId id, Optional<ShardKey> shard, boolean unsafe, byte[] payload, KeptOctets body) {
    /** Octets of the longest payload: 4 MiB. */
    public static final int PAYLOAD_BYTES_MAX = 4 << 20;

    /** @throws IllegalArgumentException if the payload is too long */
    public Job {
        if (payload.length > PAYLOAD_BYTES_MAX) {
            throw new IllegalArgumentException("the payload of " + id + " has " + payload.length + " octets, at most " + PAYLOAD_BYTES_MAX);
        }
    }

    /** Without what may be secret. */
    @Override
    public String toString() {
        return id.toString();
    }
}
