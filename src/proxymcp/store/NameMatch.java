package proxymcp.store;

import java.io.IOException;
import java.util.function.Predicate;

/** A predicate over texts of {@code index.names}, which repeat: what it said is remembered by where the text stands. Not for several threads. */
final class NameMatch {
    private static final int NO = 1;
    private static final int YES = 2;

    private final IndexFiles index;
    private final Predicate<String> wanted;
    private final EntryMemo known = new EntryMemo();

    NameMatch(IndexFiles index, Predicate<String> wanted) {
        this.index = index;
        this.wanted = wanted;
    }

    /** Whether the text of this entry is wanted. */
    boolean matches(int entry) throws IOException {
        int answer = known.find(entry);
        if (answer == EntryMemo.UNKNOWN) {
            answer = wanted.test(index.names().text(entry & 0xFFFF_FFFFL)) ? YES : NO;
            known.put(entry, answer);
        }
        return answer == YES;
    }
}
