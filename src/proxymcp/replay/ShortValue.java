package proxymcp.replay;

import proxymcp.json.Json;
import proxymcp.json.JsonString;

/** Values as the list of changes shows them: enough to recognise one, never all of a long one. */
final class ShortValue {
    private static final int CHARS_MAX = 12;

    private ShortValue() {}

    /** In quotes, with its length where only its beginning is shown. */
    static String of(String value) {
        if (value.length() <= CHARS_MAX) {
            return Json.text(new JsonString(value));
        }
        return Json.text(new JsonString(value.substring(0, value.offsetByCodePoints(0, value.codePointCount(0, CHARS_MAX))))) + "... ("
                + value.length() + " characters)";
    }
}
