package proxymcp.store;

import java.util.List;

/**
 * What a check of a session found. Nothing was changed by it.
 *
 * @param level how closely it looked
 * @param recording whether the session is being recorded: what was written after the check began is not in it
 * @param recordsChecked records that were read, or that sealed segments say they hold
 * @param bytesChecked octets that were read
 * @param segments each segment of the log, by number
 * @param damage what is not as it was written, in the order of the log; that of derived files first
 * @param lostExchanges seqs of exchanges that cannot be read at all, ascending
 * @param notes what is worth knowing and no damage
 * @param durationNanos how long it took
 */
public record VerifyReport(VerifyLevel level, boolean recording, long recordsChecked, long bytesChecked, List<Segment> segments,
        List<Damage> damage, List<Long> lostExchanges, List<String> notes, long durationNanos) {
    /** What the session is. */
    public enum State {
        /** All is as it was written. */
        CLEAN,
        /** The log ends within a record, as a crash leaves it; harmless. */
        TORN_TAIL,
        /** Something is lost, or a file cannot be used. */
        DAMAGED
    }

    /**
     * A segment of the log.
     *
     * @param number its number
     * @param state {@code sealed}, {@code open} (no seal: the last one, or one that was given up), {@code torn_tail}, {@code damaged} or
     *     {@code missing}
     * @param records records read, or counted by its seal
     * @param bytes octets of the file
     */
    public record Segment(int number, String state, long records, long bytes) {}

    /** Keeps copies of the lists. */
    public VerifyReport {
        segments = List.copyOf(segments);
        damage = List.copyOf(damage);
        lostExchanges = List.copyOf(lostExchanges);
        notes = List.copyOf(notes);
    }

    /** Clean, torn at its end, or damaged. */
    public State state() {
        for (Damage place : damage) {
            if (place.isHarmful()) {
                return State.DAMAGED;
            }
        }
        return damage.isEmpty() ? State.CLEAN : State.TORN_TAIL;
    }

    /** Whether nothing is lost. */
    public boolean isOk() {
        return state() != State.DAMAGED;
    }
}
