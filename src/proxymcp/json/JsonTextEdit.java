package proxymcp.json;

import java.util.Optional;

/** Makes {@link JsonEdits} in a text that was read as JSON before, so that what does not change keeps its characters. */
final class JsonTextEdit {
    private final String text;
    private final StringBuilder out;
    private int at;
    /** What lies before has been written, or left out. */
    private int copied;

    JsonTextEdit(String text) {
        this.text = text;
        this.out = new StringBuilder(text.length() + 64);
    }

    String apply(JsonEdits edits) {
        skipSpace();
        value(Optional.of(edits));
        return out.append(text, copied, text.length()).toString();
    }

    /** Goes behind the value that begins here. */
    private void value(Optional<JsonEdits> edits) {
        int start = at;
        char c = text.charAt(at);
        Optional<JsonValue> replacement = edits.flatMap(JsonEdits::replacement);
        Optional<JsonEdits> inside = replacement.isPresent() ? Optional.empty() : edits;
        if (c == '{' || c == '[') {
            container(c == '{', inside);
        } else if (c == '"') {
            string();
        } else {
            while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
                at++;
            }
        }
        if (replacement.isPresent()) {
            out.append(text, copied, start).append(Json.text(replacement.get()));
            copied = at;
        }
    }

    private void container(boolean object, Optional<JsonEdits> edits) {
        at++;
        int last = at;
        int count = 0;
        skipSpace();
        while (text.charAt(at) != (object ? '}' : ']')) {
            if (text.charAt(at) == ',') {
                at++;
                skipSpace();
            }
            if (object) {
                string();
                skipSpace();
                at++;
                skipSpace();
            }
            int position = count++;
            value(edits.flatMap(all -> all.below(position)));
            last = at;
            skipSpace();
        }
        at++;
        if (edits.isPresent() && !edits.get().added().isEmpty()) {
            add(edits.get(), last, count > 0);
        }
    }

    /** Members go behind the last one, before the white space that follows it. */
    private void add(JsonEdits edits, int behind, boolean comma) {
        out.append(text, copied, behind);
        copied = behind;
        boolean separate = comma;
        for (JsonObject.Member member : edits.added()) {
            out.append(separate ? "," : "").append(Json.text(new JsonString(member.name()))).append(':').append(Json.text(member.value()));
            separate = true;
        }
    }

    private void string() {
        at++;
        while (text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        at++;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }
}
