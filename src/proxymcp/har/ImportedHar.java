package proxymcp.har;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import proxymcp.store.Manifest;

/**
 * A HAR file that has become a session.
 *
 * @param session the session, which has ended
 * @param exporter who wrote the file
 * @param total entries of the file
 * @param skipped those that could not be imported
 * @param errors warnings about entries that were skipped or had to be repaired
 * @param firstMillis start of the earliest exchange, epoch milliseconds
 * @param lastMillis start of the latest one
 * @param warnings the first of them, in the order of the file
 * @param warningCounts how many there are of each kind, in the order of their first
 */
public record ImportedHar(Manifest session, Exporter exporter, long total, long skipped, long errors, OptionalLong firstMillis,
        OptionalLong lastMillis, List<Warning> warnings, Map<String, Long> warningCounts) {

    /**
     * The program that wrote a file, as it calls itself.
     *
     * @param name name, empty if it gives none
     * @param version version, empty if it gives none
     * @param kind what it is known as here: {@code chrome}, {@code firefox}, …; {@code unknown} for others
     */
    public record Exporter(String name, String version, String kind) {}

    /**
     * Something that a reader of the session should know.
     *
     * @param entry number of the entry in the file, from 1; empty for the file as a whole
     * @param kind stable name
     * @param message one sentence
     */
    public record Warning(OptionalInt entry, String kind, String message) {}
}
