package proxymcp.diff;

import java.util.List;
import java.util.Objects;
import proxymcp.json.JsonValue;

/**
 * A tree within an exchange: a JSON body, the claims of a token, what a decoder found, the lines of a text.
 *
 * @param side which message
 * @param part {@link Part#JSON}, {@link Part#JWT}, {@link Part#LAYER} or {@link Part#BODY}
 * @param holder which field holds it: empty for the body itself, {@code authorization} for a header, {@code cookie.sid}, {@code query.q},
 *     {@code form.data}, {@code multipart.meta}, or a field of a JSON body such as {@code $.items[*].token}
 * @param holderAt the same as the very place: {@code $.items[3].token}, {@code cookie.sid#2}
 * @param root the tree; for a text an array of its lines; for a token an object of its claims and of {@code header}
 */
public record Document(Side side, Part part, String holder, String holderAt, JsonValue root) {
    /** Refuses null. */
    public Document {
        Objects.requireNonNull(side, "side");
        Objects.requireNonNull(part, "part");
        Objects.requireNonNull(holder, "holder");
        Objects.requireNonNull(holderAt, "holderAt");
        Objects.requireNonNull(root, "root");
    }

    /** Whether it comes from the body. */
    public boolean isOfBody() {
        return holder.isEmpty() || holder.startsWith("$") || holder.startsWith("form.") || holder.startsWith("multipart.");
    }

    /** All its scalars and empty containers, in order. */
    public List<Leaf> leaves() {
        return new TreeLeaves(this).all();
    }

    /** Which field something in the tree is, by its place with {@code [*]} for indexes. */
    Location location(String field) {
        return new Location(side, part, named(holder, field));
    }

    /** Which field the value at this place is. */
    Location location(TreePath path) {
        return location(path.field());
    }

    /** The very place of what stands there. */
    String at(TreePath path) {
        return part == Part.BODY && path.index() >= 0 ? line(path.index()) : named(holderAt, path.place());
    }

    /** The very place of something in the tree. */
    String at(String place) {
        return named(holderAt, place);
    }

    /** How an element of a text is named. */
    static String line(int index) {
        return "line " + (index + 1);
    }

    private String named(String inside, String path) {
        if (part == Part.BODY) {
            return "";
        }
        return inside.isEmpty() ? path : inside + path.substring(1);
    }
}
