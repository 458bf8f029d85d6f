package proxymcp.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The name of a field by its words, as {@code accessToken}, {@code X-Access-Token} and {@code access_token} are one.
 *
 * @param text the last step of the place, lower case
 * @param words its words
 */
record FieldName(String text, List<String> words) {
    private static final int CHARS_MAX = 200;

    static FieldName of(Location location) {
        String step = lastStep(location);
        String shown = step.substring(0, Math.min(CHARS_MAX, step.length()));
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < shown.length(); i++) {
            char c = shown.charAt(i);
            boolean letter = Character.isLetterOrDigit(c);
            boolean begins = letter && Character.isUpperCase(c) && i > 0 && Character.isLowerCase(shown.charAt(i - 1));
            if ((!letter || begins) && word.length() > 0) {
                words.add(word.toString().toLowerCase(Locale.ROOT));
                word.setLength(0);
            }
            if (letter) {
                word.append(c);
            }
        }
        if (word.length() > 0) {
            words.add(word.toString().toLowerCase(Locale.ROOT));
        }
        return new FieldName(shown.toLowerCase(Locale.ROOT), List.copyOf(words));
    }

    /** The member of a tree, the attribute of a cookie, or the name itself. */
    private static String lastStep(Location location) {
        String name = location.name();
        switch (location.part()) {
            case JSON, JWT, LAYER -> {
                while (name.endsWith("[*]")) {
                    name = name.substring(0, name.length() - 3);
                }
                if (name.endsWith("']")) {
                    int open = name.lastIndexOf("['");
                    return open < 0 ? name : name.substring(open + 2, name.length() - 2);
                }
                return name.substring(name.lastIndexOf('.') + 1);
            }
            case COOKIE -> {
                return name.substring(name.indexOf(';') + 1);
            }
            case METHOD, PATH, QUERY, HEADER, FORM, MULTIPART, STATUS, BODY, HEADER_ORDER, HEADER_CASE, VERSION, TLS, TIMING -> {
                return name;
            }
        }
        return name;
    }

    boolean hasWord(Set<String> wanted) {
        for (String word : words) {
            if (wanted.contains(word)) {
                return true;
            }
        }
        return false;
    }

    boolean endsWith(Set<String> wanted) {
        return !words.isEmpty() && wanted.contains(words.get(words.size() - 1));
    }

    boolean is(Set<String> wanted) {
        return wanted.contains(text);
    }

    boolean contains(String part) {
        return text.contains(part);
    }
}
