package proxymcp.diff;

import java.util.List;

/**
 * How two exchanges differ.
 *
 * @param changes in the order of the messages: request before response, heads before bodies
 * @param unknown sides whose bodies were not compared, as one of them is not whole: neither equal nor different
 * @param notes what was not compared as finely as asked, one sentence each
 */
public record PairDiff(List<FieldChange> changes, List<Side> unknown, List<String> notes) {
    /** Copies the lists. */
    public PairDiff {
        changes = List.copyOf(changes);
        unknown = List.copyOf(unknown);
        notes = List.copyOf(notes);
    }

    /** Whether nothing differs and everything was compared. */
    public boolean isEqual() {
        return changes.isEmpty() && unknown.isEmpty();
    }
}
