package proxymcp.parity;

import java.util.HashMap;
import java.util.Map;
import proxymcp.diff.Endpoint;
import proxymcp.diff.Location;
import proxymcp.diff.ResponseNoise;
import proxymcp.diff.Volatility;

/** Whether another value of a field tells anything: by what the same requests were answered with among the baselines, else as {@code diff} scores it. */
record Noise(RequestMemory memory, ResponseNoise scores, Map<Key, Boolean> known) {
    private static final int KNOWN_MAX = 50_000;

    /** What one judgement is about. */
    record Key(Endpoint endpoint, Location location, boolean madeUpOnly) {}

    Noise(RequestMemory memory, ResponseNoise scores) {
        this(memory, scores, new HashMap<>());
    }

    /**
     * Judges a field, always the same.
     *
     * @param madeUpOnly whether nothing but made-up words within the values differs
     */
    boolean is(Endpoint endpoint, Location location, boolean madeUpOnly) {
        if (known.size() >= KNOWN_MAX) {
            known.clear(); // They can be judged again.
        }
        return known.computeIfAbsent(new Key(endpoint, location, madeUpOnly), this::judge);
    }

    /** Whether the same requests are known to be answered with other values of a field. */
    boolean isRestless(Endpoint endpoint, Location location) {
        return memory.isRestless(endpoint, location);
    }

    private boolean judge(Key key) {
        if (memory.isRestless(key.endpoint(), key.location())) {
            return true;
        }
        return !memory.isStable(key.endpoint(), key.location()) && !memory.isConstant(key.endpoint(), key.location())
                && scores.of(key.endpoint(), key.location(), key.madeUpOnly()).score() >= Volatility.NOISE;
    }
}
