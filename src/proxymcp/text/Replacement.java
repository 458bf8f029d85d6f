package proxymcp.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What stands in place of a match, in the grammar of {@link Matcher#appendReplacement}, but bounded in what it makes. */
final class Replacement {
    private final List<Part> parts;

    private sealed interface Part {
        record Literal(String text) implements Part {}

        record Group(int number) implements Part {}
    }

    private Replacement(List<Part> parts) {
        this.parts = parts;
    }

    /** @throws IllegalArgumentException if it names a group that {@code pattern} does not have, or ends in the middle of something */
    static Replacement parse(String source, Pattern pattern) {
        int groups = pattern.matcher("").groupCount();
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < source.length()) {
            char c = source.charAt(at++);
            if (c == '\\') {
                require(at < source.length(), "a character after the last backslash");
                literal.append(source.charAt(at++));
            } else if (c == '$') {
                parts.add(new Part.Literal(literal.toString()));
                literal.setLength(0);
                require(at < source.length(), "a group after $; write \\$ for a dollar sign");
                int end = source.charAt(at) == '{' ? source.indexOf('}', at) + 1 : digits(source, at, groups);
                require(end > at, source.charAt(at) == '{' ? "a group of the expression in ${}"
                        : "a group in 0.." + groups + " after $; write \\$ for a dollar sign");
                parts.add(new Part.Group(source.charAt(at) == '{' ? named(source.substring(at + 1, end - 1), pattern)
                        : Integer.parseInt(source.substring(at, end))));
                at = end;
            } else {
                literal.append(c);
            }
        }
        parts.add(new Part.Literal(literal.toString()));
        return new Replacement(List.copyOf(parts));
    }

    /** Behind the number of a group: so many digits as name one that is there. */
    private static int digits(String source, int from, int groups) {
        int number = 0;
        int at = from;
        while (at < source.length() && source.charAt(at) >= '0' && source.charAt(at) <= '9' && number * 10 + source.charAt(at) - '0' <= groups) {
            number = number * 10 + source.charAt(at) - '0';
            at++;
        }
        return at;
    }

    private static int named(String name, Pattern pattern) {
        return Optional.ofNullable(pattern.namedGroups().get(name))
                .orElseThrow(() -> new IllegalArgumentException("expected a group of the expression in ${}"));
    }

    private static void require(boolean held, String expected) {
        if (!held) {
            throw new IllegalArgumentException("expected " + expected);
        }
    }

    /** Adds what stands in place of the match that {@code matcher} is at; a group that took no part is nothing. */
    void appendTo(StringBuilder made, Matcher matcher, String text, int charsMax) {
        for (Part part : parts) {
            switch (part) {
                case Part.Literal literal -> append(made, literal.text(), 0, literal.text().length(), charsMax);
                case Part.Group group -> {
                    if (matcher.start(group.number()) >= 0) {
                        append(made, text, matcher.start(group.number()), matcher.end(group.number()), charsMax);
                    }
                }
            }
        }
    }

    /** @throws GivenUpException if the text grows beyond {@code charsMax} characters */
    static void append(StringBuilder made, String text, int start, int end, int charsMax) {
        if (end - start > charsMax - made.length()) {
            throw new GivenUpException(GivenUpException.Reason.TOO_LARGE);
        }
        made.append(text, start, end);
    }
}
