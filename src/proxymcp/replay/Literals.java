package proxymcp.replay;

import java.util.List;

/** Replaces literals everywhere in a text, in one pass: what was put in is not looked at again. */
final class Literals {
    /** A changed text grows to so many characters at most. */
    private static final int CHARS_MAX = 32 << 20;

    private Literals() {}

    /** A text to find, not empty, and what stands in its place. */
    record Pair(String find, String with) {}

    /** A changed text and in how many places it was. */
    record Replaced(String text, int places) {}

    /**
     * Replaces; at one place the first of the pairs that fits counts.
     *
     * @throws ChangeException if the text grows too long
     */
    static Replaced in(String text, List<Pair> pairs) throws ChangeException {
        StringBuilder out = new StringBuilder(text.length());
        int copied = 0;
        int places = 0;
        int at = 0;
        while (at < text.length()) {
            Pair found = null;
            int next = text.length();
            for (Pair pair : pairs) {
                int index = text.indexOf(pair.find(), at);
                if (index >= 0 && index < next) {
                    next = index;
                    found = pair;
                }
            }
            if (found == null) {
                break;
            }
            out.append(text, copied, next).append(found.with());
            checkLength(out);
            at = next + found.find().length();
            copied = at;
            places++;
        }
        return new Replaced(places == 0 ? text : out.append(text, copied, text.length()).toString(), places);
    }

    /** @throws ChangeException if a changed text has grown too long */
    static void checkLength(StringBuilder changed) throws ChangeException {
        if (changed.length() > CHARS_MAX) {
            throw new ChangeException("replacing makes a text of more than " + CHARS_MAX + " characters");
        }
    }
}
