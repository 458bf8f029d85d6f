package proxymcp.diff;

import java.util.Arrays;
import java.util.List;

/** Makes outlines of exchanges. */
final class Outlines {
    private Outlines() {}

    /** What an exchange is aligned by. */
    static Outline of(ExchangeFields fields, Endpoint endpoint, long startedAt, int status) {
        List<Leaf> leaves = fields.leaves();
        return new Outline(fields.seq(), endpoint, startedAt, status, features(leaves, Side.REQUEST), features(leaves, Side.RESPONSE));
    }

    private static long[] features(List<Leaf> leaves, Side side) {
        long[] features = new long[2 * leaves.size()];
        int count = 0;
        for (Leaf leaf : leaves) {
            Location location = leaf.location();
            if (location.side() == side && isTelling(location)) {
                long place = ValueHash.of(location.name()) * 31 + location.part().ordinal();
                features[count++] = place;
                features[count++] = place * 31 + ValueHash.of(leaf.value());
            }
        }
        long[] sorted = Arrays.copyOf(features, count);
        Arrays.sort(sorted);
        return sorted;
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
