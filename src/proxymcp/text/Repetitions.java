package proxymcp.text;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Refuses expressions such as <code>(?:(?:){99999}){99999}</code>: what repeats nothing so often reads no character, and a deadline that is
 * looked at when characters are read would never be seen.
 */
public final class Repetitions {
    private static final long TIMES_MAX = 1_000_000;

    private Repetitions() {}

    /** What is wrong with an expression's counts; empty if they are fine. */
    public static Optional<String> complaint(String expression) {
        // How often the costliest part of each group that is open is repeated; the whole expression is the first.
        Deque<Long> groups = new ArrayDeque<>();
        groups.push(1L);
        long last = 1;
        int at = 0;
        while (at < expression.length()) {
            char c = expression.charAt(at);
            if (c == '\\') {
                at = afterEscape(expression, at);
                last = 1;
            } else if (c == '[') {
                at = afterClass(expression, at);
                last = 1;
            } else if (c == '(') {
                groups.push(1L);
                at++;
            } else if (c == ')' && groups.size() > 1) {
                last = groups.pop();
                groups.push(Math.max(groups.pop(), last));
                at++;
            } else if (c == '{') {
                last = Math.multiplyHigh(last, count(expression, at)) == 0 ? last * count(expression, at) : Long.MAX_VALUE;
                groups.push(Math.max(groups.pop(), last));
                at++;
            } else {
                at++;
                last = c >= '0' && c <= '9' || c == ',' || c == '}' || c == '+' || c == '?' ? last : 1;
            }
            if (last > TIMES_MAX) {
                return Optional.of("expected counts in braces that multiply to at most " + TIMES_MAX + " where they are nested");
            }
        }
        return Optional.empty();
    }

    private static int afterEscape(String expression, int at) {
        if (expression.startsWith("\\Q", at)) {
            int end = expression.indexOf("\\E", at);
            return end < 0 ? expression.length() : end + 2;
        }
        return at + 2;
    }

    /** Behind a character class; classes nest. */
    private static int afterClass(String expression, int from) {
        int depth = 0;
        for (int at = from; at < expression.length(); at++) {
            char c = expression.charAt(at);
            if (c == '\\') {
                at = afterEscape(expression, at) - 1;
            } else if (c == '[') {
                depth++;
            } else if (c == ']' && at > from + 1 && --depth == 0) {
                return at + 1;
            }
        }
        return expression.length();
    }

    /** The larger of the numbers that a brace begins with, at least 1. */
    private static long count(String expression, int brace) {
        long largest = 1;
        long number = 0;
        for (int at = brace + 1; at < expression.length() && expression.charAt(at) != '}'; at++) {
            char c = expression.charAt(at);
            number = c >= '0' && c <= '9' ? Math.min(Integer.MAX_VALUE, number * 10 + c - '0') : 0;
            largest = Math.max(largest, number);
        }
        return largest;
    }
}
