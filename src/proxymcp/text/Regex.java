package proxymcp.text;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A regular expression whose evaluations are bounded. Two are equal when they are written the same. */
public final class Regex {
    /** A replaced text grows to so many characters at most. */
    private static final int REPLACED_CHARS_MAX = 32 << 20;

    /** Characters of a refused expression that are named. */
    private static final int NAMED_CHARS_MAX = 200;

    private final Pattern pattern;

    private Regex(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Compiles an expression in the syntax of {@link Pattern}.
     *
     * @throws PatternSyntaxException if it is none, is nested too deeply to be compiled, or counts what it repeats beyond {@link Repetitions}
     */
    public static Regex of(String source) {
        Optional<String> complaint = Repetitions.complaint(source);
        if (complaint.isPresent()) {
            throw new PatternSyntaxException(complaint.get(), beginning(source), -1);
        }
        try {
            return new Regex(Pattern.compile(source));
        } catch (PatternSyntaxException e) {
            // The message repeats the whole expression.
            throw source.length() > NAMED_CHARS_MAX ? new PatternSyntaxException(e.getDescription(), beginning(source), -1) : e;
        } catch (StackOverflowError tooDeep) {
            throw new PatternSyntaxException("nested too deeply", beginning(source), -1);
        }
    }

    private static String beginning(String source) {
        return source.substring(0, Math.min(NAMED_CHARS_MAX, source.length()));
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
    public boolean find(String text, TimeBudget budget) {
        try {
            return pattern.matcher(budget.watch(text)).find();
        } catch (StackOverflowError tooDeep) {
            throw new GivenUpException(GivenUpException.Reason.TOO_DEEP);
        }
    }

    /**
     * What the first match in {@code text} holds: its first group that took part, or all of it where the expression has no groups.
     *
     * @return empty if nothing matches, or no group took part
     * @throws GivenUpException if that takes too long or recurses too deeply
     */
    public Optional<String> firstMatch(String text, TimeBudget budget) {
        try {
            Matcher matcher = pattern.matcher(budget.watch(text));
            if (!matcher.find()) {
                return Optional.empty();
            }
            for (int group = matcher.groupCount() == 0 ? 0 : 1; group <= matcher.groupCount(); group++) {
                if (matcher.start(group) >= 0) {
                    return Optional.of(text.substring(matcher.start(group), matcher.end(group)));
                }
            }
            return Optional.empty();
        } catch (StackOverflowError tooDeep) {
            throw new GivenUpException(GivenUpException.Reason.TOO_DEEP);
        }
    }

    /**
     * {@code text} with every match replaced; {@code $1} and {@code ${name}} in the replacement are groups, a backslash takes the next character
     * as it is.
     *
     * @throws GivenUpException if that takes too long, recurses too deeply, or the result grows beyond 32 Mi characters
     * @throws IllegalArgumentException if {@link #checkReplacement} refuses the replacement
     */
    public String replaceAll(String text, String replacement, TimeBudget budget) {
        Replacement parsed = Replacement.parse(replacement, pattern);
        WatchedText watched = budget.watch(text);
        try {
            Matcher matcher = pattern.matcher(watched);
            StringBuilder replaced = new StringBuilder();
            int from = 0;
            while (matcher.find()) {
                // Matches of nothing read nothing, and there may be millions.
                watched.step();
                Replacement.append(replaced, text, from, matcher.start(), REPLACED_CHARS_MAX);
                parsed.appendTo(replaced, matcher, text, REPLACED_CHARS_MAX);
                from = matcher.end();
            }
            Replacement.append(replaced, text, from, text.length(), REPLACED_CHARS_MAX);
            return replaced.toString();
        } catch (StackOverflowError tooDeep) {
            throw new GivenUpException(GivenUpException.Reason.TOO_DEEP);
        }
    }

    /**
     * Refuses a replacement that {@link #replaceAll} could not use.
     *
     * @throws IllegalArgumentException if it names a group that the expression does not have, or ends in the middle of something
     */
    public void checkReplacement(String replacement) {
        Replacement.parse(replacement, pattern);
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
