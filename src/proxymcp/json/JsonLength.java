package proxymcp.json;

/** Counts the characters that {@link JsonWriter} would write, without writing them. */
final class JsonLength {
    private final long charsMax;
    private long chars;

    private JsonLength(long charsMax) {
        this.charsMax = charsMax;
    }

    /** The length of the text; where it is more than {@code charsMax}, some number that is. */
    static long of(JsonValue value, long charsMax) {
        JsonLength length = new JsonLength(charsMax);
        length.add(value);
        return length.chars;
    }

    private void add(JsonValue value) {
        if (chars > charsMax) {
            return;
        }
        switch (value) {
            case JsonObject object -> {
                chars += Math.max(2, 1 + 2L * object.members().size());
                for (JsonObject.Member member : object.members()) {
                    add(member.name());
                    add(member.value());
                    if (chars > charsMax) {
                        return;
                    }
                }
            }
            case JsonArray array -> {
                chars += Math.max(2, 1L + array.size());
                for (JsonValue item : array) {
                    add(item);
                    if (chars > charsMax) {
                        return;
                    }
                }
            }
            case JsonString string -> add(string.value());
            case JsonNumber number -> chars += number.text().length();
            case JsonBoolean bool -> chars += bool.value() ? 4 : 5;
            case JsonNull none -> chars += 4;
        }
    }

    private void add(String text) {
        chars += 2L + text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x7f ? c < ' ' || c == '"' || c == '\\' : c <= 0x9f || c == 0x2028 || c == 0x2029) {
                chars += "\"\\\n\r\t".indexOf(c) >= 0 ? 1 : 5;
            }
        }
    }
}
