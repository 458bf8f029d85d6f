package proxymcp.diff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import proxymcp.json.JsonArray;

/**
 * Compares two exchanges field by field. A value that holds a document, such as a token, is compared inside; it counts as changed itself only where
 * nothing inside did.
 */
public final class FieldDiff {
    private final ExchangeFields a;
    private final ExchangeFields b;
    private final ArrayMode mode;
    private final Changes changes = new Changes();

    private FieldDiff(ExchangeFields a, ExchangeFields b, ArrayMode mode) {
        this.a = a;
        this.b = b;
        this.mode = mode;
    }

    /** What differs between {@code a} and {@code b}, deterministically. */
    public static PairDiff compare(ExchangeFields a, ExchangeFields b, ArrayMode mode) {
        return new FieldDiff(a, b, mode).compare();
    }

    private PairDiff compare() {
        List<Side> unknown = new ArrayList<>();
        for (Side side : Side.values()) {
            boolean known = a.unknown(side).isEmpty() && b.unknown(side).isEmpty();
            if (!known && (side == Side.REQUEST || a.isAnswered() || b.isAnswered())) {
                unknown.add(side);
            }
            side(side, known);
        }
        return changes.done(unknown);
    }

    private void side(Side side, boolean bodies) {
        Map<String, Document> heldA = held(a, side);
        Map<String, Document> heldB = held(b, side);
        TreeDiff.Held held = new TreeDiff.Held() {
            @Override
            public boolean differ(String atA, String atB) {
                Document one = heldA.get(atA);
                Document other = heldB.get(atB);
                int before = changes.count();
                if (one != null && other != null && one.part() == other.part()) {
                    new TreeDiff(one, other, mode, this, changes).compare();
                }
                return changes.count() > before;
            }
        };
        FlatDiff flat = new FlatDiff(side, bodies, held, changes);
        if (side == Side.RESPONSE && a.isAnswered() != b.isAnswered()) {
            // That one has no response is one change, not one for each field line of the other.
            flat.compare(status(a), status(b));
            return;
        }
        flat.compare(a.flat(), b.flat());
        if (bodies) {
            body(side, heldA.get(""), heldB.get(""), held);
        }
    }

    private static List<Leaf> status(ExchangeFields fields) {
        List<Leaf> status = new ArrayList<>();
        for (Leaf leaf : fields.flat()) {
            if (leaf.location().part() == Part.STATUS) {
                status.add(leaf);
            }
        }
        return status;
    }

    /** Documents of one side by the place that holds them; the body's own under nothing. */
    private static Map<String, Document> held(ExchangeFields fields, Side side) {
        Map<String, Document> held = new HashMap<>();
        for (Document document : fields.documents()) {
            if (document.side() == side) {
                held.put(document.holderAt(), document);
            }
        }
        return held;
    }

    /** Bodies that are documents; those that octets hold are compared with the octets. */
    private void body(Side side, Document one, Document other, TreeDiff.Held held) {
        Location body = new Location(side, Part.BODY, "");
        boolean comparedA = one != null && hasOctets(a, body);
        boolean comparedB = other != null && hasOctets(b, body);
        if (one != null && other != null) {
            if (one.part() != other.part()) {
                changes.changed(body, "", ChangeKind.TYPE_CHANGED, text(one), text(other));
            } else if (!comparedA || !comparedB) {
                new TreeDiff(one, other, mode, held, changes).compare();
            }
        } else if (one != null && !comparedA) {
            changes.removed(one.location(TreePath.ROOT), one.at(TreePath.ROOT), text(one));
        } else if (other != null && !comparedB) {
            changes.added(other.location(TreePath.ROOT), other.at(TreePath.ROOT), text(other));
        }
    }

    private static boolean hasOctets(ExchangeFields fields, Location body) {
        for (Leaf leaf : fields.flat()) {
            if (leaf.location().equals(body)) {
                return true;
            }
        }
        return false;
    }

    /** A body as text: the lines of a text in one. */
    private static String text(Document document) {
        if (document.part() != Part.BODY || !(document.root() instanceof JsonArray lines)) {
            return Excerpt.text(document.root());
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines.size() && text.length() <= Excerpt.CHARS_MAX; i++) {
            text.append(i == 0 ? "" : "\n").append(TreeLeaves.text(lines.values().get(i)));
        }
        return text.toString();
    }
}
