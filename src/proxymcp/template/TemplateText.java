package proxymcp.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Marks the places of a request that are filled, and writes the marks as placeholders when all is in place. For one request. */
final class TemplateText {
    /** Private use characters: a text that has some itself cannot be marked. */
    private static final char FIRST = '\uE000';
    private static final int MARKS_MAX = 6_000;

    private record Mark(Slot slot, List<Coding> codings) {}

    private final List<Mark> marks = new ArrayList<>();
    private final List<Placeholder> placeholders = new ArrayList<>();

    static boolean canMark(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= FIRST && text.charAt(i) < FIRST + MARKS_MAX) {
                return false;
            }
        }
        return true;
    }

    /** A mark for a value that is coded as it stands there by {@code own}, too. */
    String mark(Slot slot, List<Coding> own) {
        List<Coding> codings = new ArrayList<>(slot.codings());
        codings.addAll(own);
        marks.add(new Mark(slot, codings));
        placeholders.add(new Placeholder(slot.use().location(), slot.name(), codings, slot.sample(), slot.derived()));
        return Character.toString((char) (FIRST + marks.size() - 1));
    }

    /** The raw text with a mark in place of what is filled; empty if that is not found in it. */
    Optional<String> filled(String raw, String plain, Slot slot, List<Coding> own) {
        if (marks.size() >= MARKS_MAX || !canMark(raw) && marks.isEmpty()) {
            return Optional.empty();
        }
        if (slot.text().equals(plain)) {
            return Optional.of(mark(slot, spelled(raw, plain, own)));
        }
        String coded = Coding.applyAll(own, slot.text());
        int at = raw.indexOf(coded);
        if (at < 0) {
            at = raw.indexOf(slot.text());
            return at < 0 ? Optional.empty() : Optional.of(raw.substring(0, at) + mark(slot, List.of()) + raw.substring(at + slot.text().length()));
        }
        return Optional.of(raw.substring(0, at) + mark(slot, own) + raw.substring(at + coded.length()));
    }

    /** What clients may leave as it is in a URL differs: of the codings the one that gives what was sent, so that it is sent like that again. */
    private static List<Coding> spelled(String raw, String plain, List<Coding> own) {
        if (own.equals(List.of(Coding.URL)) || own.equals(List.of(Coding.FORM))) {
            for (Coding coding : List.of(own.get(0), Coding.URL, Coding.FORM, Coding.COMPONENT, Coding.QUERY)) {
                if (coding.apply(plain).equals(raw)) {
                    return List.of(coding);
                }
            }
        }
        return own;
    }

    /** The template of a text with marks. */
    String written(String marked) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < marked.length(); i++) {
            char c = marked.charAt(i);
            int mark = c - FIRST;
            if (mark >= 0 && mark < marks.size()) {
                text.append(placeholder(marks.get(mark)));
            } else if (c == '{' && i + 1 < marked.length() && begins(marked.charAt(i + 1), marks.size())) {
                text.append("{{");
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    /** Whether a brace before this would be taken for a placeholder, or for one of two braces. */
    private static boolean begins(char next, int marks) {
        return next == '{' || next == '_' || next >= 'a' && next <= 'z' || next >= 'A' && next <= 'Z' || next >= FIRST && next < FIRST + marks;
    }

    private static String placeholder(Mark mark) {
        StringBuilder text = new StringBuilder("{").append(mark.slot().name());
        for (int i = 0; i < mark.codings().size(); i++) {
            text.append(i == 0 ? ':' : '+').append(mark.codings().get(i).word());
        }
        return text.append('}').toString();
    }

    /** All places that are filled, in order. */
    List<Placeholder> placeholders() {
        return placeholders;
    }
}
