package proxymcp.template;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Gives values their names: each once. Not for several threads. */
final class Names {
    /** Names that mean something in a replay. */
    private static final Set<String> BUILT_IN = Set.of("timestamp", "timestamp_ms", "iso_time", "nonce", "uuid", "counter", "seq", "env", "input");
    private static final int CHARS_MAX = 40;

    private final Set<String> taken = new HashSet<>();
    /** How often a word was numbered: sessions have thousands of values of a name. */
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<String, String> byThing = new HashMap<>();

    /** The name of a thing that is known by {@code identity}, made of a key when it is first asked for. */
    String of(String identity, String key) {
        return byThing.computeIfAbsent(identity, added -> free(word(key)));
    }

    private String free(String word) {
        String name = BUILT_IN.contains(word) ? word + "_value" : word;
        while (!taken.add(name)) {
            name = word + "_" + (numbers.merge(word, 1, Integer::sum) + 1);
        }
        return name;
    }

    private static String word(String key) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < key.length() && word.length() < CHARS_MAX; i++) {
            char c = key.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            boolean hump = c >= 'A' && c <= 'Z' && i > 0 && Character.isLowerCase(key.charAt(i - 1));
            if (hump || !letter && !word.isEmpty() && word.charAt(word.length() - 1) != '_') {
                word.append('_');
            }
            if (letter) {
                word.append(c);
            }
        }
        String plain = word.toString().toLowerCase(Locale.ROOT);
        plain = plain.endsWith("_") ? plain.substring(0, plain.length() - 1) : plain;
        return plain.isEmpty() ? "value" : Character.isDigit(plain.charAt(0)) ? "value_" + plain : plain;
    }
}
