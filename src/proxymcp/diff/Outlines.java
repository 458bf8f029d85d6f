package proxymcp.diff;

import java.util.Arrays;
import java.util.List;

/**
 * Makes outlines of exchanges. A feature is a number of which the upper half says which field and the lower half which value; with value 0 it says
 * that there is the field. The first feature of a message is negative: a hash of all of it.
 */
public final class Outlines {
    /** Bits of a feature that say which value. */
    private static final int VALUE_BITS = 40;
    private static final long VALUE_MASK = (1L << VALUE_BITS) - 1;
    /** Set in features of responses. */
    private static final long RESPONSE = 1L << 62;
    /** Set in features of paths. */
    private static final long PATH = 1L << 61;
    private static final long FIELD_MASK = PATH - 1 & ~VALUE_MASK;
    /** Elements of an array that tell one from another. */
    private static final int VALUES_MAX = 16;
    /** So that a session of long documents does not fill the heap. */
    private static final int FEATURES_MAX = 320;

    private Outlines() {}

    /** What an exchange is aligned by. */
    public static Outline of(ExchangeFields fields, Endpoint endpoint, long startedAt, int status) {
        List<Leaf> leaves = fields.leaves();
        return new Outline(fields.seq(), endpoint, startedAt, status, features(leaves, Side.REQUEST), features(leaves, Side.RESPONSE));
    }

    /** Which field a feature is of, as the feature that there is the field. */
    static long field(long feature) {
        return feature & ~VALUE_MASK;
    }

    /** Whether a feature is only that there is a field. */
    static boolean isField(long feature) {
        return (feature & VALUE_MASK) == 0;
    }

    /** Whether a field is one of the response. */
    static boolean isOfResponse(long feature) {
        return (feature & RESPONSE) != 0;
    }

    /** Whether a field is a segment of the path. */
    static boolean isOfPath(long feature) {
        return (feature & PATH) != 0;
    }

    private static long[] features(List<Leaf> leaves, Side side) {
        long[] features = new long[leaves.size()];
        int count = 0;
        long whole = 0;
        for (Leaf leaf : leaves) {
            Location location = leaf.location();
            if (location.side() == side && isTelling(location)) {
                long name = ValueHash.of(location.name()) * 31 + location.part().ordinal();
                long value = ValueHash.of(leaf.value());
                whole += ValueHash.mixed(name * 31 + value * 7 + ValueHash.of(leaf.at()));
                long field = ValueHash.mixed(name) & FIELD_MASK | (side == Side.RESPONSE ? RESPONSE : 0)
                        | (location.part() == Part.PATH ? PATH : 0);
                features[count++] = field | Math.max(1, value & VALUE_MASK);
            }
        }
        Arrays.sort(features, 0, count);
        return kept(features, count, ValueHash.mixed(whole) | Long.MIN_VALUE);
    }

    /** The whole, each field and its first values, as many as are kept; of two exchanges mostly those of the same fields. */
    private static long[] kept(long[] sorted, int count, long whole) {
        long[] kept = new long[Math.min(2 * count + 1, FEATURES_MAX)];
        kept[0] = whole;
        int size = 1;
        int values = 0;
        for (int i = 0; i < count && size < kept.length; i++) {
            boolean another = i == 0 || field(sorted[i]) != field(sorted[i - 1]);
            if (another && size + 2 > kept.length) {
                break;
            }
            if (another) {
                kept[size++] = field(sorted[i]);
                values = 0;
            }
            if (values < VALUES_MAX && (another || sorted[i] != sorted[i - 1])) {
                kept[size++] = sorted[i];
                values++;
            }
        }
        return Arrays.copyOf(kept, size);
    }

    /** Not what an origin adds to whatever it answers: small numbers there are equal by chance. */
    private static boolean isTelling(Location location) {
        return switch (location.part()) {
            case PATH, QUERY, FORM, MULTIPART, JSON, JWT, LAYER, BODY, METHOD, STATUS -> true;
            case HEADER, COOKIE -> location.side() == Side.REQUEST || location.name().equals("location");
            case HEADER_ORDER, HEADER_CASE, VERSION, TLS, TIMING -> false;
        };
    }
}
