package proxymcp.rule;

import java.util.ArrayList;
import java.util.List;
import proxymcp.http.Fields;

/**
 * What is changed of field lines, in order.
 *
 * @param edits one after the other
 */
public record HeadEdits(List<Edit> edits) {
    /** Nothing. */
    public static final HeadEdits NONE = new HeadEdits(List.of());

    /** One change. Names compare ignoring case. */
    public sealed interface Edit {
        /** One line in place of all of that name, where the first of them stood; at the end if there was none. */
        record Set(String name, String value) implements Edit {}

        /** A further line, at the end. */
        record Add(String name, String value) implements Edit {}

        /** No line of that name. */
        record Remove(String name) implements Edit {}

        /** The field's name. */
        String name();
    }

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if a name is no token, a value holds CR, LF, NUL or a character above 0xFF, or the field tells where the
     *     message ends, which is the proxy's
     */
    public HeadEdits {
        edits = List.copyOf(edits);
        for (Edit edit : edits) {
            if (edit.name().equalsIgnoreCase("Content-Length") || edit.name().equalsIgnoreCase("Transfer-Encoding")) {
                throw new IllegalArgumentException(edit.name() + " follows from the body and cannot be changed");
            }
            String value = switch (edit) {
                case Edit.Set set -> set.value();
                case Edit.Add add -> add.value();
                case Edit.Remove remove -> "";
            };
            Fields.of(List.of(new Fields.Line(edit.name(), value)));
        }
    }

    /** Whether nothing is changed. */
    public boolean isNone() {
        return edits.isEmpty();
    }

    /** The fields with all changes made. Lines that no edit names keep their octets. */
    public Fields apply(Fields fields) {
        Fields changed = fields;
        for (Edit edit : edits) {
            changed = switch (edit) {
                case Edit.Set set -> with(changed, set);
                case Edit.Add add -> with(changed, add);
                case Edit.Remove remove -> changed.without(remove.name());
            };
        }
        return changed;
    }

    private static Fields with(Fields fields, Edit.Set set) {
        Fields.Builder builder = new Fields.Builder();
        boolean placed = false;
        for (int i = 0; i < fields.size(); i++) {
            if (!fields.isNamed(i, set.name())) {
                builder.addLine(fields, i);
            } else if (!placed) {
                builder.add(set.name(), set.value());
                placed = true;
            }
        }
        return placed ? builder.build() : builder.add(set.name(), set.value()).build();
    }

    private static Fields with(Fields fields, Edit.Add add) {
        Fields.Builder builder = new Fields.Builder();
        for (int i = 0; i < fields.size(); i++) {
            builder.addLine(fields, i);
        }
        return builder.add(add.name(), add.value()).build();
    }

    /** These edits and then {@code more}. */
    public HeadEdits and(List<Edit> more) {
        List<Edit> all = new ArrayList<>(edits);
        all.addAll(more);
        return new HeadEdits(all);
    }
}
