package proxymcp.diff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The fields of one exchange while they are read. */
final class FieldList {
    private final InnerDocuments inner;
    private final List<Leaf> flat = new ArrayList<>();
    private final List<Document> documents = new ArrayList<>();
    /** How often a name came, by location. */
    private final Map<Location, Integer> counts = new HashMap<>();

    FieldList(InnerDocuments inner) {
        this.inner = inner;
    }

    /** A field that comes once. */
    void add(Side side, Part part, String name, ValueType type, String value) {
        flat.add(new Leaf(new Location(side, part, name), name, type, value));
    }

    /** A field of which there may be several, and whose value may hold a document. */
    void addNamed(Side side, Part part, String name, String value) {
        Location location = new Location(side, part, name);
        int count = counts.merge(location, 1, Integer::sum);
        String at = count == 1 ? name : name + "#" + count;
        flat.add(new Leaf(location, at, ValueType.STRING, value));
        inner.in(value, side, holder(part, name), () -> holder(part, at)).ifPresent(documents::add);
    }

    void add(Document document) {
        documents.add(document);
    }

    /** What a document names the field that holds it: a header by its name alone, others with their part. */
    static String holder(Part part, String name) {
        return part == Part.HEADER ? name : part == Part.BODY ? "" : part.word() + "." + name;
    }

    ExchangeFields done(long seq, Optional<String> requestUnknown, Optional<String> responseUnknown) {
        return new ExchangeFields(seq, flat, documents, requestUnknown, responseUnknown);
    }
}
