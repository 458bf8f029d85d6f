package proxymcp.parity;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import proxymcp.diff.Endpoint;

/** Learns a schema of each endpoint and status class. Places beyond the first 400,000 of all together are not learned, and nothing is said of them. */
final class SchemaLearner {
    private static final int NODES_MAX = 400_000;

    private record Key(Endpoint endpoint, int statusClass) {}

    private final ShapeNode.Budget budget = new ShapeNode.Budget(NODES_MAX);
    private final Map<Key, LearnedSchema> schemas = new HashMap<>();

    /** Takes an answer of a baseline. */
    void learn(Endpoint endpoint, Answer answer) {
        if (answer.status() != 0) {
            schemas.computeIfAbsent(new Key(endpoint, answer.statusClass()), added -> new LearnedSchema(budget)).learn(answer);
        }
    }

    /** What was learned of answers like this one; empty if there was none. */
    Optional<LearnedSchema> of(Endpoint endpoint, int statusClass) {
        return Optional.ofNullable(schemas.get(new Key(endpoint, statusClass)));
    }

    /** Answers of an endpoint that a schema was learned from. */
    long samples(Endpoint endpoint) {
        long samples = 0;
        for (int statusClass = 1; statusClass <= 9; statusClass++) {
            LearnedSchema schema = schemas.get(new Key(endpoint, statusClass));
            samples += schema == null ? 0 : schema.samples();
        }
        return samples;
    }
}
