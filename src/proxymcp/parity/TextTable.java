package proxymcp.parity;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The first line of a text that is a table, as CSV (RFC 4180) and what programs take for it.
 *
 * @param delimiter what divides its columns
 * @param cells of the first line, without quotes
 */
record TextTable(char delimiter, List<String> cells) {
    private static final String DELIMITERS = ",;\t|";
    private static final int LINE_CHARS_MAX = 20_000;

    /** The table that a body of a media type is; empty if it has one column, or is none. */
    static Optional<TextTable> of(String mediaType, String text) {
        if (!mediaType.contains("csv") && !mediaType.contains("tab-separated") && !mediaType.contains("comma-separated")) {
            return Optional.empty();
        }
        int end = text.indexOf('\n');
        String line = text.substring(text.startsWith("\ufeff") ? 1 : 0, Math.min(end < 0 ? text.length() : end, LINE_CHARS_MAX)).strip();
        Optional<TextTable> widest = Optional.empty();
        for (char delimiter : DELIMITERS.toCharArray()) {
            List<String> cells = cells(line, delimiter);
            if (cells.size() > widest.map(table -> table.cells.size()).orElse(1)) {
                widest = Optional.of(new TextTable(delimiter, cells));
            }
        }
        return widest;
    }

    private static List<String> cells(String line, char delimiter) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == delimiter && !quoted) {
                cells.add(cell.toString().strip());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(cell.toString().strip());
        return cells;
    }

    /** Whether its first line names columns: each with a letter first, and none twice. */
    boolean hasNames() {
        Set<String> once = new HashSet<>();
        for (String cell : cells) {
            if (cell.isEmpty() || !Character.isLetter(cell.charAt(0)) && cell.charAt(0) != '_' || !once.add(cell.toLowerCase(Locale.ROOT))) {
                return false;
            }
        }
        return true;
    }

    /** For people. */
    String words() {
        return cells.size() + " columns divided by " + (delimiter == '\t' ? "tabs" : delimiter);
    }
}
