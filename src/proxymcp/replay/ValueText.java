package proxymcp.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A text with placeholders: {@code {timestamp}}, {@code {nonce:32}}, {@code {env:NAME}}, {@code {token}}. A brace that begins none, as those of JSON,
 * stands for itself; two opening ones stand for one, so that <code>{{token}</code> is the text {@code {token}}.
 */
final class ValueText {
    private final String source;
    private final List<Part> parts;

    /** A piece of the text. */
    sealed interface Part {
        /** Characters that stand for themselves. */
        record Literal(String text) implements Part {}

        /**
         * What is filled in.
         *
         * @param name what stands before the colon
         * @param argument what stands behind it
         */
        record Placeholder(String name, Optional<String> argument) implements Part {
            /** As it was written. */
            @Override
            public String toString() {
                return "{" + name + argument.map(text -> ":" + text).orElse("") + "}";
            }
        }
    }

    private ValueText(String source, List<Part> parts) {
        this.source = source;
        this.parts = List.copyOf(parts);
    }

    /** Takes a text apart. Whether what it names is known is for {@link Values#complaint}. */
    static ValueText parse(String source) {
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < source.length()) {
            char c = source.charAt(at);
            if (c != '{') {
                literal.append(c);
                at++;
            } else if (source.startsWith("{{", at)) {
                literal.append('{');
                at += 2;
            } else {
                int end = endOfPlaceholder(source, at);
                if (end < 0) {
                    literal.append(c);
                    at++;
                } else {
                    if (!literal.isEmpty()) {
                        parts.add(new Part.Literal(literal.toString()));
                        literal.setLength(0);
                    }
                    parts.add(placeholder(source.substring(at + 1, end - 1)));
                    at = end;
                }
            }
        }
        if (!literal.isEmpty()) {
            parts.add(new Part.Literal(literal.toString()));
        }
        return new ValueText(source, parts);
    }

    /** The placeholders in order. */
    List<Part.Placeholder> placeholders() {
        List<Part.Placeholder> placeholders = new ArrayList<>();
        for (Part part : parts) {
            if (part instanceof Part.Placeholder placeholder) {
                placeholders.add(placeholder);
            }
        }
        return placeholders;
    }

    /** Whether the text is one placeholder and nothing else. */
    boolean isOnePlaceholder() {
        return parts.size() == 1 && parts.get(0) instanceof Part.Placeholder;
    }

    /** The text with everything filled in. */
    String with(Values.OfItem values) {
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            text.append(switch (part) {
                case Part.Literal literal -> literal.text();
                case Part.Placeholder placeholder -> values.of(placeholder);
            });
        }
        return text.toString();
    }

    private static Part.Placeholder placeholder(String inside) {
        int colon = inside.indexOf(':');
        return colon < 0 ? new Part.Placeholder(inside, Optional.empty())
                : new Part.Placeholder(inside.substring(0, colon), Optional.of(inside.substring(colon + 1)));
    }

    /** Behind the brace that closes what begins here: a name, and perhaps a colon and an argument without braces, blanks and quotes; -1 if none does. */
    private static int endOfPlaceholder(String source, int brace) {
        int at = brace + 1;
        while (at < source.length() && isNameCharacter(source.charAt(at), at == brace + 1)) {
            at++;
        }
        if (at == brace + 1) {
            return -1;
        }
        if (at < source.length() && source.charAt(at) == ':') {
            at++;
            while (at < source.length() && source.charAt(at) > ' ' && "{}\"',".indexOf(source.charAt(at)) < 0) {
                at++;
            }
        }
        return at < source.length() && source.charAt(at) == '}' ? at + 1 : -1;
    }

    /** Whether it can be the name of a captured value or an input. */
    static boolean isName(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isNameCharacter(text.charAt(i), i == 0)) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isNameCharacter(char c, boolean first) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || !first && (c >= '0' && c <= '9' || c == '-' || c == '.');
    }

    /** The text as it was written. */
    @Override
    public String toString() {
        return source;
    }
}
