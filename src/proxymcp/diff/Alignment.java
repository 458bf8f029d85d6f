package proxymcp.diff;

import java.util.List;

/**
 * Which exchanges of two sessions answer to each other.
 *
 * @param pairs in the order of A
 * @param onlyA numbers without a partner in B, rising
 * @param onlyB numbers without a partner in A, rising
 * @param repeated retries and repeats, those of A first
 */
public record Alignment(List<Pair> pairs, List<Long> onlyA, List<Long> onlyB, List<Repeat> repeated) {
    /** Copies the lists. */
    public Alignment {
        pairs = List.copyOf(pairs);
        onlyA = List.copyOf(onlyA);
        onlyB = List.copyOf(onlyB);
        repeated = List.copyOf(repeated);
    }
}
