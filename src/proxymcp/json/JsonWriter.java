package proxymcp.json;

import java.util.List;

/**
 * Builds compact JSON text. Everything that a terminal or a line protocol could trip over is escaped: control
 * characters of both ranges (U+0000..U+001F, U+007F..U+009F) and the line separators U+2028 and U+2029. A lone
 * surrogate has no UTF-8 form and becomes U+FFFD.
 */
final class JsonWriter {
    private final StringBuilder out = new StringBuilder(256);

    String text() {
        return out.toString();
    }

    void write(JsonValue value) {
        switch (value) {
            case JsonObject object -> writeObject(object.members());
            case JsonArray array -> writeArray(array.values());
            case JsonString string -> writeString(string.value());
            case JsonNumber number -> out.append(number.text());
            case JsonBoolean bool -> out.append(bool.value());
            case JsonNull none -> out.append("null");
        }
    }

    private void writeObject(List<JsonObject.Member> members) {
        out.append('{');
        for (int i = 0; i < members.size(); i++) {
            if (i > 0) {
                out.append(',');
            }
            writeString(members.get(i).name());
            out.append(':');
            write(members.get(i).value());
        }
        out.append('}');
    }

    private void writeArray(List<JsonValue> values) {
        out.append('[');
        for (int i = 0; i < values.size(); i++) {
            if (i > 0) {
                out.append(',');
            }
            write(values.get(i));
        }
        out.append(']');
    }

    private void writeString(String value) {
        out.append('"');
        int copied = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (isPlain(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < value.length() && Character.isLowSurrogate(value.charAt(i + 1))) {
                i++;
                continue;
            }
            out.append(value, copied, i);
            writeSpecial(c);
            copied = i + 1;
        }
        out.append(value, copied, value.length()).append('"');
    }

    private static boolean isPlain(char c) {
        if (c < 0x7f) {
            return c >= ' ' && c != '"' && c != '\\';
        }
        return c > 0x9f && c != 0x2028 && c != 0x2029 && !Character.isSurrogate(c);
    }

    private void writeSpecial(char c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                if (Character.isSurrogate(c)) {
                    out.append('\uFFFD');
                } else {
                    out.append("\\u").append(HexFour.of(c));
                }
            }
        }
    }
}
