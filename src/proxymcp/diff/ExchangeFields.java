package proxymcp.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything of one exchange that can be compared.
 *
 * @param seq its number within its session
 * @param flat fields outside of documents, in the order of the message
 * @param documents trees, in the order of the message
 * @param requestUnknown why the request body is not known whole, one sentence; empty if it is
 * @param responseUnknown why the response body is not known whole, one sentence; empty if it is
 */
public record ExchangeFields(long seq, List<Leaf> flat, List<Document> documents, Optional<String> requestUnknown,
        Optional<String> responseUnknown) {
    /** Copies the lists. */
    public ExchangeFields {
        flat = List.copyOf(flat);
        documents = List.copyOf(documents);
    }

    /** Why a body is not known whole; empty if it is. */
    public Optional<String> unknown(Side side) {
        return side == Side.REQUEST ? requestUnknown : responseUnknown;
    }

    /** Whether there was a response. */
    boolean isAnswered() {
        for (Leaf leaf : flat) {
            if (leaf.location().part() == Part.STATUS) {
                return leaf.type() == ValueType.NUMBER;
            }
        }
        return false;
    }

    /** All fields, those of documents after the others. */
    public List<Leaf> leaves() {
        List<Leaf> leaves = new ArrayList<>(flat);
        for (Document document : documents) {
            leaves.addAll(document.leaves());
        }
        return leaves;
    }
}
