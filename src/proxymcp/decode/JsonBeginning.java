package proxymcp.decode;

import java.util.Optional;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonValue;

/** What a JSON text that breaks off, or is damaged further on, holds up to there: the last whole value is kept, and what is open is closed. */
final class JsonBeginning {
    private final String text;
    private final int end;
    private final StringBuilder open = new StringBuilder();
    /** Where the last whole value ends, and what was open there. */
    private int safeEnd = -1;
    private String safeOpen = "";

    private JsonBeginning(String text, int end) {
        this.text = text;
        this.end = end;
    }

    /** The value up to {@code end}, in characters; empty if nothing whole comes before it. */
    static Optional<JsonValue> of(String text, int end) {
        JsonBeginning beginning = new JsonBeginning(text, Math.min(end, text.length()));
        beginning.scan();
        if (beginning.safeEnd <= 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.parse(text.substring(0, beginning.safeEnd) + beginning.safeOpen, JsonLook.LIMITS));
        } catch (JsonException damagedBefore) {
            return Optional.empty();
        }
    }

    private void scan() {
        boolean valueNext = true;
        int at = 0;
        while (at < end) {
            char c = text.charAt(at);
            switch (c) {
                case '{', '[' -> {
                    open.append(c == '{' ? '}' : ']');
                    valueNext = c == '[';
                    at++;
                }
                case '}', ']' -> {
                    if (open.isEmpty()) {
                        return;
                    }
                    open.setLength(open.length() - 1);
                    at++;
                    safe(at);
                }
                case ',' -> {
                    valueNext = !open.isEmpty() && open.charAt(open.length() - 1) == ']';
                    at++;
                }
                case ':' -> {
                    valueNext = true;
                    at++;
                }
                case ' ', '\t', '\r', '\n' -> at++;
                default -> {
                    at = c == '"' ? endOfString(at) : endOfWord(at);
                    if (at < 0) {
                        return;
                    }
                    if (valueNext && at < end) {
                        safe(at);
                    }
                }
            }
        }
    }

    private void safe(int at) {
        if (open.isEmpty()) {
            return; // A value that ended before the text did: what follows it is the damage, and the reader has said so.
        }
        safeEnd = at;
        safeOpen = new StringBuilder(open).reverse().toString();
    }

    private int endOfString(int from) {
        for (int at = from + 1; at < end; at++) {
            char c = text.charAt(at);
            if (c == '\\') {
                at++;
            } else if (c == '"') {
                return at + 1;
            }
        }
        return -1;
    }

    private int endOfWord(int from) {
        int at = from;
        while (at < end && ",:{}[]\" \t\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return at;
    }
}
