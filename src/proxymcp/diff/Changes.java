package proxymcp.diff;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The changes of one pair while they are found. */
final class Changes {
    /** More than anyone reads of one pair; what comes after is not listed, and a note says so. */
    static final int CHANGES_MAX = 10_000;

    private final List<FieldChange> list = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();
    /** Those beyond the limit too. */
    private int count;

    void changed(Location location, String at, ChangeKind kind, String valueA, String valueB) {
        add(location, at, kind, Optional.of(Excerpt.of(valueA, valueB)), Optional.of(Excerpt.of(valueB, valueA)));
    }

    void removed(Location location, String at, String valueA) {
        add(location, at, ChangeKind.REMOVED, Optional.of(Excerpt.of(valueA)), Optional.empty());
    }

    void added(Location location, String at, String valueB) {
        add(location, at, ChangeKind.ADDED, Optional.empty(), Optional.of(Excerpt.of(valueB)));
    }

    void note(String note) {
        notes.add(note);
    }

    /** How many there are so far. */
    int count() {
        return count;
    }

    /** Whether no more are listed. */
    boolean isFull() {
        return list.size() >= CHANGES_MAX;
    }

    private void add(Location location, String at, ChangeKind kind, Optional<String> valueA, Optional<String> valueB) {
        count++;
        if (isFull()) {
            note("only the first " + CHANGES_MAX + " changes are listed");
        } else {
            list.add(new FieldChange(location, at, kind, valueA, valueB));
        }
    }

    PairDiff done(List<Side> unknown) {
        return new PairDiff(list, unknown, List.copyOf(notes));
    }
}
