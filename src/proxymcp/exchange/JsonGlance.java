package proxymcp.exchange;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds short texts at the top of JSON whose end may be missing, without reading what lies deeper: a message that passes must not wait for a parser.
 * Nothing here throws at what it is shown.
 */
final class JsonGlance {
    private static final int MEMBERS_MAX = 64;

    private final String text;
    private int at;

    private JsonGlance(String text, int at) {
        this.text = text;
        this.at = at;
    }

    /** Members of the object at {@code from} that are texts or numbers, as text; what cannot be read ends them. */
    static Map<String, String> members(String text, int from) {
        Map<String, String> members = new HashMap<>();
        JsonGlance glance = new JsonGlance(text, from);
        glance.object((name, valueAt) -> glance.scalar().ifPresent(value -> members.putIfAbsent(name, value)));
        return members;
    }

    /** Where the value of a member of the object at the beginning begins; -1 if it is not there. */
    static int valueAt(String text, String wanted) {
        int[] found = {-1};
        JsonGlance glance = new JsonGlance(text, 0);
        glance.object((name, valueAt) -> {
            if (name.equals(wanted) && found[0] < 0) {
                found[0] = valueAt;
            }
            glance.scalar();
        });
        return found[0];
    }

    /** The first members of the array at {@code from}: their text, or {@code null} for another value; empty if there is none. */
    static Optional<String[]> texts(String text, int from, int most) {
        JsonGlance glance = new JsonGlance(text, from);
        if (!glance.skip('[')) {
            return Optional.empty();
        }
        String[] texts = new String[most];
        int count = 0;
        while (count < most && glance.more(']')) {
            boolean quoted = glance.text.charAt(glance.at) == '"';
            Optional<String> scalar = glance.scalar();
            texts[count++] = quoted && scalar.isPresent() ? scalar.get() : null;
            if (!glance.skip(',')) {
                break;
            }
        }
        return Optional.of(Arrays.copyOf(texts, count));
    }

    private interface Member {
        void found(String name, int valueAt);
    }

    /** The callback reads the value. */
    private void object(Member member) {
        if (!skip('{')) {
            return;
        }
        for (int i = 0; i < MEMBERS_MAX && more('}'); i++) {
            Optional<String> name = text.charAt(at) == '"' ? scalar() : Optional.empty();
            if (name.isEmpty() || !skip(':') || !more('\0')) {
                return;
            }
            member.found(name.get(), at);
            if (!skip(',')) {
                return;
            }
        }
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean skip(char wanted) {
        blanks();
        boolean there = at < text.length() && text.charAt(at) == wanted;
        at += there ? 1 : 0;
        return there;
    }

    private boolean more(char end) {
        blanks();
        return at < text.length() && text.charAt(at) != end;
    }

    /** Reads a value; its text if it is a string or a number. */
    private Optional<String> scalar() {
        char first = text.charAt(at);
        if (first == '"') {
            return string();
        }
        if (first == '{' || first == '[') {
            nested();
            return Optional.empty();
        }
        int from = at;
        while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        boolean number = first == '-' || Character.isDigit(first);
        return number ? Optional.of(text.substring(from, at)) : Optional.empty();
    }

    private Optional<String> string() {
        at++;
        int from = at;
        while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\\') {
            at++;
        }
        if (at < text.length() && text.charAt(at) == '"') {
            return Optional.of(text.substring(from, at++)); // Most have no escapes.
        }
        StringBuilder value = new StringBuilder(text.substring(from, at));
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c == '\\' && at < text.length()) {
                c = escaped();
            }
            value.append(c);
        }
        boolean ended = at < text.length();
        at++;
        return ended ? Optional.of(value.toString()) : Optional.empty();
    }

    private char escaped() {
        char c = text.charAt(at++);
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> hex();
            default -> c;
        };
    }

    private char hex() {
        int code = 0;
        for (int i = 0; i < 4 && at < text.length(); i++) {
            int digit = Character.digit(text.charAt(at), 16);
            if (digit < 0) {
                return '\ufffd';
            }
            code = code << 4 | digit;
            at++;
        }
        return (char) code;
    }

    /** Steps over an object or an array. */
    private void nested() {
        int depth = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                string();
                continue;
            }
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            at++;
            if (depth == 0) {
                return;
            }
        }
    }
}
