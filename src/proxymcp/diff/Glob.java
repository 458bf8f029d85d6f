package proxymcp.diff;

import java.util.Arrays;

/** A pattern in which {@code *} stands for anything within one step and {@code **} across steps. In time of pattern times text, whatever they are. */
final class Glob {
    private static final int LITERAL = 0;
    private static final int WITHIN = 1;
    private static final int ACROSS = 2;

    private final String separators;
    /** What each token stands for; of literals the character. */
    private final int[] kinds;
    private final char[] letters;
    private final int size;
    /** How many literals it begins with. */
    private final int plain;

    /**
     * @param separators characters that end a step
     */
    Glob(String pattern, String separators) {
        this.separators = separators;
        int[] found = new int[pattern.length()];
        char[] characters = new char[pattern.length()];
        int count = 0;
        int literals = -1;
        for (int i = 0; i < pattern.length(); i++) {
            boolean star = pattern.charAt(i) == '*';
            boolean twice = star && i + 1 < pattern.length() && pattern.charAt(i + 1) == '*';
            found[count] = twice ? ACROSS : star ? WITHIN : LITERAL;
            literals = star && literals < 0 ? count : literals;
            characters[count++] = pattern.charAt(i);
            i += twice ? 1 : 0;
        }
        this.kinds = Arrays.copyOf(found, count);
        this.letters = Arrays.copyOf(characters, count);
        this.size = count;
        this.plain = literals < 0 ? count : literals;
    }

    /** Whether the whole text fits. */
    boolean matches(String text) {
        if (text.length() < plain) {
            return false;
        }
        for (int i = 0; i < plain; i++) {
            if (text.charAt(i) != letters[i]) {
                return false;
            }
        }
        if (plain == size) {
            return text.length() == size;
        }
        boolean[] states = new boolean[size + 1];
        states[plain] = true;
        passOver(states);
        for (int i = plain; i < text.length(); i++) {
            states = step(states, text.charAt(i));
        }
        return states[size];
    }

    /** A star may stand for nothing. */
    private void passOver(boolean[] states) {
        for (int i = plain; i < size; i++) {
            states[i + 1] |= states[i] && kinds[i] != LITERAL;
        }
    }

    private boolean[] step(boolean[] states, char c) {
        boolean[] next = new boolean[size + 1];
        boolean separator = separators.indexOf(c) >= 0;
        for (int i = plain; i < size; i++) {
            if (states[i]) {
                boolean stays = kinds[i] == ACROSS || kinds[i] == WITHIN && !separator;
                next[i] |= stays;
                next[i + 1] |= kinds[i] == LITERAL && letters[i] == c;
            }
        }
        passOver(next);
        return next;
    }
}
