package proxymcp.diff;

import java.util.Optional;

/**
 * Which field of a message, the same for all exchanges of an endpoint: {@code request.header.authorization},
 * {@code response.json.$.items[*].id}, {@code request.jwt.authorization.exp}, {@code response.status}.
 *
 * @param side which message
 * @param part which part of it
 * @param name the field; header names in lower case, places in trees with {@code [*]} for every index; empty where the part has no names
 */
public record Location(Side side, Part part, String name) {
    /** Reads a location as {@link #toString} writes it; empty if it is none. */
    public static Optional<Location> parse(String text) {
        throw new UnsupportedOperationException();
    }

    /** Side, part and name, with dots between them. */
    @Override
    public String toString() {
        return side.word() + "." + part.word() + (name.isEmpty() ? "" : "." + name);
    }
}
