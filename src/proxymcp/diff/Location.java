package proxymcp.diff;

import java.util.Objects;
import java.util.Optional;

/**
 * Which field of a message, the same for all exchanges of an endpoint: {@code request.header.authorization},
 * {@code response.json.$.items[*].id}, {@code request.jwt.authorization.exp}, {@code response.status}.
 *
 * @param side which message
 * @param part which part of it
 * @param name the field; header names in lower case, places in trees with {@code [*]} for every index; empty for the part as a whole
 */
public record Location(Side side, Part part, String name) {
    /** Refuses null. */
    public Location {
        Objects.requireNonNull(side, "side");
        Objects.requireNonNull(part, "part");
        Objects.requireNonNull(name, "name");
    }

    /** Reads a location as {@link #toString} writes it; empty if it is none. */
    public static Optional<Location> parse(String text) {
        int behindSide = text.indexOf('.');
        if (behindSide < 0) {
            return Optional.empty();
        }
        int behindPart = text.indexOf('.', behindSide + 1);
        Optional<Side> side = Side.of(text.substring(0, behindSide));
        Optional<Part> part = Part.of(text.substring(behindSide + 1, behindPart < 0 ? text.length() : behindPart));
        boolean nameless = behindPart == text.length() - 1;
        if (side.isEmpty() || part.isEmpty() || nameless) {
            return Optional.empty();
        }
        return Optional.of(new Location(side.get(), part.get(), behindPart < 0 ? "" : text.substring(behindPart + 1)));
    }

    /** The text with the very place instead of the field: {@code response.json.$.items[3].id}. */
    String textAt(String at) {
        return at.isEmpty() ? toString() : side.word() + "." + part.word() + "." + at;
    }

    /** Side, part and name, with dots between them. */
    @Override
    public String toString() {
        return side.word() + "." + part.word() + (name.isEmpty() ? "" : "." + name);
    }
}
