package proxymcp.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Splits a GraphQL document into tokens; of strings and numbers only that they are there is kept. */
final class GraphQlTokens {
    private static final int TOKENS_MAX = 100_000;

    private GraphQlTokens() {}

    /** The tokens; empty if a character belongs to none. */
    static Optional<List<String>> of(String text) {
        List<String> tokens = new ArrayList<>();
        int at = 0;
        while (at < text.length() && tokens.size() < TOKENS_MAX) {
            char c = text.charAt(at);
            if (" \t\r\n,\ufeff".indexOf(c) >= 0) {
                at++;
            } else if (c == '#') {
                at = endOfLine(text, at);
            } else if (isWord(c)) {
                int end = at + 1;
                while (end < text.length() && isWord(text.charAt(end))) {
                    end++;
                }
                tokens.add(text.substring(at, end));
                at = end;
            } else if (c == '"') {
                at = endOfString(text, at);
                tokens.add("\"");
            } else if (text.startsWith("...", at)) {
                tokens.add("...");
                at += 3;
            } else if ("{}()[]:=!|&@$-+.".indexOf(c) >= 0) {
                tokens.add(String.valueOf(c));
                at++;
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(tokens);
    }

    private static boolean isWord(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
    }

    private static int endOfLine(String text, int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    private static int endOfString(String text, int from) {
        boolean block = text.startsWith("\"\"\"", from);
        int at = from + (block ? 3 : 1);
        while (at < text.length()) {
            if (text.charAt(at) == '\\') {
                at += 2;
            } else if (block ? text.startsWith("\"\"\"", at) : text.charAt(at) == '"') {
                return at + (block ? 3 : 1);
            } else {
                at++;
            }
        }
        return text.length();
    }
}
