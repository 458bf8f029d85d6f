package proxymcp.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A template's text taken apart: literals, and what is filled in. */
final class TemplateTokens {
    /**
     * A piece.
     *
     * @param name of the value; empty for a literal
     * @param text of a literal
     */
    record Piece(String name, List<Coding> codings, String text) {
        boolean isLiteral() {
            return name.isEmpty();
        }
    }

    private TemplateTokens() {}

    /** The pieces of a text in the language of {@link TemplateStep}. */
    static List<Piece> of(String template) {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < template.length()) {
            if (template.startsWith("{{", at)) {
                literal.append('{');
                at += 2;
                continue;
            }
            int end = template.charAt(at) == '{' ? template.indexOf('}', at) : -1;
            int colon = end < 0 ? -1 : template.indexOf(':', at);
            int nameEnd = colon > at && colon < end ? colon : end;
            List<Coding> codings = new ArrayList<>();
            if (end < 0 || !isName(template.substring(at + 1, nameEnd)) || nameEnd != end && !codings(template.substring(nameEnd + 1, end), codings)) {
                literal.append(template.charAt(at));
                at++;
                continue;
            }
            if (!literal.isEmpty()) {
                pieces.add(new Piece("", List.of(), literal.toString()));
                literal.setLength(0);
            }
            pieces.add(new Piece(template.substring(at + 1, nameEnd), codings, ""));
            at = end + 1;
        }
        if (!literal.isEmpty()) {
            pieces.add(new Piece("", List.of(), literal.toString()));
        }
        return pieces;
    }

    /** What is wrong with a text that somebody wrote, a sentence: a brace and a letter begin a placeholder, which has to be one. Empty for nothing. */
    static Optional<String> complaint(String template) {
        for (int at = template.indexOf('{'); at >= 0; at = template.indexOf('{', at + 1)) {
            if (template.startsWith("{{", at)) {
                at++;
                continue;
            }
            if (at + 1 == template.length() || !isName(template.substring(at + 1, at + 2))) {
                continue;
            }
            int end = template.indexOf('}', at);
            String inside = template.substring(at + 1, end < 0 ? template.length() : end);
            int colon = inside.indexOf(':');
            String begun = RunnableFlow.shown("{" + inside + (end < 0 ? "" : "}"));
            if (end < 0) {
                return Optional.of(begun + " has no end; a brace is written {{");
            }
            if (!isName(colon < 0 ? inside : inside.substring(0, colon))) {
                return Optional.of(begun + " is no placeholder; a brace is written {{");
            }
            if (colon >= 0 && !codings(inside.substring(colon + 1), new ArrayList<>())) {
                return Optional.of(begun + " has a coding that is none of " + Coding.words() + "; a brace is written {{");
            }
        }
        return Optional.empty();
    }

    private static boolean codings(String text, List<Coding> codings) {
        for (String word : text.split("\\+")) {
            if (Coding.of(word).isEmpty()) {
                return false;
            }
            codings.add(Coding.of(word).get());
        }
        return true;
    }

    private static boolean isName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
            if (!letter && (i == 0 || !(c >= '0' && c <= '9') && c != '-' && c != '.')) {
                return false;
            }
        }
        return !text.isEmpty();
    }
}
