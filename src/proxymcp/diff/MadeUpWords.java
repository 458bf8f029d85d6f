package proxymcp.diff;

/** Looks for words of a text that somebody made up: two texts that differ in nothing else, such as a page with another nonce, say the same. */
public final class MadeUpWords {
    /** A number of fewer digits may mean something. */
    private static final int DIGITS_MIN = 6;
    private static final int LENGTH_TO_TELL = 16;

    private MadeUpWords() {}

    /** Whether {@code a} and {@code b} differ, and only in words that look made up, or tell a time. */
    public static boolean differAlone(String a, String b) {
        int i = 0;
        int j = 0;
        boolean differ = false;
        while (i < a.length() && j < b.length()) {
            int endA = endOfWord(a, i);
            int endB = endOfWord(b, j);
            if (endA == i || endB == j) {
                if (endA != i || endB != j || a.charAt(i) != b.charAt(j)) {
                    return false;
                }
                i++;
                j++;
                continue;
            }
            if (!a.regionMatches(i, b, j, Math.max(endA - i, endB - j))) {
                if (!areMadeUp(a.substring(i, endA), b.substring(j, endB))) {
                    return false;
                }
                differ = true;
            }
            i = endA;
            j = endB;
        }
        return differ && i == a.length() && j == b.length();
    }

    /** Of two long ones of one length one may look like a word by chance. */
    private static boolean areMadeUp(String word, String other) {
        boolean first = isMadeUp(word);
        boolean second = isMadeUp(other);
        return first && second || (first || second) && word.length() == other.length() && word.length() >= LENGTH_TO_TELL;
    }

    private static boolean isMadeUp(String word) {
        ValueFormat format = ValueFormat.of(word);
        return format.isMadeUp() || format.isTime() || format == ValueFormat.INTEGER && word.length() >= DIGITS_MIN;
    }

    /** Base64url, UUIDs and times are one word; what divides paths, parameters and attributes is none. */
    private static int endOfWord(String text, int start) {
        int end = start;
        while (end < text.length() && isWord(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isWord(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '-' || c == ':' || c == '.' || c == '+';
    }
}
