package proxymcp.replay;

import proxymcp.json.Json;
import proxymcp.json.JsonString;

/** Values as the list of changes shows them: enough to recognise one, never all of a long one. */
final class ShortValue {
    private static final int CHARS_MAX = 12;
    /** What is so short is a number or a word, and shown whole. */
    private static final int WHOLE_CHARS_MAX = 6;

    private ShortValue() {}

    /** In quotes; of a longer one no more than half, with its length. */
    static String of(String value) {
        if (value.length() <= WHOLE_CHARS_MAX) {
            return Json.text(new JsonString(value));
        }
        return Json.text(new JsonString(value.substring(0, Math.min(CHARS_MAX, value.length() / 2)))) + "... (" + value.length() + " characters)";
    }
}
