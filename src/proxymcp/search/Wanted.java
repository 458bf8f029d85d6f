package proxymcp.search;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import proxymcp.text.Repetitions;

/** What is looked for. */
public sealed interface Wanted {
    /**
     * These characters, as they are.
     *
     * @param text at least one character
     * @param caseSensitive whether letters in the other case are others
     */
    record Text(String text, boolean caseSensitive) implements Wanted {
        /** Whether octets of ASCII are all that can match: letters outside of it have the other case of none inside. */
        boolean isAscii() {
            return text.chars().allMatch(c -> c < 0x80);
        }
    }

    /** What this expression matches. */
    record Regex(Pattern pattern) implements Wanted {}

    /**
     * An expression of {@link Pattern}.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Wanted regex(String expression, boolean caseSensitive) {
        Optional<String> complaint = Repetitions.complaint(expression);
        if (complaint.isPresent()) {
            throw new IllegalArgumentException(complaint.get());
        }
        try {
            return new Regex(Pattern.compile(expression, caseSensitive ? 0 : Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(e.getDescription() + (e.getIndex() < 0 ? "" : " near character " + e.getIndex()), e);
        } catch (StackOverflowError tooDeep) {
            throw new IllegalArgumentException("it is nested too deeply");
        }
    }
}
