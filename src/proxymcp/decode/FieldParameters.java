package proxymcp.decode;

import java.util.Optional;

/** Parameters behind the value of a header field: {@code form-data; name="a"; filename*=UTF-8''b} (RFC 9110 section 5.6.6, RFC 8187). */
final class FieldParameters {
    private FieldParameters() {}

    /** The value of a parameter, without quotes; empty if it is not there. */
    static Optional<String> of(String field, String name) {
        int at = field.indexOf(';');
        while (at >= 0 && at < field.length()) {
            int equals = field.indexOf('=', at);
            if (equals < 0) {
                return Optional.empty();
            }
            String found = field.substring(at + 1, equals).strip();
            int start = equals + 1;
            while (start < field.length() && field.charAt(start) == ' ') {
                start++;
            }
            boolean quoted = start < field.length() && field.charAt(start) == '"';
            int end = quoted ? endOfQuotes(field, start + 1) : endOfToken(field, start);
            if (found.equalsIgnoreCase(name)) {
                return Optional.of(quoted ? unescaped(field.substring(start + 1, end)) : field.substring(start, end).strip());
            }
            at = field.indexOf(';', end);
        }
        return Optional.empty();
    }

    /** The same, the extended form {@code name*} first. */
    static Optional<String> extended(String field, String name) {
        Optional<String> extended = of(field, name + "*");
        if (extended.isPresent()) {
            int quote = extended.get().lastIndexOf('\'');
            return Optional.of(PercentCoding.text(extended.get().substring(quote + 1), false));
        }
        return of(field, name);
    }

    private static int endOfToken(String field, int start) {
        int end = field.indexOf(';', start);
        return end < 0 ? field.length() : end;
    }

    private static int endOfQuotes(String field, int start) {
        int at = start;
        while (at < field.length() && field.charAt(at) != '"') {
            at += field.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(at, field.length());
    }

    /** Browsers write file names with plain backslashes, so that only an escaped quote or backslash is undone. */
    private static String unescaped(String text) {
        return text.replace("\\\"", "\"").replace("\\\\", "\\");
    }
}
