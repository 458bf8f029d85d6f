package proxymcp.replay.queue;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;

/**
 * A result as the log holds it.
 *
 * @param bodies hashes of what is kept apart
 * @param packed all of it but what it carries
 */
record PackedResult(JobResult result, Set<String> bodies, byte[] packed) {
    static PackedResult of(JobResult result, KeptBodies bodies) throws IOException {
        RecordOutput plain = new RecordOutput();
        Set<String> hashes = new LinkedHashSet<>();
        plain.number(result.status().orElse(-1) + 1L).number(result.responseBytes()).number(result.durationMillis()).text(result.errorClass())
                .text(result.reason()).octets(Json.bytes(result.details()));
        JobBatch.octets(result.exchange(), bodies, hashes, plain);
        return new PackedResult(result, hashes, Packed.pack(plain));
    }

    static JobResult read(Entry.Committed entry, KeptBodies bodies) throws IOException {
        RecordInput in = Packed.unpack(entry.packed());
        int status = in.count() - 1;
        long responseBytes = in.number();
        long durationMillis = in.number();
        String errorClass = in.text();
        String reason = in.text();
        JsonObject details = EntryCodec.json(in.octets());
        return new JobResult(entry.ok(), status < 0 ? OptionalInt.empty() : OptionalInt.of(status), responseBytes, durationMillis, errorClass, reason,
                entry.carries() ? Optional.of(entry.carried()) : Optional.empty(), details, JobBatch.octets(in, bodies));
    }
}
