package proxymcp.template;

import java.util.Locale;
import java.util.Optional;

/**
 * A step that is sent again with the next page.
 *
 * @param id {@code l1}, {@code l2} and so on
 * @param step id of the step
 * @param kind what leads to the next page
 * @param variable the placeholder that changes
 * @param start of a counter: its first value
 * @param increment of a counter
 * @param recordedTimes how often the step was sent in the recording
 * @param timesMax how often it is sent at most
 * @param until a selector: the loop ends with the answer that has nothing there, an empty text or array, or {@code false}; {@code count:} before it has the
 *     loop of a counter end when as many pages, or items, were asked for as the answer says; a loop without it is run as often as recorded
 */
public record Loop(String id, String step, Kind kind, String variable, long start, long increment, int recordedTimes, int timesMax,
        Optional<String> until) {
    /** Times that a loop runs at most unless somebody says otherwise. */
    public static final int TIMES_MAX = 100;

    /** What leads to the next page. */
    public enum Kind {
        /** A number that rises. */
        COUNTER,
        /** A value of the answer before. */
        CURSOR;

        /** The word in templates. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
