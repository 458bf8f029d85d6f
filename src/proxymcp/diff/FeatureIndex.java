package proxymcp.diff;

import java.util.Arrays;

/** Which of some exchanges have a feature. */
final class FeatureIndex {
    private final long[] keys;
    /** Where the exchanges of a key end in {@link #places}. */
    private final int[] ends;
    private final int[] places;
    private final int size;

    /** @param documents the features of each exchange, rising */
    FeatureIndex(long[][] documents) {
        int total = 0;
        for (long[] document : documents) {
            total += document.length;
        }
        long[] all = new long[total];
        int filled = 0;
        for (long[] document : documents) {
            System.arraycopy(document, 0, all, filled, document.length);
            filled += document.length;
        }
        Arrays.sort(all);
        int distinct = 0;
        int[] ending = new int[total];
        for (int i = 0; i < total; i++) {
            if (i == 0 || all[i] != all[i - 1]) {
                all[distinct++] = all[i];
            }
            ending[distinct - 1] = i + 1;
        }
        this.keys = Arrays.copyOf(all, distinct);
        this.ends = Arrays.copyOf(ending, distinct);
        this.places = new int[total];
        this.size = documents.length;
        fill(documents);
    }

    private void fill(long[][] documents) {
        int[] next = new int[keys.length];
        for (int i = 1; i < next.length; i++) {
            next[i] = ends[i - 1];
        }
        for (int i = 0; i < documents.length; i++) {
            for (long feature : documents[i]) {
                places[next[at(feature)]++] = i;
            }
        }
    }

    /** Number of exchanges. */
    int size() {
        return size;
    }

    /** All features, rising. */
    long[] keys() {
        return keys;
    }

    /** Where a feature stands among {@link #keys}; below 0 if no exchange has it. */
    int at(long feature) {
        return Arrays.binarySearch(keys, feature);
    }

    /** How many exchanges have the feature at this place; 0 for a place below 0. */
    int count(int at) {
        return at < 0 ? 0 : ends[at] - start(at);
    }

    /** Where the exchanges of the feature at this place begin, for {@link #place}. */
    int start(int at) {
        return at == 0 ? 0 : ends[at - 1];
    }

    /** An exchange, by its place in the lists of all features. */
    int place(int index) {
        return places[index];
    }
}
