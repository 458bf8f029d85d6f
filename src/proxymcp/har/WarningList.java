package proxymcp.har;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects warnings: one a kind, with exact counts. Not for several threads. */
final class WarningList {
    private static final int SEQS_MAX = 20;

    private final Map<String, Kind> kinds = new LinkedHashMap<>();

    private static final class Kind {
        private final String detail;
        private final List<Long> seqs = new ArrayList<>();
        private long count;
        private long last;

        Kind(String detail) {
            this.detail = detail;
        }
    }

    /** Takes one; several of a kind from one exchange count once. */
    void add(String kind, long seq, String detail) {
        Kind known = kinds.computeIfAbsent(kind, name -> new Kind(detail));
        if (known.last == seq) {
            return;
        }
        known.last = seq;
        known.count++;
        if (known.seqs.size() < SEQS_MAX) {
            known.seqs.add(seq);
        }
    }

    /** All of them, in the order of their first. */
    List<HarWarning> warnings() {
        List<HarWarning> warnings = new ArrayList<>();
        kinds.forEach((name, kind) -> warnings.add(new HarWarning(name, kind.count, List.copyOf(kind.seqs), kind.detail)));
        return warnings;
    }
}
