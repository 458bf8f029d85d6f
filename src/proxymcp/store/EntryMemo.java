package proxymcp.store;

/** Small numbers above 0, remembered for entries of the index: what a query asks once per text is asked once per row. Not for several threads. */
final class EntryMemo {
    /** Nothing is remembered. */
    static final int UNKNOWN = 0;

    private int[] entries = new int[64];
    private int[] numbers = new int[64];
    private int used;

    int find(int entry) {
        int slot = slot(entry);
        return numbers[slot];
    }

    void put(int entry, int number) {
        if (used * 2 >= entries.length) {
            grow();
        }
        int slot = slot(entry);
        used += numbers[slot] == UNKNOWN ? 1 : 0;
        entries[slot] = entry;
        numbers[slot] = number;
    }

    /** Where {@code entry} is, or would be. */
    private int slot(int entry) {
        int mask = entries.length - 1;
        int slot = (entry * 0x9E37_79B9 >>> 8) & mask;
        while (numbers[slot] != UNKNOWN && entries[slot] != entry) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        int[] oldEntries = entries;
        int[] oldNumbers = numbers;
        entries = new int[oldEntries.length * 2];
        numbers = new int[oldEntries.length * 2];
        for (int i = 0; i < oldEntries.length; i++) {
            if (oldNumbers[i] != UNKNOWN) {
                int slot = slot(oldEntries[i]);
                entries[slot] = oldEntries[i];
                numbers[slot] = oldNumbers[i];
            }
        }
    }
}
