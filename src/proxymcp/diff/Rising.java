package proxymcp.diff;

/** Longest rising subsequences (patience sorting), in n log n. */
final class Rising {
    private Rising() {}

    /** Indexes of a longest strictly rising subsequence of {@code values}, in order. */
    static int[] longest(int[] values) {
        int[] ends = new int[values.length];
        int[] before = new int[values.length];
        int length = 0;
        for (int i = 0; i < values.length; i++) {
            int low = 0;
            int high = length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (values[ends[middle]] < values[i]) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            before[i] = low == 0 ? -1 : ends[low - 1];
            ends[low] = i;
            length = Math.max(length, low + 1);
        }
        int[] longest = new int[length];
        int at = length == 0 ? -1 : ends[length - 1];
        for (int i = length - 1; i >= 0; i--) {
            longest[i] = at;
            at = before[at];
        }
        return longest;
    }

    /** Whether the values rise all along. */
    static boolean isRising(int[] values) {
        return longest(values).length == values.length;
    }
}
