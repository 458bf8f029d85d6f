package proxymcp.decode;

import proxymcp.json.Json;
import proxymcp.json.JsonString;

/** Writes where in a JSON value something stands: {@code $.items[0]["odd name"]}. */
public final class JsonPath {
    private JsonPath() {}

    /** The member {@code name} of what stands at {@code path}. */
    public static String member(String path, String name) {
        return isPlain(name) ? path + "." + name : path + "[" + Json.text(new JsonString(name)) + "]";
    }

    private static boolean isPlain(String name) {
        if (name.isEmpty() || name.length() > 64) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= '0' && c <= '9' && i > 0)) {
                return false;
            }
        }
        return true;
    }
}
