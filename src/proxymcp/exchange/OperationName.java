package proxymcp.exchange;

import java.util.Set;

/** Finds the name of the first operation in a GraphQL document whose end may be missing. Nothing here throws at what it is shown. */
final class OperationName {
    private static final Set<String> KEYWORDS = Set.of("query", "mutation", "subscription");

    private OperationName() {}

    /** @return empty if there is none, or it has no name */
    static String in(String document) {
        String before = "";
        String last = "";
        int depth = 0;
        int at = 0;
        while (at < document.length()) {
            char c = document.charAt(at);
            if (c == '#') {
                at = behind(document, '\n', at);
            } else if (c == '"') {
                at = behindString(document, at);
            } else if (isLetter(c)) {
                int from = at;
                while (at < document.length() && (isLetter(document.charAt(at)) || Character.isDigit(document.charAt(at)))) {
                    at++;
                }
                String word = document.substring(from, at);
                // A fragment may have the name of a keyword.
                if (depth == 0 && KEYWORDS.contains(last) && !before.equals("fragment")) {
                    return word;
                }
                before = last;
                last = word;
            } else {
                depth += c == '{' || c == '(' ? 1 : c == '}' || c == ')' ? -1 : 0;
                last = Character.isWhitespace(c) || c == ',' ? last : ""; // A brace or parenthesis in place of a name: it has none.
                at++;
            }
        }
        return "";
    }

    private static boolean isLetter(char c) {
        return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static int behind(String text, char end, int from) {
        int found = text.indexOf(end, from);
        return found < 0 ? text.length() : found + 1;
    }

    private static int behindString(String document, int from) {
        if (document.startsWith("\"\"\"", from)) {
            int end = document.indexOf("\"\"\"", from + 3);
            return end < 0 ? document.length() : end + 3;
        }
        int at = from + 1;
        while (at < document.length() && document.charAt(at) != '"') {
            at += document.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(at + 1, document.length());
    }
}
