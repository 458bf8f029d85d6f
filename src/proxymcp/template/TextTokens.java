package proxymcp.template;

import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import proxymcp.diff.ValueFormat;

/**
 * Values that stand somewhere in a text that nothing is known of: XML, plain text, strings of scripts, names of members. Only what nobody comes upon by
 * chance counts. Each is found by an expression of what stands before it. For one text.
 */
final class TextTokens {
    /** Takes what is found. */
    interface Taker {
        /**
         * Takes a value.
         *
         * @param expression finds it in the text; empty if none does that can be trusted
         * @param key the word before it
         */
        void take(String value, Optional<String> expression, String key);
    }

    static final int CHARS_MIN = 8;
    private static final int TOKENS_MAX = 300;
    private static final int FOUND_CHARS_MAX = 4_096;
    private static final int PREFIX_CHARS_MAX = 80;
    private static final int PREFIX_WORDS_MAX = 4;
    /** Characters that expressions are tried on: a page of thousands of values is not worth more. */
    private static final long TRIED_CHARS_MAX = 4_000_000;
    private static final String WORD_SET = "[A-Za-z0-9_~-]";
    /** A word with signs that tokens and Base64 have, of which it does not begin or end with those that sentences and paths have there. */
    private static final String BROAD_SET = "[A-Za-z0-9_][A-Za-z0-9_.~+/%-]{6,2048}[A-Za-z0-9_~+-]";
    static final Pattern BROAD = Pattern.compile(BROAD_SET + "={0,2}");
    static final Pattern WORD = Pattern.compile("[A-Za-z0-9_~-]{8,512}+");
    private static final Pattern PIECE = Pattern.compile("[A-Za-z0-9]{8,512}+");

    private final String text;
    private final Taker taker;
    private final Set<String> seen = new HashSet<>();
    private long tried;

    TextTokens(String text, Taker taker) {
        this.text = text;
        this.taker = taker;
    }

    /** Finds them all, as far as bounds allow. */
    void find() {
        Matcher broad = BROAD.matcher(text);
        while (broad.find() && seen.size() < TOKENS_MAX) {
            String token = broad.group();
            if (isValue(token)) {
                take(token, broad.start(), BROAD_SET + (token.endsWith("=") ? "={0,2}" : ""));
            }
            if (isValue(token) && (token.indexOf('/') < 0 && token.indexOf('.') < 0 || token.startsWith("eyJ"))) {
                continue;
            }
            Matcher word = WORD.matcher(token);
            while (word.find()) {
                if (isValue(word.group())) {
                    take(word.group(), broad.start() + word.start(), WORD_SET + "{8,4096}");
                    continue;
                }
                Matcher piece = PIECE.matcher(word.group());
                while (piece.find()) {
                    if (isValue(piece.group())) {
                        take(piece.group(), broad.start() + word.start() + piece.start(), "[A-Za-z0-9]{8,4096}");
                    }
                }
            }
        }
    }

    /** Whether a word looks drawn: names of files and versions have digits, too. */
    static boolean isValue(String word) {
        return switch (ValueFormat.of(word)) {
            case UUID, HEX, BASE64, JWT, TOKEN, TRACE -> true;
            case INTEGER -> word.length() >= 12;
            case EMPTY, BOOLEAN, EPOCH_SECONDS, EPOCH_MILLIS, ISO_TIME, ISO_DATE, HTTP_DATE, COUNTER, DECIMAL, URL, WORD, TEXT -> false;
        };
    }

    private void take(String token, int at, String set) {
        if (seen.add(token)) {
            taker.take(token, expression(token, at, set), word(at));
        }
    }

    /** What stands before the token, as much as is needed that the first match is the token; what may differ next time is not relied on. */
    private Optional<String> expression(String token, int at, String set) {
        if (token.length() > FOUND_CHARS_MAX) {
            return Optional.empty();
        }
        if (text.substring(0, Math.min(at, 40)).isBlank() && at <= 40) {
            return tried("^\\s{0,40}(" + set + ")", token);
        }
        int from = at;
        for (int words = 0; words < PREFIX_WORDS_MAX; words++) {
            from = wordBefore(from);
            String prefix = text.substring(from, at);
            boolean changing = isValue(word(at)) || prefix.length() > PREFIX_CHARS_MAX || prefix.chars().filter(c -> c >= '0' && c <= '9').count() > 4;
            if (from == at || changing || prefix.contains(" | ")) {
                return Optional.empty();
            }
            Optional<String> found = tried(quoted(prefix) + "(" + set + ")", token);
            if (found.isPresent() || from == 0) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<String> tried(String expression, String token) {
        tried += text.length();
        if (tried > TRIED_CHARS_MAX) {
            return Optional.empty();
        }
        Matcher matcher = Pattern.compile(expression).matcher(text);
        return matcher.find() && matcher.group(1).equals(token) ? Optional.of(expression) : Optional.empty();
    }

    /** Where the word begins that ends before an index, or, if there is none on its line, the signs before it. */
    private int wordBefore(int end) {
        int at = end;
        int least = Math.max(0, end - PREFIX_CHARS_MAX);
        while (at > least && !Character.isLetterOrDigit(text.charAt(at - 1))) {
            at--;
        }
        while (at > least && (Character.isLetterOrDigit(text.charAt(at - 1)) || text.charAt(at - 1) == '_')) {
            at--;
        }
        return at > 0 && "<\"'/".indexOf(text.charAt(at - 1)) >= 0 ? at - 1 : at;
    }

    private String word(int end) {
        int from = wordBefore(end);
        StringBuilder word = new StringBuilder();
        for (int i = from; i < end; i++) {
            char c = text.charAt(i);
            if (Character.isLetterOrDigit(c) || c == '_' || c == '-' && !word.isEmpty()) {
                word.append(c);
            }
        }
        return word.length() > 60 ? "" : word.toString().toLowerCase(Locale.ROOT);
    }

    private static String quoted(String prefix) {
        StringBuilder quoted = new StringBuilder();
        for (int i = 0; i < prefix.length(); i++) {
            char c = prefix.charAt(i);
            if (Character.isWhitespace(c)) {
                quoted.append("\\s");
                continue;
            }
            if ("\\[](){}.*+?^$|#&-~".indexOf(c) >= 0) {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.toString();
    }
}
