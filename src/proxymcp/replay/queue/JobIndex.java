package proxymcp.replay.queue;

import java.util.BitSet;
import java.util.Optional;

/** Which items of a plan are jobs: the n-th of them is job n. Immutable. */
public final class JobIndex {
    private final BitSet items;
    private final int[] itemOf;

    private JobIndex(BitSet items) {
        this.items = items;
        this.itemOf = items.stream().toArray();
    }

    /** The items whose bits are set. */
    public static JobIndex of(BitSet items) {
        return new JobIndex((BitSet) items.clone());
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @return empty if it is none
     */
    public static Optional<JobIndex> parse(String text) {
        BitSet items = new BitSet();
        try {
            for (String range : text.isEmpty() ? new String[0] : text.split(",", -1)) {
                int dash = range.indexOf('-');
                int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
                items.set(first, (dash < 0 ? first : Integer.parseInt(range.substring(dash + 1))) + 1);
            }
            return Optional.of(new JobIndex(items));
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Jobs there are. */
    public int count() {
        return itemOf.length;
    }

    /** The item that a job sends. */
    public int itemOf(int job) {
        return itemOf[job];
    }

    /** Whether an item is a job. */
    public boolean has(int item) {
        return items.get(item);
    }

    /** Ranges of items, {@code 0-9,12}. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (int first = items.nextSetBit(0); first >= 0;) {
            int end = items.nextClearBit(first);
            text.append(text.isEmpty() ? "" : ",").append(first).append(end == first + 1 ? "" : "-" + (end - 1));
            first = items.nextSetBit(end);
        }
        return text.toString();
    }
}
