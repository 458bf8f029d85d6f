package proxymcp.diff;

import java.util.List;
import proxymcp.json.JsonValue;

/**
 * A tree within an exchange: a JSON body, the claims of a token, what a decoder found, the lines of a text.
 *
 * @param side which message
 * @param part {@link Part#JSON}, {@link Part#JWT}, {@link Part#LAYER} or {@link Part#BODY}
 * @param holder what holds it: empty for the body itself, {@code authorization} for a field, {@code cookie.sid}, {@code query.q}, {@code form.data},
 *     {@code multipart.meta}, or the place in a JSON body such as {@code $.items[3].token}
 * @param root the tree; for a text an array of its lines
 */
public record Document(Side side, Part part, String holder, JsonValue root) {
    /** Whether it comes from the body. */
    public boolean isOfBody() {
        return part == Part.JSON || part == Part.BODY || holder.isEmpty() || holder.startsWith("$") || holder.startsWith("form.")
                || holder.startsWith("multipart.");
    }

    /** All its values, in order. */
    public List<Leaf> leaves() {
        throw new UnsupportedOperationException();
    }
}
