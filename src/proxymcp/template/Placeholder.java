package proxymcp.template;

import java.util.List;
import java.util.Optional;

/**
 * A place of a request that is filled in.
 *
 * @param location which field, {@code request.query.code}
 * @param name the value: an extract of an earlier step, an input, or what {@code derived} makes. The same name is the same value throughout a run
 * @param codings what is done to the value, in order, before it stands there
 * @param sample the value that was recorded, not coded
 * @param derived how the value is made; empty for extracts and inputs
 */
public record Placeholder(String location, String name, List<Coding> codings, String sample, Optional<DerivedValue> derived) {
    /** Copies the list. */
    public Placeholder {
        codings = List.copyOf(codings);
    }
}
