package proxymcp.diff;

import java.util.Arrays;

/** Makes outlines of exchanges. */
final class Outlines {
    private Outlines() {}

    static Outline of(ExchangeFields fields, Endpoint endpoint, long startedAt, int status) {
        long[] req = new long[16];
        long[] res = new long[16];
        int q = 0;
        int r = 0;
        for (Leaf leaf : fields.leaves()) {
            long place = ValueHash.of(leaf.location().toString());
            long with = place * 31 + ValueHash.of(leaf.value());
            if (leaf.location().side() == Side.REQUEST) {
                if (q + 2 > req.length) {
                    req = Arrays.copyOf(req, req.length * 2);
                }
                req[q++] = place;
                req[q++] = with;
            } else {
                if (r + 2 > res.length) {
                    res = Arrays.copyOf(res, res.length * 2);
                }
                res[r++] = place;
                res[r++] = with;
            }
        }
        req = Arrays.copyOf(req, q);
        res = Arrays.copyOf(res, r);
        Arrays.sort(req);
        Arrays.sort(res);
        return new Outline(fields.seq(), endpoint, startedAt, status, req, res);
    }
}
