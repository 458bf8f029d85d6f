package proxymcp.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The values of all responses that tell something, by value, and when a request first sent a value. Bounded: of a common value some answers are kept,
 * and beyond {@link #VALUES_MAX} values none. Not for several threads.
 */
final class ValueIndex {
    static final int VALUES_MAX = 1 << 20;
    private static final int PRODUCERS_MAX = 32;
    private static final int OF_RESPONSE_MAX = 20_000;
    private static final int SECRETS_MAX = 2_000;
    /** Ranks that secrets may have. */
    static final int RANKS = 3;
    private static final String FOLDED = "\u0000";

    /**
     * A place where a response holds a value.
     *
     * @param step index of its exchange
     * @param millis when it had come, epoch milliseconds: with the answer, or with a message of a stream that went on
     * @param key its name there
     * @param around the name of what it is in
     */
    record Produced(int step, long millis, String selector, String key, String around) {
        /** Whether no later run can take it from there: it is in a message of a WebSocket. */
        boolean isInSocket() {
            return selector.startsWith(StreamValues.SOCKET);
        }
    }

    /** All places of one value. */
    static final class Places {
        private final List<Produced> all = new ArrayList<>(1);
        private int steps;
        private int lastStep = -1;

        List<Produced> all() {
            return all;
        }

        /** In how many responses it is. */
        int steps() {
            return steps;
        }

        private void add(Produced place) {
            if (place.step() != lastStep) {
                steps++;
                lastStep = place.step();
            }
            if (all.size() == PRODUCERS_MAX) {
                all.remove(PRODUCERS_MAX / 2);
            }
            all.add(place);
        }
    }

    private static final Places NONE = new Places();

    private final Map<String, Places> places = new HashMap<>();
    private final Map<String, Integer> firstUses = new HashMap<>();
    private final Map<String, Long> firstSaid = new HashMap<>();
    private final List<Secret> secrets = new ArrayList<>();
    private int ofResponse;
    private int responseStep = -1;
    private boolean full;
    /** In which answer values first stood that no selector is known for. */
    private final Map<String, Integer> unplaced = new HashMap<>();

    /** Takes a value that the answer of step {@code step} holds, but that nothing finds there. */
    void unplaced(int step, String value) {
        if (unplaced.size() < VALUES_MAX) {
            unplaced.putIfAbsent(value, step);
        }
    }

    /** Takes a value of the response of step {@code step}; steps come in order. */
    void produced(int step, long millis, String value, String selector, String key, String around) {
        if (step != responseStep) {
            responseStep = step;
            ofResponse = 0;
        }
        double strength = Strength.of(value);
        if (strength < 0.2 || ofResponse++ >= OF_RESPONSE_MAX) {
            return;
        }
        Produced place = new Produced(step, millis, selector, key, around);
        put(value, place);
        if (!place.isInSocket() && secrets.size() < SECRETS_MAX) {
            int rank = rank(key);
            if (rank < RANKS) {
                secrets.add(new Secret(value, place, rank));
            }
        }
        String lower = value.toLowerCase(Locale.ROOT);
        String upper = value.toUpperCase(Locale.ROOT);
        if (!lower.equals(upper) && (value.equals(lower) || value.equals(upper)) && strength >= Strength.STRONG) {
            put(FOLDED + lower, place);
        }
    }

    private void put(String value, Produced place) {
        Places known = places.get(value);
        if (known == null) {
            if (places.size() >= VALUES_MAX) {
                full = true;
                return;
            }
            known = new Places();
            places.put(value, known);
        }
        known.add(place);
    }

    /**
     * A value of a response that may be the key of a digest.
     *
     * @param rank how likely that is by its name, 0 for the likeliest
     */
    record Secret(String value, Produced place, int rank) {}

    /** Values that by their names may be keys of digests, in order. */
    List<Secret> secrets() {
        return secrets;
    }

    private static int rank(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        if (lower.contains("secret") || lower.contains("sign")) {
            return 0;
        }
        if (lower.contains("key") || lower.contains("salt")) {
            return 1;
        }
        return lower.contains("token") || lower.contains("nonce") || lower.contains("seed") ? 2 : RANKS;
    }

    /** Takes a value that the request of step {@code step} sends; steps come in order. */
    void used(int step, String value) {
        if (value.length() >= Strength.CHARS_MIN && firstUses.size() < VALUES_MAX) {
            firstUses.putIfAbsent(value, step);
        }
    }

    /** Takes a value that the client sends in a message of a stream. */
    void said(long millis, String value) {
        if (value.length() >= Strength.CHARS_MIN && firstSaid.size() < VALUES_MAX) {
            firstSaid.merge(value, millis, Math::min);
        }
    }

    /** When a message of a client first held a value; {@link Long#MAX_VALUE} if none did. */
    long firstSaid(String value) {
        return firstSaid.getOrDefault(value, Long.MAX_VALUE);
    }

    /** Index of the first request that sent a value; a number above all if none did. */
    int firstUse(String value) {
        return firstUses.getOrDefault(value, Integer.MAX_VALUE);
    }

    /** Where a value is. */
    Places places(String value) {
        return places.getOrDefault(value, NONE);
    }

    /** Whether an answer to an earlier exchange than {@code step} holds a value. */
    boolean heldBefore(int step, String value) {
        Places known = places.get(value);
        return known != null && known.all().get(0).step() < step || unplaced.getOrDefault(value, step) < step;
    }

    /** Where a value is in other case. */
    Places folded(String value) {
        return places.getOrDefault(FOLDED + value.toLowerCase(Locale.ROOT), NONE);
    }

    /** Whether values were left out. */
    boolean isFull() {
        return full;
    }
}
