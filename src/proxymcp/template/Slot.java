package proxymcp.template;

import java.util.List;
import java.util.Optional;

/**
 * A place of a request that a value fills.
 *
 * @param use the field
 * @param text what of it is filled: all of its value or a part
 * @param name of the value
 * @param codings what is done to the value before it is {@code text}
 * @param sample the value as recorded
 * @param derived how it is made; empty for extracts and inputs
 */
record Slot(Use use, String text, String name, List<Coding> codings, String sample, Optional<DerivedValue> derived) {
    Slot {
        codings = List.copyOf(codings);
    }
}
