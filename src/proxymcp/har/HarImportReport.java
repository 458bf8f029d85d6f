package proxymcp.har;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** What an import has to say about the file: the first warnings, and how many there are of each kind. Not for several threads. */
final class HarImportReport {
    static final int WARNINGS_MAX = 100;

    private static final int MESSAGE_CHARS_MAX = 300;

    private final boolean strict;
    private final List<ImportedHar.Warning> warnings = new ArrayList<>();
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private int entries;
    /** The entry at hand. */
    private int entry;
    private long errors;
    private long skipped;

    /** @param strict whether the first entry that is not as it should be ends the import */
    HarImportReport(boolean strict) {
        this.strict = strict;
    }

    /** The next entry begins. */
    void nextEntry() {
        entry = ++entries;
    }

    /** Entries so far. */
    int entries() {
        return entries;
    }

    /** What follows is about entry {@code number}. */
    void backAt(int number) {
        entry = number;
    }

    /** The entry at hand is left out. */
    void skip(HarImportSkip reason) throws HarImportException {
        refuseIfStrict(reason.getMessage());
        skipped++;
        errors++;
        add(OptionalInt.of(entry), reason.kind(), reason.getMessage());
    }

    /** Something of the entry at hand was taken in another form than it stood there. */
    void repair(String kind, String message) throws HarImportException {
        refuseIfStrict(message);
        errors++;
        add(OptionalInt.of(entry), kind, message);
    }

    /** The entry at hand is as it should be, but a reader may miss something. */
    void notice(String kind, String message) {
        add(OptionalInt.of(entry), kind, message);
    }

    /** Something about the file as a whole. */
    void fileNotice(String kind, String message) {
        add(OptionalInt.empty(), kind, message);
    }

    private void refuseIfStrict(String message) throws HarImportException {
        if (strict) {
            throw new HarImportException("bad_entry", "entry " + entry + ": " + shortened(message));
        }
    }

    private void add(OptionalInt number, String kind, String message) {
        counts.merge(kind, 1L, Long::sum);
        if (warnings.size() < WARNINGS_MAX) {
            warnings.add(new ImportedHar.Warning(number, kind, shortened(message)));
        }
    }

    private static String shortened(String message) {
        return message.length() <= MESSAGE_CHARS_MAX ? message : message.substring(0, MESSAGE_CHARS_MAX) + "…";
    }

    List<ImportedHar.Warning> warnings() {
        return List.copyOf(warnings);
    }

    Map<String, Long> counts() {
        return new LinkedHashMap<>(counts);
    }

    long errors() {
        return errors;
    }

    long skipped() {
        return skipped;
    }
}
