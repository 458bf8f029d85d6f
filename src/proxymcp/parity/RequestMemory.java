package proxymcp.parity;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import proxymcp.diff.Endpoint;
import proxymcp.diff.Location;

/**
 * What the same request was answered with, each time that the baselines have it: a value that changes among those is noise, one that is the same in several
 * sessions is none. Values are kept as hashes, {@link #PLACES} at most; what comes later is not remembered. Not for several threads.
 */
final class RequestMemory {
    private static final int PLACES = 1 << 20;
    private static final int FIELDS_MAX = 100_000;
    private static final int TIMES_TO_TELL = 3;
    private static final int SESSION_BITS = 8;
    private static final long SESSION_MASK = (1L << SESSION_BITS) - 1;

    /** How a field behaves when the same is asked again. */
    private static final class Behaviour {
        private int again;
        private int changed;
        private int sameElsewhere;
        private int answers;
        private long first;
        private boolean varies;
    }

    private record Key(Endpoint endpoint, Location location) {}

    private final Map<Key, Behaviour> behaviours = new HashMap<>();
    private long[] requests = new long[1 << 10];
    private long[] values = new long[1 << 10];
    private int used;

    /**
     * Takes an answer.
     *
     * @param session number of its baseline
     * @param request a hash that requests which ask for the same share
     */
    void add(int session, long request, Endpoint endpoint, Answer answer) {
        long asked = request * 31 + hash(List.of(endpoint.toString()));
        ValueCheck.grouped(answer.remembered()).forEach((location, texts) -> {
            long hash = hash(texts) & ~SESSION_MASK | session & SESSION_MASK;
            Behaviour behaviour = behaviour(new Key(endpoint, location));
            behaviour.first = behaviour.answers++ == 0 ? hash : behaviour.first;
            behaviour.varies |= (behaviour.first & ~SESSION_MASK) != (hash & ~SESSION_MASK);
            long place = mixed(asked * 31 + hash(List.of(location.toString())));
            int at = find(place);
            if (at < 0) {
                return;
            }
            if (requests[at] == place) {
                boolean same = (values[at] & ~SESSION_MASK) == (hash & ~SESSION_MASK);
                behaviour.again++;
                behaviour.changed += same ? 0 : 1;
                behaviour.sameElsewhere += same && (values[at] & SESSION_MASK) != (hash & SESSION_MASK) ? 1 : 0;
            } else {
                used++;
            }
            requests[at] = place;
            values[at] = hash;
            grow();
        });
    }

    /** Of fields beyond those that are remembered one that is thrown away. */
    private Behaviour behaviour(Key key) {
        Behaviour known = behaviours.get(key);
        if (known == null) {
            known = new Behaviour();
            if (behaviours.size() < FIELDS_MAX) {
                behaviours.put(key, known);
            }
        }
        return known;
    }

    /** Whether the same request is known to be answered with other values. */
    boolean isRestless(Endpoint endpoint, Location location) {
        Behaviour behaviour = behaviours.get(new Key(endpoint, location));
        return behaviour != null && behaviour.changed > 0 && behaviour.changed * 5 >= behaviour.again;
    }

    /** Whether the same request was answered with the same in several sessions, and never with anything else. */
    boolean isStable(Endpoint endpoint, Location location) {
        Behaviour behaviour = behaviours.get(new Key(endpoint, location));
        return behaviour != null && behaviour.changed == 0 && behaviour.sameElsewhere > 0;
    }

    /** Whether all answers of an endpoint that have a field have the same in it, or all to the same request, and there are enough of them to tell. */
    boolean isConstant(Endpoint endpoint, Location location) {
        Behaviour behaviour = behaviours.get(new Key(endpoint, location));
        return behaviour != null && (!behaviour.varies && behaviour.answers >= TIMES_TO_TELL || behaviour.changed == 0 && behaviour.again >= TIMES_TO_TELL - 1);
    }

    /** The place of a hash or a free one; -1 if there is none. */
    private int find(long place) {
        int mask = requests.length - 1;
        int at = (int) (place ^ place >>> 32) & mask;
        while (requests[at] != 0 && requests[at] != place) {
            at = at + 1 & mask;
        }
        return requests[at] == 0 && used * 4 >= requests.length * 3 ? -1 : at;
    }

    private void grow() {
        if (used * 4 < requests.length * 3 || requests.length >= PLACES) {
            return;
        }
        long[] before = requests;
        long[] valuesBefore = values;
        requests = new long[before.length * 2];
        values = new long[before.length * 2];
        used = 0;
        for (int i = 0; i < before.length; i++) {
            if (before[i] != 0) {
                int at = find(before[i]);
                requests[at] = before[i];
                values[at] = valuesBefore[i];
                used++;
            }
        }
    }

    private static long hash(List<String> texts) {
        long hash = 0x9E37_79B9_7F4A_7C15L;
        for (String text : texts) {
            for (int i = 0; i < text.length(); i++) {
                hash = (hash ^ text.charAt(i)) * 0xD6E8_FEB8_6659_FD93L;
                hash ^= hash >>> 32;
            }
            hash = mixed(hash + 1);
        }
        return hash;
    }

    private static long mixed(long value) {
        long hash = (value ^ value >>> 32) * 0xD6E8_FEB8_6659_FD93L;
        hash ^= hash >>> 29;
        return hash == 0 ? 1 : hash;
    }
}
