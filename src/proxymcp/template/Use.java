package proxymcp.template;

import proxymcp.diff.Part;

/**
 * A value that a request sends.
 *
 * @param part which part of the request
 * @param at the very place in it: {@code code}, {@code 2} for a segment, {@code $.user.name}, {@code authorization.sub} in a token
 * @param key its name; of a segment the one before it
 * @param value as text
 * @param holder the place of the value that holds it, as a location; empty unless it is inside of one
 */
record Use(Part part, String at, String key, String value, String holder) {
    /** {@code request.query.code}. */
    String location() {
        return location(part, at);
    }

    static String location(Part part, String at) {
        return "request." + part.word() + (at.isEmpty() ? "" : "." + at);
    }

    boolean isSegment() {
        return part == Part.PATH;
    }
}
