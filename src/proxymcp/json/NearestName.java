package proxymcp.json;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that a caller most likely meant. Also for tool names and command-line options. */
public final class NearestName {
    private NearestName() {
    }

    /**
     * The known name with the fewest edits to {@code given} (insert, delete, replace, swap of neighbours), compared
     * without case and underscores; empty if more than a third of the letters would have to change.
     */
    public static Optional<String> of(String given, List<String> known) {
        String wanted = plain(given);
        Optional<String> nearest = Optional.empty();
        int fewest = Math.max(1, wanted.length() / 3) + 1;
        for (String name : known) {
            String candidate = plain(name);
            // The length bound keeps a name of a megabyte from costing a megabyte's worth of comparisons.
            if (Math.abs(candidate.length() - wanted.length()) < fewest) {
                int edits = edits(wanted, candidate);
                if (edits < fewest) {
                    fewest = edits;
                    nearest = Optional.of(name);
                }
            }
        }
        return nearest;
    }

    private static String plain(String name) {
        return name.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
    }

    /** Optimal string alignment distance. */
    private static int edits(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replace, Math.min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = row;
        }
        return last[b.length()];
    }
}
