package proxymcp.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A regular expression whose evaluations are bounded. Two are equal when they are written the same. */
public final class Regex {
    /** A replaced text grows to so many characters at most. */
    private static final int REPLACED_CHARS_MAX = 32 << 20;

    private final Pattern pattern;

    private Regex(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Compiles an expression in the syntax of {@link Pattern}.
     *
     * @throws PatternSyntaxException if it is none, or is nested too deeply to be compiled
     */
    public static Regex of(String source) {
        try {
            return new Regex(Pattern.compile(source));
        } catch (StackOverflowError tooDeep) {
            throw new PatternSyntaxException("nested too deeply", source.substring(0, Math.min(60, source.length())), -1);
        }
    }

    /** The expression as written. */
    public String source() {
        return pattern.pattern();
    }

    /**
     * Whether it is found anywhere in {@code text}.
     *
     * @throws GivenUpException if that takes too long or recurses too deeply
     */
    public boolean find(String text, TimeLimit limit) {
        try {
            return matcher(text, limit).find();
        } catch (StackOverflowError tooDeep) {
            throw new GivenUpException(true);
        }
    }

    /**
     * {@code text} with every match replaced; {@code $1} and {@code ${name}} in the replacement are groups, a backslash takes the next character
     * as it is.
     *
     * @throws GivenUpException if that takes too long, recurses too deeply, or the result grows beyond 32 Mi characters
     */
    public String replaceAll(String text, String replacement, TimeLimit limit) {
        try {
            Matcher matcher = matcher(text, limit);
            StringBuilder replaced = new StringBuilder();
            while (matcher.find()) {
                matcher.appendReplacement(replaced, replacement);
                if (replaced.length() > REPLACED_CHARS_MAX) {
                    throw new GivenUpException(false);
                }
            }
            return matcher.appendTail(replaced).toString();
        } catch (StackOverflowError tooDeep) {
            throw new GivenUpException(true);
        }
    }

    /**
     * Refuses a replacement that {@link #replaceAll} could not use.
     *
     * @throws IllegalArgumentException if it names a group that the expression does not have, or ends in the middle of something
     */
    public void checkReplacement(String replacement) {
        int groups = pattern.matcher("").groupCount();
        for (int i = 0; i < replacement.length(); i++) {
            char c = replacement.charAt(i);
            if (c == '\\') {
                i++;
                require(i < replacement.length(), "a character after the last backslash");
            } else if (c == '$') {
                i++;
                require(i < replacement.length(), "a group after $; write \\$ for a dollar sign");
                if (replacement.charAt(i) == '{') {
                    int end = replacement.indexOf('}', i);
                    require(end > 0 && pattern.namedGroups().containsKey(replacement.substring(i + 1, end)), "a group of the expression in ${}");
                    i = end;
                } else {
                    int group = replacement.charAt(i) - '0';
                    require(group >= 0 && group <= Math.min(groups, 9), "a group in 0.." + groups + " after $; write \\$ for a dollar sign");
                }
            }
        }
    }

    private static void require(boolean held, String expected) {
        if (!held) {
            throw new IllegalArgumentException("expected " + expected);
        }
    }

    private Matcher matcher(String text, TimeLimit limit) {
        WatchedText watched = new WatchedText(() -> false, limit.nanoTime());
        watched.begin(limit.nanos());
        watched.show(text.toCharArray(), text.length());
        return pattern.matcher(watched);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Regex regex && source().equals(regex.source());
    }

    @Override
    public int hashCode() {
        return source().hashCode();
    }

    @Override
    public String toString() {
        return source();
    }
}
